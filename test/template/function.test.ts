import { describe, expect, test } from "vitest";
import { TemplateError } from "../../grammar/index.ts";
import {
  Complex,
  compile,
  define,
  Float64,
  type Numbers,
  Pairs,
  type ParamType,
  SizedInt,
  type TemplateFunction,
} from "../../src/template/index.ts";

const policies: readonly Numbers[] = ["int", "float64"];

function render(text: string, profile: unknown, functions: Record<string, TemplateFunction>, numbers: Numbers = "int") {
  return compile(text, { name: "t", numbers, functions: [functions] }).render(profile);
}

function errorOf(text: string, profile: unknown, functions: Record<string, TemplateFunction>): TemplateError {
  try {
    render(text, profile, functions);
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  return expect.fail(`no error: ${text}`);
}

/** Returns the argument that the function got. */
function given(text: string, profile: unknown, numbers: Numbers, wrap = (fn: TemplateFunction) => fn): unknown[] {
  let args: unknown[] = [];
  const f = wrap((...all: unknown[]) => {
    args = all;
    return "";
  });
  render(text, profile, { f }, numbers);
  return args;
}

const list = [1, "a", null];
const map = { a: 1 };
const set = new Set([1, 2]);
const date = new Date(0);
const fn = () => 1;
const pairs = new Pairs([]);
const profile = { s: "text", n: 3, x: 1.5, big: 2n ** 60n, small: 7n, nul: null, yes: true, list, map, set, date, fn, pairs, f: new Float64(2), i: new SizedInt("int64", 5) }; // biome-ignore format: one line

describe.each(policies)("a plain function gets plain values, numbers: %s", (numbers) => {
  const rows: readonly (readonly [argument: string, value: unknown])[] = [
    ['"text"', "text"],
    [".s", "text"],
    ["3", 3],
    [".n", 3],
    ["1.0", 1],
    [".x", 1.5],
    ["9007199254740993", 9007199254740993n],
    [".big", 2n ** 60n],
    [".small", 7],
    ["(len .s)", 4],
    ['(index "A" 0)', 65],
    [".f", 2],
    [".i", 5],
    ["'a'", 97],
    ["true", true],
    [".yes", true],
    ["nil", null],
    [".nul", null],
    [".none", null],
    [".list", list],
    [".map", map],
    [".set", set],
    [".date", date],
    [".fn", fn],
    [".pairs", pairs],
    [".", profile],
  ];
  test.each(rows)("%s", (argument, value) => {
    expect(given(`{{f ${argument}}}`, profile, numbers)).toEqual([value]);
    expect(given(`{{${argument.replace(/^nil$/, ".nul")} | f}}`, profile, numbers)).toEqual([value]);
  });
  test("objects are handed on as they are", () => {
    const args = given("{{f .list .map .set .date .fn .pairs .}}", profile, numbers);
    for (const [i, value] of [list, map, set, date, fn, pairs, profile].entries()) expect(args[i]).toBe(value);
  });
  test("any number of them, the piped one last", () => {
    expect(given("{{f}}", profile, numbers)).toEqual([]);
    expect(given('{{3 | f .s "b" .n}}', profile, numbers)).toEqual(["text", "b", 3, 3]);
  });
  test("a complex constant", () => {
    const [value] = given("{{f 1+2i}}", profile, numbers);
    expect(value).toBeInstanceOf(Complex);
    expect([(value as Complex).re, (value as Complex).im]).toEqual([1, 2]);
  });
});

describe.each(policies)("define checks and converts, numbers: %s", (numbers) => {
  const one = (type: ParamType) => (fn_: TemplateFunction) => define({ params: [type] }, fn_);
  const rows: readonly (readonly [type: ParamType, argument: string, value: unknown])[] = [
    ["string", ".s", "text"],
    ["string", "`a`", "a"],
    ["bool", ".yes", true],
    ["int", "3", 3],
    ["int", "1e3", 1000],
    ["int", "(len .s)", 4],
    ["int", ".big", 2n ** 60n],
    ["int", ".small", 7],
    ["int64", ".i", 5],
    ["int64", "5", 5],
    ["float64", "3", 3],
    ["float64", "1.5", 1.5],
    ["float64", ".x", 1.5],
    ["float64", ".f", 2],
    ["list", ".list", list],
    ["list", ".set", [1, 2]],
    ["list", "nil", []],
    ["list", ".none", []],
    ["map", ".map", map],
    ["map", "nil", {}],
    ["any", ".s", "text"],
    ["any", "nil", null],
    ["any", ".none", null],
    ["plain", ".f", 2],
    ["plain", ".small", 7],
  ];
  test.each(rows)("%s: %s", (type, argument, value) => {
    expect(given(`{{f ${argument}}}`, profile, numbers, one(type))).toEqual([value]);
  });
  test("number takes whole and fractional numbers alike, as plain numbers", () => {
    const show = define({ params: ["number"] }, (n) => `${typeof n} ${n}`);
    const profile = {
      whole: 3,
      half: 2.5,
      float: new Float64(4),
      sized: new SizedInt("uint8", 7),
      big: 2n ** 60n,
      text: "3",
    };
    const text =
      "{{ show .whole }}, {{ show .half }}, {{ show .float }}, {{ show .sized }}, {{ show .big }}, {{ show 1.5 }}, {{ show 2 }}";
    const shown = "number 3, number 2.5, number 4, number 7, bigint 1152921504606846976, number 1.5, number 2";
    for (const numbers of policies) expect(render(text, profile, { show }, numbers)).toBe(shown);
    expect(errorOf("{{ show .text }}", profile, { show }).message).toContain(
      "wrong type for value; expected number; got string",
    );
    expect(errorOf(`{{ show "3" }}`, profile, { show }).message).toContain(`expected number; found "3"`);
    expect(errorOf("{{ show .none }}", profile, { show }).message).toContain("invalid value; expected number");
    expect(errorOf("{{ show 1i }}", profile, { show }).message).toContain("expected number; found 1i");
  });
  test("any keeps numbers as the engine holds them", () => {
    const [value] = given("{{f .f}}", profile, numbers, one("any"));
    expect(value).toBe(profile.f);
    expect(given("{{f .small}}", profile, numbers, one("any"))).toEqual([7n]);
  });
  test("lists and maps of other classes", () => {
    const others = { typed: new Uint8Array([1, 2]), map: new Map<unknown, unknown>([["b", 1], [2, "c"]]) }; // biome-ignore format: one line
    expect(given("{{f .typed}}", others, numbers, one("list"))).toEqual([[1, 2]]);
    expect(given("{{f .map}}", others, numbers, one("map"))).toEqual([{ b: 1, 2: "c" }]);
  });
  test("results", () => {
    const returning = (returns: ParamType | undefined, value: unknown) =>
      render(
        '{{f}} {{printf "%T" f}}',
        1,
        { f: define({ params: [], ...(returns && { returns }) }, () => value) },
        numbers,
      );
    expect(returning("int", 2)).toBe("2 int");
    expect(returning("int64", 2)).toBe("2 int64");
    expect(returning("float64", 1e6)).toBe("1e+06 float64");
    expect(returning(undefined, 1e6)).toBe(numbers === "int" ? "1000000 int" : "1e+06 float64");
    expect(returning(undefined, "a")).toBe("a string");
    expect(returning(undefined, undefined)).toBe("<no value> <nil>");
    expect(returning(undefined, [1])).toBe("[1] []interface {}");
  });
});

describe("what define refuses, in Go's words", () => {
  const functions = {
    str: define({ params: ["string"] }, (s) => s),
    int: define({ params: ["int"] }, (n) => n),
    flt: define({ params: ["float64"] }, (n) => n),
    boo: define({ params: ["bool"] }, (b) => b),
    lst: define({ params: ["list"] }, (l) => l.length),
    two: define({ params: ["string", "int"] }, (s, n) => `${s}${n}`),
    some: define({ params: ["string", "int"], variadic: true }, (...all) => all.length),
  };
  const rows: readonly (readonly [text: string, message: string])[] = [
    ["{{str 1}}", "<1>: expected string; found 1"],
    ["{{str .n}}", "<.n>: wrong type for value; expected string; got int"],
    ["{{str nil}}", "<nil>: cannot assign nil to string"],
    ["{{str .none}}", "<.none>: invalid value; expected string"],
    ["{{str .nul}}", "<.nul>: wrong type for value; expected string; got interface {}"],
    ['{{int "a"}}', '<"a">: expected integer; found "a"'],
    ["{{int 1.5}}", "<1.5>: expected integer; found 1.5"],
    ["{{int .x}}", "<.x>: wrong type for value; expected int; got float64"],
    ["{{int .i}}", "<.i>: wrong type for value; expected int; got int64"],
    ["{{flt .n}}", "<.n>: wrong type for value; expected float64; got int"],
    ["{{flt `a`}}", "<`a`>: expected float; found `a`"],
    ["{{boo 1}}", "<1>: expected bool; found 1"],
    ["{{lst .map}}", "<.map>: wrong type for value; expected []interface {}; got map[string]interface {}"],
    ["{{lst 1}}", "<1>: can't handle 1 for arg of type []interface {}"],
    ["{{two .s}}", "<two>: wrong number of args for two: want 2 got 1"],
    ["{{two .s 1 2}}", "<two>: wrong number of args for two: want 2 got 3"],
    ["{{1 | two}}", "<two>: wrong number of args for two: want 2 got 1"],
    ["{{some}}", "<some>: wrong number of args for some: want at least 1 got 0"],
    ["{{some .s .s}}", "<.s>: wrong type for value; expected int; got string"],
    ["{{.s | some .s 1}}", "<1>: wrong type for value; expected int; got string"],
  ];
  test.each(rows)("%s", (text, message) => {
    expect(errorOf(text, profile, functions).message.replace(/^.* at </s, "<")).toBe(message);
  });
});

describe("what a function throws", () => {
  const rows: readonly (readonly [about: string, thrown: unknown, said: string])[] = [
    ["an Error", new Error("boom"), "boom"],
    ["a TypeError", new TypeError("bad type"), "bad type"],
    ["a RangeError", new RangeError("Invalid array length"), "Invalid array length"],
    ["an Error without message", new Error(), ""],
    ["a string", "boom", "boom"],
    ["a number", 5, "5"],
    ["null", null, "null"],
    ["undefined", undefined, "undefined"],
    ["a symbol", Symbol("s"), "Symbol(s)"],
  ];
  test.each(rows)("%s", (_, thrown, said) => {
    const throws = () => {
      throw thrown;
    };
    for (const f of [throws, define({ params: [] }, throws)]) {
      const error = errorOf("a{{f}}b", 1, { f });
      expect(error.message).toBe(`template: t:1:3: executing "t" at <f>: error calling f: ${said}`);
      expect([error.output, error.phase, error.line, error.column]).toEqual(["a", "exec", 1, 4]);
      if (thrown !== undefined) expect(error.cause).toBe(thrown);
    }
    expect(errorOf("a{{call .}}", throws, {}).message).toBe(
      `template: t:1:3: executing "t" at <call .>: error calling call: ${said}`,
    );
  });

  test.each([
    ["without a text", Object.create(null)],
    [
      "with a message that throws",
      Object.defineProperty(new Error(), "message", {
        get: () => {
          throw new Error("x");
        },
      }),
    ],
    [
      "with a toString that throws",
      {
        toString: () => {
          throw new Error("x");
        },
      },
    ],
  ])("something %s is still a TemplateError", (_, thrown) => {
    // biome-ignore format: one line each
    const f = () => {
      throw thrown;
    };
    expect(errorOf("a{{f}}", 1, { f }).output).toBe("a");
  });

  test("in an argument, a condition, a loop", () => {
    const f = () => {
      throw new Error("boom");
    };
    for (const text of [
      "x{{print 1 (f)}}",
      "x{{if f}}{{end}}",
      "x{{range f}}{{end}}",
      "x{{with f}}{{end}}",
      "x{{$y := f}}",
    ]) {
      expect(errorOf(text, 1, { f })).toMatchObject({
        output: "x",
        message: expect.stringContaining("error calling f: boom"),
      });
    }
  });
});

describe("a function that renders a template", () => {
  const inner = compile("{{range .}}<{{.}}>{{end}}", { name: "inner" });
  test("in the middle of another render", () => {
    const f = (items: unknown) => inner.render(items);
    expect(render("{{range $i, $e := .}}{{$i}}{{f $}}{{$e}} {{end}}{{.}}", ["a", "b"], { f })).toBe(
      "0<a><b>a 1<a><b>b [a b]",
    );
  });
  test("that compiles one", () => {
    const f = (text: string) => compile(text).render({ x: 1 });
    expect(render('{{.}}{{f "{{.x}}{{if .y}}{{else}}n{{end}}"}}{{.}}', "o", { f })).toBe("o1no");
  });
  test("itself, so often", () => {
    const self = compile("{{.}}{{if gt . 0}}{{less .}}{{end}}", {
      functions: [{ less: (n: number) => self.render(n - 1) }],
    });
    expect(self.render(5)).toBe("543210");
  });
  test("an error in it is an error of the function", () => {
    const error = errorOf("a{{f 3}}", 1, {
      f: (value: unknown) => inner.render([value, compile("{{len .}}", { name: "deep" }).render(3)]),
    });
    expect(error.message).toBe(
      'template: t:1:3: executing "t" at <f 3>: error calling f: ' +
        'template: deep:1:2: executing "deep" at <len .>: error calling len: len of type int',
    );
    expect([error.output, error.name]).toEqual(["a", "t"]);
    expect(error.cause).toBeInstanceOf(TemplateError);
  });
  test("that does not parse", () => {
    const error = errorOf("a{{f}}", 1, { f: () => compile("{{", { name: "deep" }).render() });
    expect(error.message).toBe(
      'template: t:1:3: executing "t" at <f>: error calling f: template: deep:1: unclosed action',
    );
    expect([error.phase, error.output]).toEqual(["exec", "a"]);
  });
});

test("later sets win, also over built-in functions", () => {
  const [a, b] = [{ f: () => "a", len: () => "mine" }, { f: () => "b" }];
  expect(compile("{{f}} {{len 3}}", { functions: [a, b] }).render()).toBe("b mine");
  expect(compile("{{f}}", { functions: [b, a] }).render()).toBe("a");
});

test("functions are called with nothing but their arguments", () => {
  const f = function (this: unknown) {
    return this === undefined;
  };
  expect(render("{{f}}", 1, { f })).toBe("true");
});
