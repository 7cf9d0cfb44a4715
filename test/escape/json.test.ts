import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile, Float64, TemplateError, type TemplateOptions } from "../../src/index.ts";
import { errorOf } from "../thrown.ts";

const render = (text: string, profile?: unknown, options: TemplateOptions = {}): string =>
  compile(text, { escape: "json", ...options }).render(profile);

const hostile = 'a"b\\c\n\u0000\u2028</script>\ud800é🎉{"x":1},[';

describe("values", () => {
  test.each<[unknown, string]>([
    ["x", '"x"'],
    [hostile, `"a\\"b\\\\c\\n\\u0000\\u2028\\u003c/script\\u003e\ufffdé🎉{\\"x\\":1},["`],
    [7, "7"],
    [-1.5, "-1.5"],
    [1e21, "1e+21"],
    [1e-7, "1e-7"],
    [new Float64(1), "1"],
    [12345678901234567890n, "12345678901234567890"],
    [true, "true"],
    [null, "null"],
    [undefined, "null"],
    [[], "[]"],
    [[1, ["a"], {}, null, undefined], '[1,["a"],{},null,null]'],
    [{ b: 1, a: { "": [] }, c: undefined, '"': "q" }, '{"\\"":"q","a":{"":[]},"b":1}'],
    [JSON.parse('{"__proto__":{"a":1}}'), '{"__proto__":{"a":1}}'],
    [new Map([["k", 1]]), '{"k":1}'],
    [new Set([1, 2]), "[1,2]"],
    [new Date(0), '"1970-01-01T00:00:00Z"'],
  ])("%o", (value, json) => {
    expect(render('{"v":{{ .v }}}', { v: value })).toBe(`{"v":${json}}`);
    expect(render("{{ .v }}", { v: value })).toBe(json);
    expect(render("[{{ .v }}]", { v: value })).toBe(`[${json}]`);
  });

  test.each<[unknown, string]>([
    [Number.NaN, "json: unsupported value: NaN"],
    [Number.NEGATIVE_INFINITY, "json: unsupported value: -Inf"],
    [[[() => 1]], "json: unsupported type: func"],
  ])("%o cannot be said in JSON", (value, message) => {
    const error = errorOf(() => render('{"v":{{ .v }}}', { v: value }));
    expect(error).toMatchObject({ phase: "exec", line: 1, column: 9 });
    expect(error.message).toContain(message);
  });

  test("deep ones and long ones meet the limits", () => {
    const deep: unknown[] = [];
    deep.push(deep);
    expect(errorOf(() => render("{{ . }}", deep))).toMatchObject({ limit: "depth" });
    const limits = { output: 1000 };
    expect(errorOf(() => render("{{ . }}", "x".repeat(2000), { limits }))).toMatchObject({ limit: "output" });
    expect(errorOf(() => render("{{ . }}", Array(2000).fill(1), { limits }))).toMatchObject({ limit: "output" });
    expect(errorOf(() => render("{{ . }}", Array(2000).fill(1), { limits: { steps: 50 } }))).toMatchObject({
      limit: "steps",
    });
  });

  test("what is absent is null, and an error where it is required", () => {
    expect(render('{"v":{{ .v }},"s":"{{ .v }}"}', {})).toBe(String.raw`{"v":null,"s":"\u003cno value\u003e"}`);
    const error = errorOf(() => render('{"v":{{ .v }}}', {}, { missingKey: "required" }));
    expect(error).toMatchObject({ phase: "exec", column: 9 });
  });
});

