import { describe, expect, test } from "vitest";
import { type Delims, isEmpty, parse, type Tree } from "../../grammar/index.ts";

const names = ["print", "len", "f"];
const trees = (text: string, delims: Delims = ["{{", "}}"], functions = names): Map<string, Tree> =>
  parse(text, { name: "t", delims, isFunction: (name) => functions.includes(name) });
const nodes = (text: string, delims?: Delims) => trees(text, delims).get("t")!.root.nodes;

test("text, action, text, each with its place", () => {
  expect(nodes("Hey, {{ .first_name }}!")).toEqual([
    { kind: "text", text: "Hey, ", pos: 0, start: 0, end: 5 },
    {
      kind: "action",
      pos: 8,
      start: 5,
      end: 22,
      pipe: {
        kind: "pipe",
        decl: [],
        isAssign: false,
        pos: 8,
        start: 8,
        end: 19,
        commands: [
          {
            kind: "command",
            pos: 8,
            start: 8,
            end: 19,
            args: [{ kind: "field", names: ["first_name"], pos: 8, start: 8, end: 19 }],
          },
        ],
      },
    },
    { kind: "text", text: "!", pos: 22, start: 22, end: 23 },
  ]);
});

/** Removes the places of a tree, for comparisons. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape);
  if (typeof value !== "object" || value === null) return value;
  const { pos: _, start: __, end: ___, ...rest } = value as Record<string, unknown>;
  return Object.fromEntries(Object.entries(rest).map(([key, item]) => [key, shape(item)]));
}

/** Returns the only operand of the only command of the only action. */
function operand(text: string): unknown {
  const [action] = nodes(text);
  return action?.kind === "action" ? shape(action.pipe.commands[0]?.args[0]) : undefined;
}

describe("operands", () => {
  const number = { kind: "number", int: undefined, uint: undefined, float: undefined, complex: undefined };
  const rows: readonly (readonly [text: string, operand: unknown])[] = [
    ["{{.}}", { kind: "dot" }],
    ["{{nil | print}}", { kind: "nil" }],
    ["{{true}}", { kind: "bool", value: true }],
    ["{{.a.b.c}}", { kind: "field", names: ["a", "b", "c"] }],
    ["{{$}}", { kind: "variable", name: "$", fields: [] }],
    ["{{$.a.b}}", { kind: "variable", name: "$", fields: ["a", "b"] }],
    ["{{f.a.b}}", { kind: "chain", base: { kind: "identifier", name: "f" }, fields: ["a", "b"] }],
    ["{{f}}", { kind: "identifier", name: "f" }],
    ['{{"a\\x41\\xff"}}', { kind: "string", quoted: '"a\\x41\\xff"', text: "aA\udcff" }],
    ["{{`a\\n\r`}}", { kind: "string", quoted: "`a\\n\r`", text: "a\\n" }],
    ["{{017}}", { ...number, text: "017", int: 15n, uint: 15n, float: 15 }],
    ["{{-1}}", { ...number, text: "-1", int: -1n, float: -1 }],
    ["{{1.5}}", { ...number, text: "1.5", float: 1.5 }],
    ["{{1e3}}", { ...number, text: "1e3", int: 1000n, uint: 1000n, float: 1000 }],
    ["{{0x1p-2}}", { ...number, text: "0x1p-2", float: 0.25 }],
    ["{{'世'}}", { ...number, text: "'世'", int: 19990n, uint: 19990n, float: 19990 }],
    ["{{18446744073709551615}}", { ...number, text: "18446744073709551615", uint: 2n ** 64n - 1n, float: 2 ** 64 }],
    ["{{1+2i}}", { ...number, text: "1+2i", complex: { re: 1, im: 2 } }],
    ["{{3i}}", { ...number, text: "3i", complex: { re: 0, im: 3 } }],
  ];
  test.each(rows)("%s", (text, expected) => {
    expect(operand(text)).toEqual(expected);
  });

  test("a parenthesised pipeline, with fields", () => {
    const field = { kind: "field", names: ["a"] };
    const pipe = { kind: "pipe", decl: [], isAssign: false, commands: [{ kind: "command", args: [field] }] };
    expect(operand("{{(.a)}}")).toEqual(pipe);
    expect(operand("{{(.a).b.c}}")).toEqual({ kind: "chain", base: pipe, fields: ["b", "c"] });
  });
});

describe("pipelines", () => {
  const pipeOf = (text: string) => {
    const node = nodes(text).at(-1);
    return node && "pipe" in node ? node.pipe : undefined;
  };
  test("stages and arguments", () => {
    const pipe = pipeOf("{{ .a | print 1 .b | len }}");
    expect(pipe?.commands.map(({ args }) => args.map(({ kind }) => kind))).toEqual([
      ["field"],
      ["identifier", "number", "field"],
      ["identifier"],
    ]);
  });
  test.each([
    ["{{ $x := 1 }}", ["$x"], false],
    ["{{ $x := 1 }}{{ $x = 2 }}", ["$x"], true],
    ["{{ range $i, $e := .a }}{{ end }}", ["$i", "$e"], false],
    ["{{ $x := 1 }}{{ $x }}", [], false],
  ])("declarations: %s", (text, decl, isAssign) => {
    const pipe = pipeOf(text);
    expect(pipe?.decl.map(({ name }) => name)).toEqual(decl);
    expect(pipe?.isAssign).toBe(isAssign);
  });
  test("a pipe at the end is nothing", () => {
    expect(shape(pipeOf("{{ .a | }}"))).toEqual(shape(pipeOf("{{ .a }}")));
  });
});

