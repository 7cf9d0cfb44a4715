// Answers cases with Alertmanager's own package: one JSON case a line on stdin, one JSON answer a line on stdout.
// The format is described in ../case.ts. Needs Alertmanager's sources and those of its dependencies on GOPATH.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	html "html/template"
	"math"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/template"
)

type Case struct {
	Template string          `json:"template"`
	Payload  json.RawMessage `json:"payload"`
	Data     json.RawMessage `json:"data"`
	Files    []string        `json:"files"`
	Html     bool            `json:"html"`
	Now      time.Time       `json:"now"`
}

type Answer struct {
	Output *string `json:"output,omitempty"`
	Error  *string `json:"error,omitempty"`
}

func failure(message string) Answer {
	return Answer{Error: &message}
}

// Holds functions of later versions.
func later() {
	template.DefaultFuncs["safeUrl"] = func(text string) html.URL { return html.URL(text) }
	template.DefaultFuncs["urlUnescape"] = url.QueryUnescape
	template.DefaultFuncs["toJson"] = func(v any) (string, error) {
		text, err := json.Marshal(v)
		return string(text), err
	}
}

func answer(c Case) (a Answer) {
	defer func() {
		if e := recover(); e != nil {
			a = failure(fmt.Sprint("panic: ", e))
		}
	}()
	template.DefaultFuncs["since"] = func(t time.Time) time.Duration { return c.Now.Sub(t) }
	later()
	t, err := template.New()
	if err != nil {
		return failure(err.Error())
	}
	for _, text := range c.Files {
		if err := t.Parse(strings.NewReader(text)); err != nil {
			return failure(err.Error())
		}
	}
	var data any
	if len(c.Payload) > 0 {
		d := &template.Data{}
		if err := json.Unmarshal(c.Payload, d); err != nil {
			return failure(err.Error())
		}
		data = d
	} else if len(c.Data) > 0 {
		if err := json.Unmarshal(c.Data, &data); err != nil {
			return failure(err.Error())
		}
		data = ints(data)
	}
	execute := t.ExecuteTextString
	if c.Html {
		execute = t.ExecuteHTMLString
	}
	output, err := execute(c.Template, data)
	if err == nil || strings.Contains(err.Error(), ": executing ") {
		a.Output = &output
	}
	if err != nil {
		message := err.Error()
		a.Error = &message
	}
	return a
}

// Converts integral numbers to ints, as under the number policy "int".
func ints(v any) any {
	switch x := v.(type) {
	case float64:
		if x == math.Trunc(x) && x >= -(1<<63) && x < 1<<63 {
			return int(x)
		}
	case []any:
		for i := range x {
			x[i] = ints(x[i])
		}
	case map[string]any:
		for k := range x {
			x[k] = ints(x[k])
		}
	}
	return v
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if len(strings.TrimSpace(string(line))) > 0 {
			var c Case
			a := Answer{}
			if err := json.Unmarshal(line, &c); err != nil {
				a = failure("case: " + err.Error())
			} else {
				a = answer(c)
			}
			if err := encoder.Encode(a); err != nil {
				panic(err)
			}
		}
		if err != nil {
			return
		}
	}
}