describe("strings, keys, numbers", () => {
  test.each<[string, unknown, unknown]>([
    ['"{{ .v }}"', hostile, hostile.toWellFormed()],
    ['"a{{ .v }}b{{ .v }}c"', '"', 'a"b"c'],
    ['"\\u0041\\n{{ .v }}\\\\"', "\\", "A\n\\\\"],
    ['"{{ .v }}"', 7.5, "7.5"],
    ['"{{ .v }}"', [1, "a"], "[1 a]"],
    ['"{{ if .v }}yes{{ else }}no{{ end }}"', true, "yes"],
    ['"{{ range .v }}<{{ . }}>{{ end }}"', ['"', "\\"], '<"><\\>'],
    ["{ {{ .v }}: 1 }", 'a"b', { 'a"b': 1 }],
    ['{"{{ .v }}": 1, {{ .v }}: 2}', 7, { 7: 2 }],
    ['{"a{{ .v }}": [ {{ .v }} ]}', 'x"', { 'ax"': ['x"'] }],
    ["-0.5e+3", 0, -500],
    ["{{ if .v }}true{{ else }}-1{{ end }}", false, -1],
    ['{{/* c */}} {"a": {{- .v -}} } ', 1, { a: 1 }],
    ['{{ $x := .v }}{"a":{{ $x }}}', 1, { a: 1 }],
    ['{"a":{{ with .v }}{{ .b }}{{ else }}null{{ end }}}', { b: 2 }, { a: 2 }],
    ['{"a":{{ printf "%d" 7 }},"b":{{ 7 }},"c":{{ "x" }},"d":{{ true }}}', 0, { a: "7", b: 7, c: "x", d: true }],
  ])("%s with %j", (text, v, value) => {
    expect(JSON.parse(render(text, { v }))).toEqual(value);
  });

  test("a text that is JSON is written as it is", () => {
    const text = '\n{ "a" : [ 1 ,\t2 ] , "b":{ } }\r\n';
    expect(render(text)).toBe(text);
    expect(render('{"a": {{ .v }}, "b": {{ .v }}}', { v: 1 })).toBe('{"a": 1, "b": 1}');
  });

  test("what a function of the template says is JSON is checked, and written as it is", () => {
    const functions = [{ toJson: (value: unknown) => (value === "bad" ? "{" : JSON.stringify(value)) }];
    expect(render('{"a":{{ .v | toJson }},"b":"{{ .v | toJson }}"}', { v: { x: '"' } }, { functions })).toBe(
      '{"a":{"x":"\\""},"b":"{\\"x\\":\\"\\\\\\"\\"}"}',
    );
    expect(errorOf(() => render("{{ toJson .v }}", { v: "bad" }, { functions })).message).toContain("json: not JSON");
  });
});

