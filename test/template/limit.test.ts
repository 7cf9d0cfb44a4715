import { describe, expect, test } from "vitest";
import { TemplateError, TemplateLimitError } from "../../grammar/index.ts";
import { compile, defaultLimits, type LanguageOptions, type Limits } from "../../src/template/index.ts";

/** Renders templates that would not end, or would end the process, without limits. The clock is the test's. */

const functions = [{ give: (value: unknown) => value }];
const times = (count: number, text: string): string => text.repeat(count);

function errorOf(text: string, profile?: unknown, options: LanguageOptions = {}): TemplateLimitError {
  // Other limits are reached before the one of steps.
  const template = compile(text, { name: "t", functions, limits: { steps: 10_000_000 }, ...options });
  try {
    template.render(profile);
  } catch (error) {
    if (error instanceof TemplateLimitError) return error;
    throw error;
  }
  return expect.fail(`no error: ${text}`);
}

const where = /^template: t:1:\d+: executing "[a-z]" at <.*>: /s;
const words = (error: TemplateError): string => error.message.replace(where, "");

const tooMuchOutput = `exceeded maximum output (${defaultLimits.output} bytes)`;
const tooManySteps = `exceeded maximum number of steps (${defaultLimits.steps})`;
const tooDeep = `exceeded maximum nesting depth (${defaultLimits.depth})`;

/** Makes a list of twice the list before, many times: small in memory, endless in print. */
const laughs = (leaf: unknown): unknown => {
  let value = leaf;
  for (let i = 0; i < 100; i++) value = [value, value];
  return value;
};
const laughingMap = (): unknown => {
  let value: unknown = {};
  for (let i = 0; i < 100; i++) value = { a: value, b: value };
  return value;
};
const cyclic = (): unknown => {
  const profile: Record<string, unknown> = { name: "Ann" };
  profile.self = profile;
  profile.list = [profile];
  profile.map = new Map([["self", profile]]);
  profile.set = new Set([profile.list]);
  return profile;
};

describe("steps", () => {
  const limits = { steps: 500_000 };
  const tooMany = "exceeded maximum number of steps (500000)";
  const text = times(100_000, "é");
  const list = Array.from({ length: 100_000 }, (_, i) => i);
  const map = Object.fromEntries(list.map((i) => [`k${i}`, i]));
  const profile = { text, other: times(100_000, "é"), list, map, set: new Set(list), typed: new Float64Array(100_000) };
  const bodies = [
    ...["", "{{/* nothing */}}", "{{continue}}", "{{if false}}{{end}}", "{{with false}}{{else}}{{end}}", "{{$x := .}}"],
    ...['{{template "a"}}', "{{range 1000000000}}{{break}}{{end}}"],
    ...["{{range $.map}}{{break}}{{end}}", "{{range $.set}}{{break}}{{end}}", "{{if $.set}}{{end}}"],
  ];
  const calls = [
    ...["len $.text", "len $.list", "len $.set", "len $.typed", "len $.map"],
    ...["index $.text 1", "index $.list 1", "index $.set 1", "index $.typed 1", 'index $.map "k1"'],
    ...["slice $.text 1", "slice $.list 1", "slice $.set 1", "slice $.typed 1", "slice $.text 1 2"],
    ...["eq", "ne", "lt", "le", "gt", "ge"].map((name) => `${name} $.text $.other`),
    ...["print", "html", "js", "urlquery", 'printf "%q"'].map((name) => `${name} $.text`),
  ].map((call) => `{{$x := ${call}}}`);
  test.each([...bodies, ...calls])("a loop without end of %j", (body) => {
    const error = errorOf(`{{range 1000000000}}${body}{{end}}{{define "a"}}{{end}}`, profile, { limits });
    expect([error.limit, words(error), error.output]).toEqual(["steps", tooMany, ""]);
  });

  test("an iterator without end, which is closed", () => {
    let closed = false;
    const iterable = (function* () {
      try {
        for (;;) yield "x";
      } finally {
        closed = true;
      }
    })();
    const error = errorOf("{{range .}}{{end}}", iterable, { limits });
    expect([error.limit, words(error), closed]).toEqual(["steps", tooMany, true]);
  });

  test("count the same each time", () => {
    const template =
      "{{range .}}{{if .}}{{print . | len}}{{else}}{{template `a` .}}{{end}}{{end}}{{define `a`}}[{{.}}]{{end}}";
    const outputs = [1, 2, 3].map(() => errorOf(template, [0, 1, 2, 3, 4, 5, 6, 7], { limits: { steps: 60 } }).output);
    expect(new Set(outputs).size).toBe(1);
    expect(outputs[0]).toBe("[0]11");
  });

  /** Costs of nodes and operands, turns of loops, calls, each 64 characters built, each 16 read, each key counted or sorted. */
  const costs: readonly (readonly [text: string, steps: number])[] = [
    ["", 1],
    ["a", 2],
    ["{{.l}}", 3],
    ["{{if .l}}a{{else}}b{{end}}", 3 + 2 + 2],
    ['{{template "a"}}{{define "a"}}xyz{{end}}', 2 + 2],
    ["{{range .l}}{{end}}", 4 + 3 * 1],
    ["{{range .l}}a{{end}}", 5 + 3 * 2],
    ["{{range .l}}{{print .}}{{end}}", 7 + 3 * (4 + 1)],
    ["{{range .m}}{{end}}", 4 + 2 + 2 * 1],
    ["{{and .l .m}}", 5 + 1],
    ["{{print .l}}", 4 + 1 + 3],
    ["{{print .s}}", 4 + 1 + 10],
    ["{{html .s}}", 4 + 1 + 10 + 40],
    ["{{len .s}}", 4 + 1 + 40],
    ["{{len .m}}", 4 + 1 + 2],
    ["{{eq .s .s}}", 5 + 1 + 40],
    ["{{slice .s 1}}", 5 + 1 + 9 + 40],
  ];
  test.each(costs)("that are needed: %s", (text, steps) => {
    const data = { l: [1, 2, 3], m: { a: 1, b: 2 }, s: "x".repeat(640) };
    expect(typeof compile(text, { limits: { steps } }).render(data)).toBe("string");
    expect(errorOf(text, data, { limits: { steps: steps - 1 } }).limit).toBe("steps");
  });
});

