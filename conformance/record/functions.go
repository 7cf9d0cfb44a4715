package main

import (
	"errors"
	"fmt"
	html "html/template"
	"strconv"
	"text/template"
)

// Holds the twins of ../functions.ts.
var functions = template.FuncMap{
	"default": func(d any, given ...any) any {
		if len(given) == 0 || empty(given[0]) {
			return d
		}
		return given[0]
	},
	"takeNothing": func() string { return "nothing" },
	"takeAny":     func(x any) any { return x },
	"takeString":  func(s string) string { return "<" + s + ">" },
	"takeBool":    func(b bool) bool { return b },
	"takeInt":     func(n int) int { return n },
	"takeInt64":   func(n int64) int64 { return n },
	"takeFloat64": func(x float64) float64 { return x },
	"takeList":    func(l []any) int { return len(l) },
	"takeMap":     func(m map[string]any) int { return len(m) },
	"takeTwo":     func(s string, n int) string { return s + "/" + strconv.Itoa(n) },
	"takeRest":    func(s string, rest ...any) string { return fmt.Sprintf("%s+%d", s, len(rest)) },
	"takeAnys":    func(all ...any) int { return len(all) },
	"takeStrings": func(all ...string) int { return len(all) },
	"takeInts": func(all ...int) int {
		sum := 0
		for _, n := range all {
			sum += n
		}
		return sum
	},
	"fails":       func(...any) (string, error) { return "", errors.New("boom") },
	"panics":      func(...any) string { panic("oops") },
	"giveNil":     func() any { return nil },
	"giveList":    func() []any { return append(append(append([]any{}, "x"), "y"), "z") },
	"giveMap":     func() map[string]any { return map[string]any{"a": "x", "b": true, "n": nil} },
	"giveInt64":   func() int64 { return 64 },
	"giveFloat64": func() float64 { return 2 },
}

// Only for html/template.
var contentFunctions = html.FuncMap{
	"safeCSS":      func(s string) html.CSS { return html.CSS(s) },
	"safeHTML":     func(s string) html.HTML { return html.HTML(s) },
	"safeHTMLAttr": func(s string) html.HTMLAttr { return html.HTMLAttr(s) },
	"safeJS":       func(s string) html.JS { return html.JS(s) },
	"safeJSStr":    func(s string) html.JSStr { return html.JSStr(s) },
	"safeURL":      func(s string) html.URL { return html.URL(s) },
	"safeSrcset":   func(s string) html.Srcset { return html.Srcset(s) },
}

// Holds sets that need the source of others, if the recorder was built with it.
var functionSets = map[string]template.FuncMap{}

// Holds functions for the data: `{"$func": "count"}`.
var dataFunctions = map[string]func(...any) any{
	"count": func(args ...any) any { return strconv.Itoa(len(args)) },
	"first": func(args ...any) any {
		if len(args) == 0 {
			return nil
		}
		return args[0]
	},
	"nothing": func(...any) any { return nil },
	"fails":   func(...any) any { panic("boom") },
}

// Tells empty values as Sprig does: the opposite of what `if` takes for true.
func empty(given any) bool {
	truth, _ := template.IsTrue(given)
	return !truth
}
