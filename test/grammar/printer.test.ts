import fc from "fast-check";
import { expect, test } from "vitest";
import { randomCase } from "../../conformance/arbitrary.ts";
import { functions } from "../../conformance/functions.ts";
import { type Delims, type List, parse, printNode, printTrees, TemplateError, type Tree } from "../../grammar/index.ts";
import { isBuiltin } from "../../src/template/builtins/index.ts";

const braces: Delims = ["{{", "}}"];
const isFunction = (name: string): boolean => isBuiltin(name) || Object.hasOwn(functions, name);
const trees = (text: string, delims = braces): Map<string, Tree> => parse(text, { name: "t", delims, isFunction });
const printed = (text: string, delims?: Delims): string => printTrees(trees(text, delims).values(), "t");

/** Nodes as Go's messages show them. */
const rows: readonly (readonly [text: string, printed: string])[] = [
  ["{{ .a.b }}", "{{.a.b}}"],
  ["{{- $x:=1 -}}", "{{$x := 1}}"],
  ["{{$x = .a|print   1|len|}}", "{{$x = .a | print 1 | len}}"],
  ["{{print 1\n\"a\" `b` 'c'  0x10 -1.50 true nil . $ $.a}}", "{{print 1 \"a\" `b` 'c' 0x10 -1.50 true nil . $ $.a}}"],
  ["{{(print (.a) 1).b.c}}", "{{(print (.a) 1).b.c}}"],
  ["{{print .a.b print.c}}", "{{print .a.b print.c}}"],
  ["{{if .a}}1{{else if .b}}2{{end}}", "{{if .a}}1{{else}}{{if .b}}2{{end}}{{end}}"],
  ["{{range $i,$e:=.a}}{{break}}{{else}}x{{end}}", "{{range $i, $e := .a}}{{break}}{{else}}x{{end}}"],
  ["{{with $y := .a}} {{$y.b}} {{end}}", "{{with $y := .a}} {{$y.b}} {{end}}"],
  ['{{template `a"b` .x}}', '{{template "a\\"b" .x}}'],
  ['{{template "a"}}', '{{template "a"}}'],
];

test.each(rows)("a node: %s", (text, expected) => {
  const [node] = trees(`{{$x := 1}}${text}`).get("t")!.root.nodes.slice(1);
  expect(printNode(node!, braces)).toBe(expected);
});

test("a node with the caller's delimiters, without comments", () => {
  const [node] = trees("<%if .a%>x<%/* c */%><%end%>", ["<%", "%>"]).get("t")!.root.nodes;
  expect(printNode(node!, ["<%", "%>"])).toBe("<%if .a%>x<%end%>");
});

const sources: [text: string, printed: string, delims?: Delims][] = [
  ["", ""],
  ["a {{- .x -}} b", "a{{.x}}b"],
  ["a{{/* c */ -}} b", "a{{/* c */}}b"],
  [
    'x{{define "a"}}A{{end}}y{{block "b" .}}B{{end}}',
    'xy{{template "b" .}}{{define "a"}}A{{end}}{{define "b"}}B{{end}}',
  ],
  // A brace before a delimiter would become part of it.
  ["{ {{- .x}}", "{ {{- .x}}"],
  ["a{{.x}}{ {{- .y}}", "a{{.x}}{ {{- .y}}"],
  // So would a brace on either side of a definition.
  ['{ {{- define "a"}}{{end}}{', '{ {{- /**/}}{ {{- define "a"}}{{end}}'],
  ["é.x 世y", "é.x 世y", ["é", "世"]],
  ["é/* c */世y", "é/* c */世y", ["é", "世"]],
  ["begin .x endybegin 1 end", "begin.x endybegin1 end", ["begin", "end"]],
  ["<1 .>", "<1 .>", ["<", ".>"]],
];

test.each(sources)("whole templates: %j", (text, expected, delims) => {
  expect(printed(text, delims)).toBe(expected);
  expect(printed(expected, delims)).toBe(expected);
});

/** Removes places, and joins texts that were around a definition or an empty comment. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape);
  if (typeof value !== "object" || value === null) return value;
  const { pos: _, start: __, end: ___, source: ____, ...rest } = value as Record<string, unknown>;
  if (rest.kind === "list") rest.nodes = joinedTexts((rest as unknown as List).nodes);
  return Object.fromEntries(Object.entries(rest).map(([key, item]) => [key, shape(item)]));
}

function joinedTexts(nodes: List["nodes"]): List["nodes"] {
  const joined: List["nodes"][number][] = [];
  for (const node of nodes) {
    const last = joined.at(-1);
    if (node.kind === "comment" && node.text === "/**/") continue;
    if (node.kind === "text" && last?.kind === "text")
      joined[joined.length - 1] = { ...node, text: last.text + node.text };
    else joined.push(node);
  }
  return joined;
}

test("what is printed parses to the same trees, and prints the same", () => {
  let parsed = 0;
  fc.assert(
    fc.property(randomCase, ({ template, delims: [left, right] = ["", ""] }) => {
      const delims: Delims = [left || "{{", right || "}}"];
      let before: Map<string, Tree>;
      try {
        before = trees(template, delims);
      } catch (error) {
        if (error instanceof TemplateError) return;
        throw error;
      }
      parsed++;
      const text = printTrees(before.values(), "t");
      const after = trees(text, delims);
      expect(printTrees(after.values(), "t")).toBe(text);
      for (const tree of before.values()) expect(shape(after.get(tree.name))).toEqual(shape(tree));
      expect(after.size).toBe(before.size);
    }),
    { numRuns: 3000 },
  );
  expect(parsed).toBeGreaterThan(1000);
});