describe("output", () => {
  const printing: [about: string, text: string, profile?: unknown][] = [
    ["a wide verb many times", `{{printf "${times(17, "%1000000d")}" ${times(17, "1 ")}}}`],
    ["wide verbs in print", `{{print ${times(17, '(printf "%1000000d" 1) ')}}}`],
    ["wide verbs in a list", '{{printf "%1000000d" .}}', Array.from({ length: 17 }, () => 1)],
    [
      "wide verbs in a map",
      '{{printf "%999999v" .}}',
      Object.fromEntries(Array.from({ length: 17 }, (_, i) => [i, 1])),
    ],
    ["text that is doubled by print", '{{$x := "ab"}}{{range 1000}}{{$x = print $x $x}}{{end}}'],
    ["text that is doubled by printf", '{{$x := "ab"}}{{range 1000}}{{$x = printf "%s%s" $x $x}}{{end}}'],
    ["text that is doubled by println", '{{$x := "ab"}}{{range 1000}}{{$x = println $x $x}}{{end}}'],
    [
      "text that is doubled by a computed format",
      '{{$x := "ab"}}{{$f := "%s%s"}}{{range 1000}}{{$x = printf $f $x $x}}{{end}}',
    ],
    ["text that is quoted again and again", '{{$x := "\\""}}{{range 1000}}{{$x = printf "%q" $x}}{{end}}'],
    ["text that is hexadecimal again and again", '{{$x := "a"}}{{range 1000}}{{$x = printf "%x" $x}}{{end}}'],
    ["text that js doubles", '{{$x := "\\\\"}}{{range 1000}}{{$x = js $x}}{{end}}'],
    ["text that js makes six times as long", '{{$x := "&"}}{{range 1000}}{{$x = js $x $x}}{{end}}'],
    [
      "text that html makes five times as long",
      '{{$x := "&"}}{{range 1000}}{{$x = print $x "&" | html | printf "%s&&&%[1]s"}}{{end}}',
    ],
    ["text that urlquery makes longer", '{{$x := "é"}}{{range 1000}}{{$x = urlquery $x $x}}{{end}}'],
    ["a list of lists of lists", "{{.}}", laughs("ha")],
    ["a list of lists of nothing", "{{.}}", laughs([])],
    ["a map of maps of maps", "{{.}}", laughingMap()],
    ["printf of it", '{{printf "%d" .}}', laughs("ha")],
    ["html of it", "{{html .}}", laughs("ha")],
    ["a comparison that tells of it", "{{eq . .}}", laughs("ha")],
    ["an integer of many digits", "{{.}}", 2n ** 60_000_000n],
  ];
  test.each(printing)("%s", (_, text, profile) => {
    const error = errorOf(text, profile);
    expect([error.limit, words(error), error.output]).toEqual(["output", tooMuchOutput, ""]);
  });

  test("text in a loop", () => {
    const error = errorOf("{{range 1000000000}}éééé{{end}}", 1);
    expect([error.limit, words(error)]).toEqual(["output", tooMuchOutput]);
    expect(error.output.length).toBe(defaultLimits.output / 2 + 4);
  });

  test("is counted in bytes, to the byte", () => {
    const limits = { output: 12 };
    for (const text of ["{{.}}", "{{range .l}}{{.}}{{end}}", "a{{.l | printf `%.0s`}}"]) {
      const l = ["世", "é", "a", "\u{1f600}", "é"];
      const whole = { l };
      if (text.startsWith("a")) expect(compile(text, { limits }).render(whole)).toBe("a[    ]");
    }
    expect(compile("世é{{.}}", { limits }).render("abc\u{1f600}")).toBe("世éabc\u{1f600}");
    expect(errorOf("世é{{.}}", "abcd\u{1f600}", { limits }).limit).toBe("output");
    expect(errorOf("世é{{.}}d", "abc\u{1f600}", { limits }).output).toBe("世éabc\u{1f600}d");
  });

  test("wide verbs within the limit are printed", () => {
    expect(compile('{{len (printf "%1000000d" 1)}}').render()).toBe("1000000");
    expect(compile('{{printf "%999999999d" 1}}').render()).toBe("%!(NOVERB)%!(EXTRA int=1)"); // as Go
    expect(compile('{{printf "%*d" 999999999 1}}').render()).toBe("%!(BADWIDTH)1");
    expect(compile('{{len (printf "%.1000000f" 1.0)}}').render()).toBe("1000002");
  });
});