test("else if nests", () => {
  const [node] = nodes("{{if .a}}1{{else if .b}}2{{else}}3{{end}}");
  if (node?.kind !== "if") return expect.fail(`not an if: ${node?.kind}`);
  expect(shape(node.list.nodes)).toEqual([{ kind: "text", text: "1" }]);
  const [nested] = node.elseList?.nodes ?? [];
  if (nested?.kind !== "if") return expect.fail(`not an if: ${nested?.kind}`);
  expect(shape([nested.list.nodes, nested.elseList?.nodes])).toEqual([
    [{ kind: "text", text: "2" }],
    [{ kind: "text", text: "3" }],
  ]);
});

describe("white space and comments", () => {
  const rows: readonly (readonly [text: string, kept: readonly string[]])[] = [
    ["a {{- .x -}} \n\t b", ["a", ".", "b"]],
    ["a {{- .x }} b", ["a", ".", " b"]],
    ["a {{-3}} b", ["a ", ".", " b"]],
    ["a\u00a0{{- .x -}}\u000b b", ["a\u00a0", ".", "\u000b b"]],
    ["a {{- /* c */ -}} b", ["a", "/* c */", "b"]],
    ["a{{/* }} */}}b", ["a", "/* }} */", "b"]],
    ["  {{- .x -}}  {{- .y -}}  ", [".", "."]],
    ["{{-\n.x\n-}}", ["."]],
  ];
  test.each(rows)("%j", (text, kept) => {
    expect(nodes(text).map((node) => ("text" in node ? node.text : "."))).toEqual(kept);
  });
});

describe("definitions", () => {
  test("define and block make trees of their own; block is a call too", () => {
    const all = trees('{{define "a"}}A{{end}}{{block `b` .x}}B{{end}}');
    expect([...all.keys()].sort()).toEqual(["a", "b", "t"]);
    expect(shape(all.get("a")!.root.nodes)).toEqual([{ kind: "text", text: "A" }]);
    expect(shape(all.get("b")!.root.nodes)).toEqual([{ kind: "text", text: "B" }]);
    expect(shape(all.get("t")!.root.nodes)).toMatchObject([{ kind: "template", name: "b" }]);
  });
  test("an empty one gives way, whichever comes first", () => {
    const empty = '{{define "a"}} \n{{/* c */}}{{end}}';
    const full = '{{define "a"}}A{{end}}';
    for (const text of [empty + full, full + empty]) {
      expect(shape(trees(text).get("a")!.root.nodes)).toEqual([{ kind: "text", text: "A" }]);
    }
  });
  test("a text of definitions only is empty, and may define itself", () => {
    expect(isEmpty(trees('\n{{define "a"}}A{{end}}\n').get("t")!.root)).toBe(true);
    expect(shape(trees('\n{{define "t"}}A{{end}}\n').get("t")!.root.nodes)).toEqual([{ kind: "text", text: "A" }]);
  });
  test("white space is what Go takes for it", () => {
    expect(isEmpty(trees("\u0085\u00a0\u2028").get("t")!.root)).toBe(true);
    expect(isEmpty(trees("\ufeff").get("t")!.root)).toBe(false);
  });
});

test("break and continue are words where functions have their names", () => {
  const kind = (functions: string[]) => {
    const [range] = trees("{{range .a}}{{break}}{{end}}", ["{{", "}}"], functions).get("t")!.root.nodes;
    return range?.kind === "range" ? range.list.nodes[0]?.kind : undefined;
  };
  expect([kind([]), kind(["break"])]).toEqual(["break", "action"]);
});

test.each<[string, Delims]>([
  ["a<%.x%>b", ["<%", "%>"]],
  ["a{{ .x }}b", ["{{", "}}"]],
  ["a$.x$b", ["$", "$"]],
  ["a(.x)b", ["(", ")"]],
  ["a|.x|b", ["|", "|"]],
  ["aé.x 世b", ["é", "世"]],
  ["abegin .x endb", ["begin", "end"]],
])("delimiters: %s", (text, delims) => {
  const [before, action, after] = nodes(text, delims);
  expect([before, after].map(shape)).toEqual([
    { kind: "text", text: "a" },
    { kind: "text", text: "b" },
  ]);
  expect(action?.kind === "action" && shape(action.pipe.commands[0]?.args)).toEqual([{ kind: "field", names: ["x"] }]);
});
