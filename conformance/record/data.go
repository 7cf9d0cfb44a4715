package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"strconv"
	"time"
)

// Decodes in place, so that lists keep the capacity that encoding/json gives them.
func decode(text json.RawMessage, ints bool) (any, error) {
	if len(text) == 0 {
		return nil, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	var data any
	if err := decoder.Decode(&data); err != nil {
		return nil, err
	}
	return convert(data, ints)
}

func convert(v any, ints bool) (any, error) {
	switch x := v.(type) {
	case float64:
		if ints && x == math.Trunc(x) && x >= -(1<<63) && x < 1<<63 {
			return int(x), nil
		}
	case []any:
		for i := range x {
			e, err := convert(x[i], ints)
			if err != nil {
				return nil, err
			}
			x[i] = e
		}
	case map[string]any:
		if len(x) == 1 {
			for tag, content := range x {
				if decodeTagged, ok := tags[tag]; ok {
					return decodeTagged(content, ints)
				}
			}
		}
		for k := range x {
			e, err := convert(x[k], ints)
			if err != nil {
				return nil, err
			}
			x[k] = e
		}
	}
	return v, nil
}

var tags map[string]func(content any, ints bool) (any, error)

func init() {
	tags = map[string]func(content any, ints bool) (any, error){
		"$absent": func(any, bool) (any, error) { return nil, nil },
		"$float": func(content any, _ bool) (any, error) {
			if text, ok := content.(string); ok {
				return strconv.ParseFloat(text, 64)
			}
			return content.(float64), nil
		},
		"$int": func(content any, _ bool) (any, error) {
			if n, ok := content.(float64); ok {
				return int(n), nil
			}
			return strconv.Atoi(content.(string))
		},
		"$bytes": func(content any, _ bool) (any, error) {
			b, err := hex.DecodeString(content.(string))
			return string(b), err
		},
		"$date": func(content any, _ bool) (any, error) {
			t, err := time.Parse(time.RFC3339, content.(string))
			return t.UTC(), err
		},
		"$func": func(content any, _ bool) (any, error) {
			f, ok := dataFunctions[content.(string)]
			if !ok {
				return nil, fmt.Errorf("no function %v", content)
			}
			return f, nil
		},
		"$seq": func(content any, ints bool) (any, error) {
			v, err := convert(content, ints)
			if err != nil {
				return nil, err
			}
			return iter.Seq[any](func(yield func(any) bool) {
				for _, e := range v.([]any) {
					if !yield(e) {
						return
					}
				}
			}), nil
		},
		"$seq2": func(content any, ints bool) (any, error) {
			v, err := convert(content, ints)
			if err != nil {
				return nil, err
			}
			return iter.Seq2[any, any](func(yield func(any, any) bool) {
				for _, e := range v.([]any) {
					pair := e.([]any)
					if !yield(pair[0], pair[1]) {
						return
					}
				}
			}), nil
		},
	}
}
