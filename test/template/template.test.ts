import { describe, expect, test } from "vitest";
import { compile, type LanguageOptions } from "../../src/template/index.ts";
import { errorOf } from "../thrown.ts";

describe("further templates", () => {
  const templates = { footer: "Bye, {{.}}", "a b/c": '[{{template "footer" .}}]' };
  test("are called by name", () => {
    const text = 'Hey {{template "footer" .name}} {{template "a b/c" 1}}';
    expect(compile(text, { templates }).render({ name: "Ann" })).toBe("Hey Bye, Ann [Bye, 1]");
  });
  test("may define more, and call the main one's", () => {
    const more = { x: '{{define "y"}}y{{end}}x{{template "z"}}' };
    expect(compile('{{define "z"}}z{{end}}{{template "x"}}{{template "y"}}', { templates: more }).render()).toBe("xzy");
  });
  test("see dot and $ as they were given, and no other variable", () => {
    const text = '{{$x := 1}}{{template "a" .b}}{{template "a"}}{{define "a"}}({{.}} {{$}}){{end}}';
    expect(compile(text).render({ b: "B" })).toBe("(B B)(<no value> <no value>)");
    expect(() => compile('{{$x := 1}}{{define "a"}}{{$x}}{{end}}')).toThrow('undefined variable "$x"');
  });
  test("have the functions and delimiters of all", () => {
    const options = { delims: ["<%", "%>"], functions: [{ f: () => "F" }], templates: { a: "<% f %>{{f}}" } } as const;
    expect(compile('<%template "a"%>', options).render()).toBe("F{{f}}");
  });
  test("a block is a definition and a call", () => {
    const text = 'a{{block "b" .x}}[{{.}}]{{end}}';
    expect(compile(text).render({ x: 1 })).toBe("a[1]");
    expect(compile(text, { templates: { other: '{{define "b"}}<{{.}}>{{end}}' } }).render({ x: 1 })).toBe("a<1>");
  });

  describe("defined again", () => {
    const rows: readonly (readonly [about: string, templates: Record<string, string>, output: string])[] = [
      ["a later text wins", { b: '{{define "a"}}2{{end}}' }, "2"],
      ["the last of them", { b: '{{define "a"}}2{{end}}', c: '{{define "a"}}3{{end}}' }, "3"],
      ["under its own name too", { a: "2" }, "2"],
      ["an empty one does not", { b: '{{define "a"}} \n{{/* c */}}{{end}}' }, "1"],
      ["nor an empty text", { a: " " }, "1"],
    ];
    test.each(rows)("%s", (_, more, output) => {
      expect(compile('{{define "a"}}1{{end}}{{template "a"}}', { templates: more }).render()).toBe(output);
    });
    test("twice in one text is an error", () => {
      const error = errorOf(() => compile("x", { templates: { b: '{{define "a"}}1{{end}}{{define "a"}}2{{end}}' } }));
      expect(error.message).toBe('template: b:1: template: multiple definition of template "a"');
    });
  });

  test("an error of one names it", () => {
    const error = errorOf(() => compile("x", { templates: { footer: "\n{{" } }));
    expect([error.message, error.name, error.text]).toEqual(["template: footer:2: unclosed action", "footer", "\n{{"]);
    const exec = errorOf(() => compile('a{{template "footer"}}', { templates: { footer: "b\n{{len 3}}" } }).render());
    expect([exec.message, exec.name, exec.line, exec.output]).toEqual([
      'template: footer:2:2: executing "footer" at <len 3>: error calling len: len of type int',
      "footer",
      2,
      "ab\n",
    ]);
  });
  test("a definition's error names the text and the definition", () => {
    const error = errorOf(() => compile('{{define "a"}}{{len 3}}{{end}}{{template "a"}}', { name: "t" }).render());
    expect(error.message).toBe('template: t:1:16: executing "a" at <len 3>: error calling len: len of type int');
  });
  test("one that is not there fails when it is called, not before", () => {
    const template = compile('a{{if .}}{{template "nope"}}{{end}}', { name: "t" });
    expect(template.render(false)).toBe("a");
    const error = errorOf(() => template.render(true));
    expect(error.message).toBe('template: t:1:20: executing "t" at <{{template "nope"}}>: template "nope" not defined');
  });
});

describe("entry", () => {
  const template = compile('main{{define "a"}}A{{.}}{{end}}', { name: "t", templates: { b: 'B{{template "a" .}}' } });
  test.each([
    [undefined, "main"],
    ["t", "main"],
    ["a", "A1"],
    ["b", "BA1"],
  ])("%s", (entry, output) => {
    expect(template.render(1, { entry })).toBe(output);
  });
  test.each(["nope", "", "__proto__", "constructor"])("no template %j", (entry) => {
    const error = errorOf(() => template.render(1, { entry }));
    expect(error.message).toBe(`template: no template "${entry}" associated with template "t"`);
    expect([error.phase, error.line, error.column, error.output]).toEqual(["exec", 1, 1, ""]);
  });
  test("the first line may be empty", () => {
    const error = errorOf(() => compile("\nmain").render(1, { entry: "nope" }));
    expect([error.line, error.column, String(error).split("\n").slice(1)]).toEqual([1, 1, ["1 | ", "  | ^"]]);
  });
});

