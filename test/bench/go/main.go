// Real Go, timed by itself. A line on standard input asks, a line on standard output answers:
// "texts PART" with what each profile gives, "render PART TIMES" and "compile PART TIMES" with the ns of one operation.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	html "html/template"
	"io"
	"math"
	"os"
	"text/template"
	"time"
)

type input struct {
	Templates map[string]string
	HTML      map[string]string
	Profiles  []any
}

var sink int

func main() {
	file, err := os.ReadFile(os.Args[1])
	check(err)
	var in input
	check(json.Unmarshal(file, &in))
	for i := range in.Profiles {
		in.Profiles[i] = withInts(in.Profiles[i])
	}
	parsed := map[string]executable{}
	for name, text := range in.Templates {
		parsed[name] = template.Must(template.New(name).Parse(text))
	}
	for name, text := range in.HTML {
		parsed[name] = html.Must(html.New(name).Parse(text))
	}

	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var do, part string
		var times int
		fmt.Sscan(lines.Text(), &do, &part, &times)
		switch do {
		case "texts":
			var texts []string
			render(parsed[part], in.Profiles, func(text string) { texts = append(texts, text) })
			answer, err := json.Marshal(texts)
			check(err)
			fmt.Printf("%s\n", answer)
		case "render":
			start := time.Now()
			for range times {
				render(parsed[part], in.Profiles, func(text string) { sink += len(text) })
			}
			report(start, times*len(in.Profiles))
		case "compile":
			start := time.Now()
			for range times {
				template.Must(template.New(part).Parse(in.Templates[part]))
			}
			report(start, times)
		}
	}
}

type executable interface {
	Execute(out io.Writer, data any) error
}

func render(t executable, profiles []any, use func(text string)) {
	var out bytes.Buffer
	for _, profile := range profiles {
		out.Reset()
		check(t.Execute(&out, profile))
		use(out.String())
	}
}

func report(start time.Time, operations int) {
	fmt.Println(float64(time.Since(start).Nanoseconds()) / float64(operations))
}

// Integral numbers become ints, so that %d prints them.
func withInts(value any) any {
	switch value := value.(type) {
	case float64:
		if value == math.Trunc(value) {
			return int(value)
		}
	case []any:
		for i := range value {
			value[i] = withInts(value[i])
		}
	case map[string]any:
		for key := range value {
			value[key] = withInts(value[key])
		}
	}
	return value
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
