//go:build sprig

//go:debug default=go1.27

// Is built only if Sprig's source is available (see ../go.ts).
package main

import (
	"maps"

	"github.com/Masterminds/sprig"
)

func init() {
	functionSets["sprig"] = maps.Clone(sprig.TxtFuncMap())
}