describe("commas come where they have to", () => {
  const lists = [
    "[{{ range .v }}{{ . }},{{ end }}]",
    "[{{ range .v }},{{ . }}{{ end }}]",
    "[{{ range .v }}{{ . }} {{ end }}]",
    "[{{ range $i, $x := .v }}{{ if $i }},{{ end }}{{ $x }}{{ end }}]",
    "[ {{- range $i, $x := .v }}{{ if $i }} , {{ end }}\n  {{ $x }}{{ end -}} ]",
    "[{{ range .v }}{{ if . }}{{ . }},{{ else }}{{ . }}{{ end }}{{ end }}]",
    '[{{ range .v }}{{ template "x" . }}{{ end }}]{{ define "x" }}{{ . }},{{ end }}',
  ];
  test.each(lists)("%s", (text) => {
    for (const v of [[], [1], [1, 0, 2], ["a", null, '"']]) expect(JSON.parse(render(text, { v }))).toEqual(v);
  });

  test.each<[string, unknown, unknown]>([
    ['{"a":1{{ if .b }},"b":{{ .b }}{{ end }}}', { b: 2 }, { a: 1, b: 2 }],
    ['{"a":1{{ if .b }},"b":{{ .b }}{{ end }}}', {}, { a: 1 }],
    ['{"a":1,{{ if .b }}"b":{{ .b }}{{ end }}}', {}, { a: 1 }],
    ['{"a":1,{{ if .b }}"b":{{ .b }}{{ end }}}', { b: 2 }, { a: 1, b: 2 }],
    ['{ {{ if .b }}"b":{{ .b }},{{ end }}{{ if .c }}"c":{{ .c }},{{ end }} }', { c: 3 }, { c: 3 }],
    ['{ {{ if .b }}"b":{{ .b }},{{ end }}{{ if .c }}"c":{{ .c }},{{ end }} }', { b: 2, c: 3 }, { b: 2, c: 3 }],
    ['{ {{ if .b }}"b":{{ .b }}{{ end }} {{ if .c }}"c":{{ .c }}{{ end }} }', { b: 2, c: 3 }, { b: 2, c: 3 }],
    ["{ {{ range $k, $v := .m }}{{ $k }}: {{ $v }},{{ end }} }", { m: { x: 1, 'y"': [] } }, { x: 1, 'y"': [] }],
    [
      '{ {{ range .l }}"{{ .k }}": {"n":[{{ range .n }}{{ . }},{{ end }}]},{{ end }} "z":0}',
      {
        l: [
          { k: "a", n: [1, 2] },
          { k: "b", n: [] },
        ],
      },
      { a: { n: [1, 2] }, b: { n: [] }, z: 0 },
    ],
    ['[0, {{ range .l }}{{ . }}{{ else }}"none"{{ end }}, 9]', { l: [] }, [0, "none", 9]],
    ['[0, {{ range .l }}{{ . }}{{ else }}"none"{{ end }}, 9]', { l: [1, 2] }, [0, 1, 2, 9]],
    [
      "[{{ range .l }}{{ if eq . 2 }}{{ continue }}{{ end }}{{ if eq . 4 }}{{ break }}{{ end }}{{ . }},{{ end }}]",
      { l: [1, 2, 3, 4, 5] },
      [1, 3],
    ],
    [
      '[{{ range .l }}{"v":{{ if eq . 2 }}null}{{ continue }}{{ end }}{{ . }}},{{ end }}]',
      { l: [1, 2, 3] },
      [{ v: 1 }, { v: null }, { v: 3 }],
    ],
    ["[{{ range .l }}{{ . }}{{ break }} nonsense {{ end }}]", { l: [1, 2] }, [1]],
    [
      '{ {{ template "m" . }} "c":3 }{{ define "m" }}{{ if .a }}"a":{{ .a }},{{ end }}{{ end }}',
      { a: 1 },
      { a: 1, c: 3 },
    ],
    ['{ {{ template "m" . }} "c":3 }{{ define "m" }}{{ if .a }}"a":{{ .a }},{{ end }}{{ end }}', {}, { c: 3 }],
  ])("%s with %j", (text, profile, value) => {
    expect(JSON.parse(render(text, profile))).toEqual(value);
  });
});

describe("templates that call templates", () => {
  test("each is written for where it is called", () => {
    const text =
      '{"a":{{ template "x" .v }},"b":"{{ template "x" .v }}","c":[{{ template "x" .v }}],{{ template "x" .v }}:1}{{ define "x" }}{{ . }}{{ end }}';
    expect(JSON.parse(render(text, { v: '"' }))).toEqual({ a: '"', b: '"', c: ['"'], '"': 1 });
  });

  test("one may call itself", () => {
    const text =
      '{{ template "n" . }}{{ define "n" }}{"v":{{ .v }},"kids":[{{ range .kids }}{{ template "n" . }},{{ end }}]}{{ end }}';
    const tree = {
      v: '"1"',
      kids: [
        { v: 2, kids: [] },
        { v: 3, kids: [{ v: null, kids: [] }] },
      ],
    };
    expect(JSON.parse(render(text, tree))).toEqual(tree);
  });

  test("one may open what its caller closes", () => {
    const templates = { open: '{"a":[1,' };
    const text = '{{ template "open" }}{{ .v }}]}';
    expect(render(text, { v: "x" }, { templates })).toBe('{"a":[1,"x"]}');
  });
});