describe("options that make no sense", () => {
  const rows: readonly (readonly [options: unknown, message: string])[] = [
    [{ functions: [{ "a-b": () => 1 }] }, 'function name "a-b" is not a valid identifier'],
    [{ functions: [{ "": () => 1 }] }, 'function name "" is not a valid identifier'],
    [{ functions: [{ "1a": () => 1 }] }, 'function name "1a" is not a valid identifier'],
    [{ functions: [{ "a b": () => 1 }] }, 'function name "a b" is not a valid identifier'],
    [{ functions: [{ f: 1 }] }, "value for f not a function"],
    [{ functions: [{}, { f: null }] }, "value for f not a function"],
    [{ missingKey: "nope" }, "unrecognized option: missingkey=nope"],
    [{ numbers: "double" }, "unrecognized option: numbers=double"],
    [{ limits: { steps: Number.NaN } }, "the steps limit is NaN, not a number from 0"],
    [{ limits: { output: -1 } }, "the output limit is -1, not a number from 0"],
    [{ limits: { depth: "deep" } }, "the depth limit is deep, not a number from 0"],
  ];
  test.each(rows)("%j", (options, message) => {
    expect(() => compile("x", options as LanguageOptions)).toThrow(new TypeError(message));
  });
  test.each([undefined, null, 5, {}])("a text that is none: %j", (text) => {
    expect(() => compile(text as never)).toThrow(new TypeError("a template is text"));
  });
  test("undefined is as good as nothing", () => {
    const options = { name: undefined, delims: undefined, missingKey: undefined, numbers: undefined, functions: undefined, templates: undefined, limits: undefined }; // biome-ignore format: one line
    expect(compile("{{.x}}", options).render({ x: 1e6 })).toBe("1000000");
    expect(errorOf(() => compile("{{", options)).message).toBe("template: template:1: unclosed action");
  });
  test("an empty delimiter is the default one", () => {
    expect(compile("{{.}}", { delims: ["", ""] }).render(1)).toBe("1");
    expect(compile("<%.}}", { delims: ["<%", ""] }).render(1)).toBe("1");
  });
  test("function names of any alphabet", () => {
    expect(compile("{{é1 }}{{_x}}", { functions: [{ é1: () => 1, _x: () => 2 }] }).render()).toBe("12");
  });
});

describe("a render leaves nothing behind", () => {
  test("each starts anew", () => {
    const template = compile("{{$x := 0}}{{range .}}{{$x = .}}{{end}}{{$x}}{{and .y ($z := 1)}}", { name: "t" });
    expect(template.render({ a: 1, b: 2 })).toBe("2<no value>");
    expect(errorOf(() => template.render([1, 2])).output).toBe("2");
    expect(template.render({})).toBe("0<no value>");
  });
  test("the same comes out each time, and from each copy", () => {
    const text = '{{range $k, $v := .}}{{$k}}={{printf "%v %q %5.2f" $v $v 1.005}};{{end}}{{.}}';
    const profile = { b: [1, { z: 1, a: null }], a: "é", "10": 1.5, "9": true };
    const first = compile(text).render(profile);
    const template = compile(text);
    for (let i = 0; i < 3; i++) expect(template.render(structuredClone(profile))).toBe(first);
    const reversed = Object.fromEntries(Object.entries(profile).reverse());
    expect(template.render(reversed)).toBe(first);
  });
  test("a frozen profile renders", () => {
    const profile = Object.freeze({
      list: Object.freeze(["b", "a", Object.freeze({ x: 1 })]),
      map: Object.freeze({ z: 1, a: Object.freeze([1, 2, 3]) }),
    });
    const text =
      "{{$l := .list}}{{$l = slice $l 1}}{{$l}}{{range $i, $e := .map}}{{$i = 5}}{{$e = 6}}{{end}}{{.map}}{{slice .map.a 0 4}}";
    expect(compile(text).render(profile)).toBe("[a map[x:1]]map[a:[1 2 3] z:1][1 2 3 <nil>]");
  });
  test("options may change afterwards", () => {
    const functions = { f: () => 1 };
    const templates = { a: "A" };
    const limits = { steps: 1000 };
    const template = compile('{{f}}{{template "a"}}{{range 5}}{{end}}', { functions: [functions], templates, limits });
    functions.f = () => 2;
    templates.a = "B";
    limits.steps = 1;
    expect(template.render()).toBe("1A");
  });
});

describe("what was written before an error", () => {
  const rows: readonly (readonly [text: string, output: string])[] = [
    ["{{len 1}}", ""],
    ["a{{.x}}{{len 1}}b", "aX"],
    ["{{range .l}}{{.}},{{end}}{{len 1}}", "1,2,"],
    ["{{range .l}}{{.}}{{if eq . 2}}{{len .}}{{end}}{{end}}", "12"],
    ['a{{template "t" .}}{{define "t"}}b{{with .x}}c{{len 1}}{{end}}{{end}}', "abc"],
    ["{{print 1 2 (len 1)}}", ""],
    ["é\ud800{{len 1}}", "é\ufffd"],
  ];
  test.each(rows)("%j", (text, output) => {
    expect(errorOf(() => compile(text).render({ x: "X", l: [1, 2] })).output).toBe(output);
  });
});
