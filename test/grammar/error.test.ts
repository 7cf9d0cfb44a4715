import { describe, expect, test } from "vitest";
import { type Delims, parse, TemplateError } from "../../grammar/index.ts";

function errorOf(text: string, name = "t", delims: Delims = ["{{", "}}"]): TemplateError {
  try {
    parse(text, { name, delims, isFunction: (id) => id === "print" || id === "eq" });
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  return expect.fail(`no error: ${text}`);
}

type Row = readonly [text: string, message: string, line: number, column: number, spanned: string];

/** Messages of real Go 1.27, after `template: t:`; then the place, which Go does not give. */
const rows: readonly Row[] = [
  ["{{ if eq .subscriber_status subscribed” }}", "1: bad character U+201D '”'", 1, 39, "”"],
  ["Hey, {{ .first_name", "1: unclosed action", 1, 20, ""],
  ["a\n{{.x\n\ny", '4: function "y" not defined', 4, 1, "y"],
  ["{{ .a-b }}", "1: bad character U+002D '-'", 1, 6, "-"],
  ["{{ .user name }}{{ end }}", '1: function "name" not defined', 1, 10, "name"],
  ["{{ if }}x{{ end }}", "1: missing value for if", 1, 7, "}}"],
  ["{{ if .x }}x", "1: unexpected EOF", 1, 13, ""],
  ["{{ else }}", "1: unexpected {{else}}", 1, 1, "{{"],
  ["{{ end }}", "1: unexpected {{end}}", 1, 1, "{{"],
  ["{{ nope .x }}", '1: function "nope" not defined', 1, 4, "nope"],
  ["{{ $x }}", '1: undefined variable "$x"', 1, 4, "$x"],
  ["x\n  {{ $x := 1 }}{{ $y }}", '2: undefined variable "$y"', 2, 19, "$y"],
  ["{{ .x | 1 }}", "1: non executable command in pipeline stage 2", 1, 11, "}}"],
  ["{{ 1.a }}", '1: bad number syntax: "1.a"', 1, 4, "1.a"],
  ["{{ break }}", "1: {{break}} outside {{range}}", 1, 4, "break"],
  ["{{range .x}}{{else}}{{continue}}{{end}}", "1: {{continue}} outside {{range}}", 1, 23, "continue"],
  ['{{ "abc }}', "1: unterminated quoted string", 1, 4, '"abc }}'],
  ["{{ `abc }}", "1: unterminated raw quoted string", 1, 4, "`abc }}"],
  ["{{ 'ab' }}", "1: malformed character constant: 'ab'", 1, 4, "'ab'"],
  ["{{ 'a }}", "1: unterminated character constant", 1, 4, "'a }}"],
  ["{{ 3a }}", '1: bad number syntax: "3a"', 1, 4, "3a"],
  ["{{ 08 }}", '1: integer overflow: "08"', 1, 4, "08"],
  ["{{ 1e400 }}", '1: illegal number syntax: "1e400"', 1, 4, "1e400"],
  ["{{ 0x }}", '1: illegal number syntax: "0x"', 1, 4, "0x"],
  ['{{ "\\q" }}', "1: invalid syntax", 1, 4, '"\\q"'],
  ["{{/* a }}", "1: unclosed comment", 1, 3, "/* a }}"],
  ["{{/* a */ }}", "1: comment ends before closing delimiter", 1, 3, "/* a */"],
  ["{{ (.x }}", "1: unclosed left paren", 1, 8, "}}"],
  ["{{ .x) }}", "1: unexpected right paren", 1, 6, ")"],
  ["{{ : }}", "1: expected :=", 1, 4, ":"],
  ["{{ template x }}", '1: unexpected "x" in template clause', 1, 13, "x"],
  ["{{ template }}", '1: unexpected "}}" in template clause', 1, 13, "}}"],
  ['{{ block "a" }}x{{end}}', "1: missing value for block clause", 1, 14, "}}"],
  ['{{ define "a" }}x{{ else }}', "1: unexpected {{else}} in define clause", 1, 18, "{{"],
  [
    '{{ define "a" }}x{{ end }}{{ define "a" }}y{{ end }}',
    '1: template: multiple definition of template "a"',
    1,
    51,
    "}}",
  ],
  ['{{ if .x }}{{ define "a" }}{{ end }}{{ end }}', "1: unexpected <define> in command", 1, 15, "define"],
  ["{{ if .x }}a{{ else }}b{{ else }}c{{ end }}", "1: expected end; found {{else}}", 1, 24, "{{"],
  ["{{ range $a, $b, $c := .x }}{{ end }}", "1: too many declarations in range", 1, 16, ","],
  ["{{ range $a, .x }}{{ end }}", "1: range can only initialize variables", 1, 14, ".x"],
  ["{{ with $a, $b := .x }}{{ end }}", "1: too many declarations in with", 1, 11, ","],
  ["{{ | .x }}", '1: unexpected "|" in command', 1, 4, "|"],
  ["{{ .x || .y }}", '1: unexpected "|" in command', 1, 8, "|"],
  ["é{{ é }}", '1: function "é" not defined', 1, 5, "é"],
  ["\t{{ .a b }}\t{{ x", '1: function "b" not defined', 1, 8, "b"],
  ["{{ .x == 1 }}", '1: unexpected "=" in operand', 1, 7, "="],
  ["{{ !.x }}", '1: unexpected "!" in command', 1, 4, "!"],
  ["{{ print(1) }}", '1: unexpected "(" in operand', 1, 9, "("],
  ["{{}}", "1: missing value for command", 1, 3, "}}"],
  ["{{ - }}", '1: illegal number syntax: "-"', 1, 4, "-"],
  ["{{ .x }}{{ \u00a0.y }}", "1: unrecognized character in action: U+00A0", 1, 12, "\u00a0"],
  ["{{ 😀 }}", "1: unrecognized character in action: U+1F600 '😀'", 1, 4, "😀"],
  ["{{ if .x }}{{ elseif .y }}{{ end }}", '1: function "elseif" not defined', 1, 15, "elseif"],
  ["{{ end .x }}", '1: unexpected ".x" in end', 1, 8, ".x"],
  ["{{ .name. }}", "1: unexpected <.> in operand", 1, 9, "."],
  ["{{{.x}}}", '1: unexpected "{" in command', 1, 3, "{"],
  ["{{.s}", "1: bad character U+007D '}'", 1, 5, "}"],
  ['{{ "a""b" }}', '1: unexpected "\\"b\\"" in operand', 1, 7, '"b"'],
  ["\n\n   {{if .x}}\n  {{end}}{{end}}", "4: unexpected {{end}}", 4, 10, "{{"],
];

test.each(rows)("%j", (text, message, line, column, spanned) => {
  const error = errorOf(text);
  const { start, end } = error.span;
  expect({ message: error.message, line: error.line, column: error.column, spanned: text.slice(start, end) }).toEqual({
    message: `template: t:${message}`,
    line,
    column,
    spanned,
  });
});

test("an error of the parser carries its text and name, and no output", () => {
  const { phase, name, text, output, cause } = errorOf("a {{ nope }}", "welcome.title");
  expect({ phase, name, text, output, cause }).toEqual({
    phase: "parse",
    name: "welcome.title",
    text: "a {{ nope }}",
    output: "",
    cause: undefined,
  });
  expect(errorOf("{{ nope }}", "welcome.title").message).toBe('template: welcome.title:1: function "nope" not defined');
});

/** Pictures: message, line, caret. */
const pictures: readonly (readonly [about: string, text: string, picture: readonly string[]])[] = [
  [
    "a typographic quote",
    "{{ if eq .subscriber_status subscribed” }}Hello{{ end }}",
    [
      "template: t:1: bad character U+201D '”'",
      "1 | {{ if eq .subscriber_status subscribed” }}Hello{{ end }}",
      "  |                                       ^",
    ],
  ],
  [
    "only the line it is about",
    "Hello,\n\n  {{ .first_name }} {{ .last name }}\n\nBye",
    [
      'template: t:3: function "name" not defined',
      "3 |   {{ .first_name }} {{ .last name }}",
      "  |                              ^^^^",
    ],
  ],
  [
    "Go names the line where it stopped reading, the picture shows the culprit",
    "{{ .x | 1\n\n}}",
    ["template: t:3: non executable command in pipeline stage 2", "3 | }}", "  | ^^"],
  ],
  ["a line of two digits", `${"\n".repeat(9)}{{`, ["template: t:10: unclosed action", "10 | {{", "   |   ^"]],
  ["the end of the text", "{{ if .x }}\n", ["template: t:2: unexpected EOF", "2 | ", "  | ^"]],
  ["the start of the text", "{{end}}", ["template: t:1: unexpected {{end}}", "1 | {{end}}", "  | ^^"]],
  [
    "tabs and carriage returns take one column",
    "\t{{ a }}\r\n",
    ['template: t:1: function "a" not defined', "1 |  {{ a }} ", "  |     ^"],
  ],
  [
    "a pair of surrogates takes one column",
    "😀{{ é }}",
    ['template: t:1: function "é" not defined', "1 | 😀{{ é }}", "  |     ^"],
  ],
  [
    "an unclosed comment of many lines",
    "a{{/* b\nc",
    ["template: t:1: unclosed comment", "1 | a{{/* b", "  |    ^^^^"],
  ],
  [
    "of a long line, what is around",
    `${"a".repeat(80)}{{ nope }}${"b".repeat(80)}`,
    [
      'template: t:1: function "nope" not defined',
      `1 | …${"a".repeat(47)}{{ nope }}${"b".repeat(43)}…`,
      `  | ${" ".repeat(51)}^^^^`,
    ],
  ],
  [
    "the start of a long line",
    `{{ nope }}${"b".repeat(200)}`,
    ['template: t:1: function "nope" not defined', `1 | {{ nope }}${"b".repeat(90)}…`, "  |    ^^^^"],
  ],
  [
    "the end of a long line",
    `${"a".repeat(200)}{{ nope }}`,
    ['template: t:1: function "nope" not defined', `1 | …${"a".repeat(90)}{{ nope }}`, `  | ${" ".repeat(94)}^^^^`],
  ],
];

test.each(pictures)("the picture: %s", (_, text, picture) => {
  expect(String(errorOf(text)).split("\n")).toEqual(picture);
});

describe("other delimiters", () => {
  const other: readonly (readonly [text: string, delims: Delims, message: string, column: number])[] = [
    ["<% nope %>", ["<%", "%>"], 'function "nope" not defined', 4],
    ["{{ nope }} <% if %>", ["<%", "%>"], "missing value for if", 18],
    ["<%end%>", ["<%", "%>"], "unexpected <%end%>", 1],
    ["<%if .x%><%else%><%else%>", ["<%", "%>"], "expected end; found <%else%>", 18],
    ["<%break%>", ["<%", "%>"], "{{break}} outside {{range}}", 3],
    ["$ .x $ $ if $", ["$", "$"], "missing value for if", 13],
    ["(print (.x))", ["(", ")"], "unclosed left paren", 11],
    ["é .x 世 é", ["é", "世"], "unclosed action", 9],
  ];
  test.each(other)("%s", (text, delims, message, column) => {
    const error = errorOf(text, "t", delims);
    expect([error.message, error.column]).toEqual([`template: t:1: ${message}`, column]);
  });
});
