// Answers template cases with real Go: one JSON case a line on stdin, one JSON answer a line on stdout.
// The format is described in ../case.ts.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	html "html/template"
	"io"
	"os"
	"sync/atomic"
	"text/template"
	"time"
)

const (
	outputLimit = 1 << 20
	timeLimit   = 3 * time.Second
)

type Case struct {
	Template   string          `json:"template"`
	Data       json.RawMessage `json:"data"`
	Numbers    string          `json:"numbers"`
	MissingKey string          `json:"missingKey"`
	Delims     []string        `json:"delims"`
	Name       *string         `json:"name"`
	Templates  [][2]string     `json:"templates"`
	Entry      *string         `json:"entry"`
	Functions  any             `json:"functions"`
	Escape     string          `json:"escape"`
}

type Answer struct {
	Output *string `json:"output,omitempty"`
	Error  *string `json:"error,omitempty"`
	Phase  string  `json:"phase,omitempty"`
}

func failure(phase string, message string) Answer {
	return Answer{Error: &message, Phase: phase}
}

var errLimit = errors.New("output limit")

// Stops a render that writes too much or for too long.
type writer struct {
	buffer  bytes.Buffer
	stopped atomic.Bool
}

func (w *writer) Write(p []byte) (int, error) {
	if w.stopped.Load() || w.buffer.Len()+len(p) > outputLimit {
		return 0, errLimit
	}
	return w.buffer.Write(p)
}

var _ io.Writer = (*writer)(nil)

func answer(c Case, w *writer) (a Answer) {
	defer func() {
		if e := recover(); e != nil {
			a = failure("panic", fmt.Sprint(e))
		}
	}()
	data, err := decode(c.Data, c.Numbers == "int")
	if err != nil {
		return failure("case", err.Error())
	}
	name := "t"
	if c.Name != nil {
		name = *c.Name
	}
	if c.Escape == "html" {
		return answerHTML(c, name, data, w)
	}
	t := template.New(name)
	if len(c.Delims) == 2 {
		t.Delims(c.Delims[0], c.Delims[1])
	}
	switch name := c.Functions.(type) {
	case bool:
		if name {
			t.Funcs(functions).Funcs(template.FuncMap(contentFunctions))
		}
	case string:
		set, ok := functionSets[name]
		if !ok {
			return failure("case", "there are no functions "+name)
		}
		t.Funcs(set)
	}
	if c.MissingKey != "" {
		t.Option("missingkey=" + c.MissingKey)
	}
	_, err = t.Parse(c.Template)
	for _, more := range c.Templates {
		if err == nil {
			_, err = t.New(more[0]).Parse(more[1])
		}
	}
	if err != nil {
		return failure("parse", err.Error())
	}
	if c.Entry != nil {
		err = t.ExecuteTemplate(w, *c.Entry, data)
	} else {
		err = t.Execute(w, data)
	}
	return executed(w, err)
}

// Does the same with html/template, which has types of its own.
func answerHTML(c Case, name string, data any, w *writer) Answer {
	t := html.New(name)
	if len(c.Delims) == 2 {
		t.Delims(c.Delims[0], c.Delims[1])
	}
	if on, _ := c.Functions.(bool); on {
		t.Funcs(html.FuncMap(functions)).Funcs(contentFunctions)
	}
	if c.MissingKey != "" {
		t.Option("missingkey=" + c.MissingKey)
	}
	_, err := t.Parse(c.Template)
	for _, more := range c.Templates {
		if err == nil {
			_, err = t.New(more[0]).Parse(more[1])
		}
	}
	if err != nil {
		return failure("parse", err.Error())
	}
	if c.Entry != nil {
		err = t.ExecuteTemplate(w, *c.Entry, data)
	} else {
		err = t.Execute(w, data)
	}
	var escaping *html.Error
	if errors.As(err, &escaping) {
		return failure("escape", err.Error())
	}
	return executed(w, err)
}

func executed(w *writer, err error) (a Answer) {
	if errors.Is(err, errLimit) {
		return failure("limit", err.Error())
	}
	output := w.buffer.String()
	a.Output = &output
	if err != nil {
		message := err.Error()
		a.Error, a.Phase = &message, "exec"
	}
	return a
}

// Abandons a render that does not end; its writer stops it if it writes.
func answerInTime(c Case) Answer {
	w := &writer{}
	done := make(chan Answer, 1)
	go func() { done <- answer(c, w) }()
	timer := time.NewTimer(timeLimit)
	defer timer.Stop()
	select {
	case a := <-done:
		return a
	case <-timer.C:
		w.stopped.Store(true)
		return failure("limit", "time limit")
	}
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var c Case
			var a Answer
			if err := json.Unmarshal(line, &c); err != nil {
				a = failure("case", err.Error())
			} else {
				a = answerInTime(c)
			}
			if err := encoder.Encode(a); err != nil {
				panic(err)
			}
		}
		if err != nil || in.Buffered() == 0 {
			out.Flush()
		}
		if err != nil {
			return
		}
	}
}