describe("depth", () => {
  test("templates that call themselves or each other", () => {
    const message = `exceeded maximum template depth (${defaultLimits.depth})`;
    for (const text of [
      '{{define "a"}}x{{template "a" .}}{{end}}{{template "a" .}}',
      '{{define "a"}}x{{template "b" .}}{{end}}{{define "b"}}{{template "a" .}}{{end}}{{template "a" .}}',
      'x{{template "t" .}}',
    ]) {
      const error = errorOf(text, 1);
      expect([error.limit, words(error)]).toEqual(["depth", message]);
    }
    expect(errorOf('x{{template "t" .}}', 1, { limits: { depth: 5 } }).output).toBe("xxxxxx");
  });

  test("recursion that ends", () => {
    const text = '{{define "a"}}{{.}}{{with slice $ 1}}{{template "a" .}}{{end}}{{end}}{{template "a" .}}';
    expect(compile(text).render("abc")).toBe("abcbcc");
  });

  const printing = [
    "{{.}}",
    "{{print .}}",
    '{{printf "%d" .}}',
    "{{html .}}",
    "{{eq . .}}",
    "{{.list}}",
    "{{.map}}",
    "{{.set}}",
  ];
  test.each(printing)("a profile that holds itself: %s", (text) => {
    const error = errorOf(text, cyclic());
    expect([error.limit, words(error), error.output]).toEqual(["depth", tooDeep, ""]);
  });

  test("a profile that holds itself can be read", () => {
    const text = '{{.self.self.name}} {{len .}} {{range .list}}{{.name}}{{end}} {{index .map "self" "self" "name"}}';
    expect(compile(text).render(cyclic())).toBe("Ann 5 Ann Ann");
  });

  test("data as deep as the limit", () => {
    let value: unknown = "x";
    for (let i = 0; i < defaultLimits.depth; i++) value = [value];
    const brackets = defaultLimits.depth;
    expect(compile("{{.}}").render(value)).toBe(`${times(brackets, "[")}x${times(brackets, "]")}`);
    expect(errorOf("{{.}}", [[value]]).limit).toBe("depth");
  });

  /** Limits with which the JavaScript stack overflows, which must be a limit error, not a RangeError. */
  const unlimited: Partial<Limits> = { depth: 1e9 };
  const nested = (open: string) =>
    `{{define "a"}}${times(60, open)}{{template "a" $}}${times(60, "{{end}}")}{{end}}{{template "a" .}}`;
  const overflows: [about: string, text: string, profile?: unknown][] = [
    ["templates", '{{define "a"}}{{template "a" .}}{{end}}{{template "a" .}}'],
    ["if", nested("{{if true}}")],
    ["else", nested("{{if false}}{{else}}")],
    ["with", nested("{{with $}}"), 1],
    ["range over an int", nested("{{range 1}}")],
    ["range over a list", nested("{{range $}}"), [1]],
    ["range over an iterator", nested("{{range $}}"), { *[Symbol.iterator]() { yield 1; } }],
    ["parentheses and calls", `{{define "a"}}{{${times(40, "(print ")}1${times(40, ")")}}}{{template "a" .}}{{end}}{{template "a" .}}`],
    ["stages of a pipeline", `{{1${times(50_000, " | give")}}}`],
    ["stages of a pipeline of built-ins", `{{1${times(50_000, " | print")}}}`],
    ["fields", `{{${times(100_000, ".a")}}}`, {}],
    ["fields of a variable", `{{$${times(100_000, ".a")}}}`, {}],
    ["fields of a pipeline", `{{(.)${times(100_000, ".a")}}}`, {}],
  ]; // biome-ignore format: a table
  test.each(overflows)("stack overflow by %s", (_, text, profile) => {
    const error = errorOf(text, profile, { limits: unlimited });
    expect([error.limit, words(error)]).toEqual(["depth", "exceeded maximum nesting depth (1000000000)"]);
  });

  test("stack overflow by nested data", () => {
    let value: unknown = "x";
    for (let i = 0; i < 200_000; i++) value = i % 2 ? [value] : { a: value };
    for (const text of ["{{.}}", "{{print .}}", '{{printf "%v" .}}', "{{js .}}"]) {
      expect(errorOf(text, value, { limits: unlimited }).limit).toBe("depth");
    }
  });

  test("stack overflow in a function, and by a template that renders itself", () => {
    const endless = (): unknown => [endless()];
    expect(errorOf("{{f}}", 1, { functions: [{ f: endless }] }).limit).toBe("depth");
    const self = compile("x{{f}}", { functions: [{ f: () => self.render() }] });
    expect(() => self.render()).toThrow(TemplateLimitError);
  });

  test("near the end of the stack nothing else comes out", () => {
    const template = compile(nested("{{if true}}"), { limits: { depth: 3 } });
    const thrown = new Set<string>();
    const dive = (): void => {
      try {
        template.render();
      } catch (error) {
        thrown.add(error instanceof TemplateError ? "TemplateError" : String(error));
      }
      dive();
    };
    expect(dive).toThrow(RangeError);
    expect(thrown.has("TemplateError")).toBe(true);
  });
});

test("a limit error says which, where, and what was written", () => {
  const error = errorOf("Hey,\n{{.name}}{{range 10}} {{.}}{{end}}", { name: "Ann" }, { limits: { steps: 20 } });
  const { name, phase, limit, line, column, message, output } = error;
  expect({ name, phase, limit, line, column, message, output }).toEqual({
    name: "t",
    phase: "exec",
    limit: "steps",
    line: 2,
    column: 25,
    message: 'template: t:2:24: executing "t" at <.>: exceeded maximum number of steps (20)',
    output: "Hey,\nAnn 0 1",
  });
});

test("limits that are not given are the default ones", () => {
  expect(words(errorOf("{{range 1000000000}}{{end}}", 1, { limits: { output: 5, steps: undefined as never } }))).toBe(
    tooManySteps,
  );
});