describe("what is no JSON, with its place", () => {
  test.each<[string, number, number, string]>([
    ["", 1, 1, "the JSON is not complete: the template ends where a value is expected"],
    ['{"a":1', 1, 7, "the JSON is not complete: the template ends after a value in an object"],
    ['"abc', 1, 5, "the JSON is not complete: the template ends inside a string"],
    ['{\n  "a": tru }', 2, 8, '"tru" is not a JSON value'],
    ['{"a":01}', 1, 6, '"01" is not a JSON value'],
    ['{"a":1.}', 1, 6, '"1." is not a JSON value'],
    ["{'a':1}", 1, 2, `"'a'" cannot be a key: JSON keys are strings in double quotes`],
    ["{1:1}", 1, 2, '"1" cannot be a key: JSON keys are strings in double quotes'],
    ["{[]:1}", 1, 2, "[ is not allowed where a key is expected"],
    ["[1,]", 1, 4, "] is not allowed after a comma"],
    ["[1 2]", 1, 4, '"2]" needs a comma before it'],
    ['{"a" 1}', 1, 6, '"1}" needs a colon before it'],
    ['{"a":}', 1, 6, "} is not allowed where a value is expected"],
    ['{"a"}', 1, 5, "} is not allowed after a key"],
    ["[1}", 1, 3, "} closes nothing"],
    ["[}", 1, 2, "} closes nothing"],
    ["]", 1, 1, "] closes nothing"],
    ["[,1]", 1, 2, ", is not allowed at the start of a list"],
    ["[1,,2]", 1, 4, ", is not allowed after a comma in a list"],
    ["[1:2]", 1, 3, ": is not allowed after a value in a list"],
    ["1,2", 1, 2, ", is not allowed after a value in the JSON"],
    ["{} {}", 1, 4, '"{}" is not allowed after the end of the JSON'],
    ['"a\nb"', 1, 3, "a string contains a line break: write \\n"],
    ['"a\tb"', 1, 3, "a string contains a control character: write an escape such as \\t or \\u0009"],
    ['"\\x"', 1, 2, "\\ does not start a JSON escape"],
    ['"\\{{ .v }}"', 1, 2, "\\ does not start a JSON escape"],
    ['"\\u00{{ .v }}"', 1, 2, "\\ does not start a JSON escape"],
    ["-{{ .v }}", 1, 1, '"-" is not a JSON value'],
    ["{} {{ .v }}", 1, 4, "{{.v}} is not allowed after a value in the JSON"],
    ["1{{ .v }}", 1, 2, "{{.v}} is not allowed after a value in the JSON"],
    ['{"a"{{ .v }}}', 1, 5, "{{.v}} is not allowed after a key"],
    ["[{{ .v }}{{ .v }}]", 1, 10, "{{.v}} is not allowed after a value in a list"],
    ["{{ .v }}x", 1, 9, '"x" is not a JSON value'],
    [
      '{"a":{{ if .v }}1{{ end }}}',
      1,
      9,
      "the branches of if end in different places of the JSON: after a value in an object, and where a value is expected",
    ],
    [
      '{"a":{{ if .v }}1{{ else }}"x{{ end }}}',
      1,
      9,
      "the branches of if end in different places of the JSON: after a value in an object, and inside a string",
    ],
    [
      "{{ with .v }}[{{ else }}{ {{ end }}",
      1,
      4,
      "the branches of with end in different places of the JSON: at the start of a list, and at the start of an object",
    ],
    [
      "{{ range .v }}{{ . }}{{ end }}",
      1,
      4,
      "the branches of a round of range end in different places of the JSON: where a value is expected, and after a value in the JSON",
    ],
    [
      '[{{ range .v }}"{{ end }}]',
      1,
      5,
      "the branches of a round of range end in different places of the JSON: between the values of a list, and inside a string",
    ],
    [
      "[{{ range .v }}[{{ break }}]{{ end }}]",
      1,
      5,
      "the branches of break end in different places of the JSON: between the values of a list, and at the start of a list",
    ],
    ['{{ define "x" }}]{{ end }}[{{ template "x" }}', 1, 17, "] closes nothing"],
  ])("%j", (text, line, column, message) => {
    const error = errorOf(() => compile(text, { escape: "json", name: "body" }));
    expect(error).toBeInstanceOf(TemplateError);
    expect(error).toMatchObject({ phase: "escape", name: "body", line, column });
    expect(error.message).toBe(`template: body:${line}:${column}: ${message}`);
  });

  test("a template that calls itself and ends nowhere", () => {
    const text = '{{ template "x" . }}{{ define "x" }}[{{ if .v }}{{ template "x" .v }}{{ end }}{{ end }}';
    expect(errorOf(() => compile(text, { escape: "json" }))).toMatchObject({ phase: "escape" });
  });

  test("ranges in ranges in ranges do not take for ever", () => {
    const text = `[${"{{ range . }}[".repeat(40)}${"],{{ end }}".repeat(40)}]`;
    expect(render(text, [])).toBe("[]");
  });
});

