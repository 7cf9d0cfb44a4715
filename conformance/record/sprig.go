//go:build sprig

//go:debug default=go1.27

// Built only where Sprig's source is at hand (see ../go.ts).
package main

import (
	"maps"

	"github.com/Masterminds/sprig"
)

func init() {
	functionSets["sprig"] = maps.Clone(sprig.TxtFuncMap())
}
