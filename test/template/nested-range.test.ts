import { expect, test } from "vitest";
import { compile } from "../../src/index.ts";

const data = { m: { c: "a", d: "b" }, l: [], two: [1, 2] };

// Go 1.27.4: walkRange recovers a break in its own `else`; a continue there reaches the range around it.
test.each([
  ["{{range .m}}{{range $.l}}{{else}}{{break}}{{end}}x{{.}}{{end}}", "xaxb"],
  ["{{range .m}}{{range $.l}}{{else}}{{continue}}{{end}}x{{.}}{{end}}", ""],
  ["{{range .m}}{{range $.l}}{{else}}-{{if eq . `a`}}{{continue}}{{end}}{{end}}x{{.}}{{end}}", "--xb"],
  ["{{range .m}}{{range $.l}}{{else}}{{range $.l}}{{else}}{{break}}{{end}}i{{end}}x{{.}}{{end}}", "ixaixb"],
  ["{{range .m}}{{range $.two}}{{break}}{{else}}{{break}}{{end}}x{{.}}{{end}}", "xaxb"],
  ["{{range .m}}{{with $.l}}{{else}}{{break}}{{end}}x{{.}}{{end}}", ""],
])("%s", (text, expected) => {
  expect(compile(text).render(data)).toBe(expected);
  expect(compile(text, { escape: "html" }).render(data)).toBe(expected);
});