/** Any value that a profile may hold. */
const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  withUnicodeString: true,
} as fc.ObjectConstraints);

/** Makes JSON templates, with constant parts and values of the profile. */
const { value: template } = fc.letrec<{ value: string; string: string; list: string; object: string; flow: string }>(
  (tie) => {
    const comma = fc.constantFrom("", ",", " , ");
    const action = fc.constantFrom("{{ .a }}", "{{ .b }}", "{{ . }}", "{{ $.c }}", "{{ index $ `d` }}");
    const many = (one: fc.Arbitrary<string>) => fc.array(one, { maxLength: 3 });
    const member = fc.tuple(fc.oneof(tie("string"), action), tie("value")).map(([key, value]) => `${key}: ${value}`);
    /** Makes members of a list or object, inside all kinds of branches; each ends as it began, or after a comma. */
    const optional = (one: fc.Arbitrary<string>) =>
      fc
        .tuple(fc.constantFrom("if .a", "range .b", "with .c", "range $.d"), one, comma)
        .map(([flow, text, end]) => `{{ ${flow} }}${text}${end}{{ end }}`);
    return {
      value: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        action,
        tie("string"),
        fc.constantFrom("1", "true", "null", "-0.5e3"),
        tie("list"),
        tie("object"),
        tie("flow"),
      ),
      string: many(
        fc.oneof(
          fc.constantFrom("x", "\\n", "\\u00e9", "é", "{ ", ",", "'"),
          action,
          action.map((a) => `{{ if .a }}${a}{{ else }}y{{ end }}`),
          action.map((a) => `{{ range .b }}${a}{{ end }}`),
        ),
      ).map((parts) => `"${parts.join("")}"`),
      list: many(optional(tie("value"))).map((all) => `[${all.join("")}]`),
      object: many(optional(member)).map((all) => `{ ${all.join("")} }`),
      flow: fc.tuple(tie("value"), tie("value")).map(([a, b]) => `{{ if .a }}${a}{{ else }}${b}{{ end }}`),
    };
  },
);

describe("for any profile", () => {
  const shape =
    '{"s":"<{{ .a }}>","v":{{ .a }},"l":[{{ range .l }}{{ . }},{{ end }}],{{ .k }}:"{{ .k }}"{{ if .b }},"b":{{ .b }}{{ end }}}';
  const compiled = compile(shape, { escape: "json" });

  test("the structure is the template's", () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.array(fc.jsonValue()),
        fc.string({ unit: "binary" }),
        fc.jsonValue(),
        (a, l, k, b) => {
          fc.pre(!["s", "v", "l", "b"].includes(k));
          const body = JSON.parse(compiled.render({ a, l, k, b }));
          const hasB = Object.hasOwn(body, "b");
          expect(new Set(Object.keys(body))).toEqual(
            new Set(["s", "v", "l", k.toWellFormed(), ...(hasB ? ["b"] : [])]),
          );
          expect(typeof body.s).toBe("string");
          expect(body.l).toEqual(wellFormed(l));
          expect(body.v).toEqual(wellFormed(a));
          if (hasB) expect(body.b).toEqual(wellFormed(b));
        },
      ),
    );
  });

  test("any template that is accepted writes JSON, or says what it cannot", () => {
    let written = 0;
    fc.assert(
      fc.property(template, fc.record({ a: anything, b: anything, c: anything, d: anything }), (text, profile) => {
        const template = compile(text, { escape: "json" });
        let body: string;
        try {
          body = template.render(profile);
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateError);
          expect(error).toMatchObject({ phase: "exec" });
          return;
        }
        written++;
        JSON.parse(body);
      }),
      { numRuns: 2000 },
    );
    expect(written).toBeGreaterThan(500);
  });
});

/** Normalises values: lone surrogates are U+FFFD, and -0 is the int 0. */
const wellFormed = (value: unknown): unknown => {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (value === 0) return 0;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key.toWellFormed(), wellFormed(one)]));
};
