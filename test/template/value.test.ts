import { afterEach, describe, expect, test } from "vitest";
import {
  Complex,
  compile,
  Float64,
  type LanguageOptions,
  type Numbers,
  Pairs,
  SizedInt,
} from "../../src/template/index.ts";

const render = (text: string, profile?: unknown, options: LanguageOptions = {}): string =>
  compile(text, { name: "t", ...options }).render(profile);

const errorOf = (text: string, profile?: unknown, options?: LanguageOptions): string => {
  try {
    render(text, profile, options);
  } catch (error) {
    return (error as Error).message.replace(/^template: t:1:\d+: executing "t" at /, "");
  }
  return expect.fail(`no error: ${text}`);
};

class Customer {
  name = "Ann";
  #secret = "hidden";
  get greeting() {
    return `Hey, ${this.name}`;
  }
  secret() {
    return this.#secret;
  }
}

/** A value, its type, its text in an action and in `printf "%v"`, and its truth. */
type Row = readonly [about: string, value: unknown, type: string, printed: string, truth: boolean];

const same: readonly Row[] = [
  ["a string", "Ann", "string", "Ann", true],
  ["an empty string", "", "string", "", false],
  ["true", true, "bool", "true", true],
  ["false", false, "bool", "false", false],
  ["a fraction", 1.5, "float64", "1.5", true],
  ["a number beyond int64", 2 ** 63, "float64", "9.223372036854776e+18", true],
  ["not a number", Number.NaN, "float64", "NaN", true],
  ["infinity", Number.NEGATIVE_INFINITY, "float64", "-Inf", true],
  ["a bigint", 9007199254740993n, "int", "9007199254740993", true],
  ["a small bigint", 7n, "int", "7", true],
  ["a zero bigint", 0n, "int", "0", false],
  ["a Float64", new Float64(1e6), "float64", "1e+06", true],
  ["a zero Float64", new Float64(0), "float64", "0", false],
  ["a SizedInt", new SizedInt("uint8", 65), "uint8", "65", true],
  ["a zero SizedInt", new SizedInt("int64", 0n), "int64", "0", false],
  ["a Complex", new Complex(1, -2), "complex128", "(1-2i)", true],
  ["a zero Complex", new Complex(0, 0), "complex128", "(0+0i)", false],
  ["an array", ["a", null, undefined, true], "[]interface {}", "[a <nil> <nil> true]", true],
  ["an array with holes", Object.assign(new Array(2), { 1: "b" }), "[]interface {}", "[<nil> b]", true],
  ["an empty array", [], "[]interface {}", "[]", false],
  ["a Set", new Set(["b", "a"]), "[]interface {}", "[b a]", true],
  ["an empty Set", new Set(), "[]interface {}", "[]", false],
  ["a typed array of bigints", new BigInt64Array([1n, -2n]), "[]interface {}", "[1 -2]", true],
  ["an empty typed array", new Uint8Array(), "[]interface {}", "[]", false],
  ["an object", { b: "B", a: "A" }, "map[string]interface {}", "map[a:A b:B]", true],
  ["an empty object", {}, "map[string]interface {}", "map[]", false],
  ["an object whose field is undefined", { a: undefined }, "map[string]interface {}", "map[]", false],
  ["an object whose field is null", { a: null }, "map[string]interface {}", "map[a:<nil>]", true],
  ["an object without prototype", Object.assign(Object.create(null), { a: "A" }), "map[string]interface {}", "map[a:A]", true],
  ["a class instance", new Customer(), "map[string]interface {}", "map[name:Ann]", true],
  ["a Map", new Map<unknown, unknown>([["b", "B"], ["a", "A"]]), "map[string]interface {}", "map[a:A b:B]", true],
  ["a Map of other keys", new Map<unknown, unknown>([[10, "x"], [9n, "y"], [true, "z"], [{}, "!"], [null, "!"]]), "map[string]interface {}", "map[10:x 9:y true:z]", true],
  ["an empty Map", new Map(), "map[string]interface {}", "map[]", false],
  ["a Map of keys that do not exist", new Map([[{}, 1]]), "map[string]interface {}", "map[]", false],
  ["keys by UTF-8", { "\u{1f600}": "c", "\uffff": "b", a: "a", "10": "1", "9": "2" }, "map[string]interface {}", "map[10:1 9:2 a:a \uffff:b \u{1f600}:c]", true],
  ["a Date", new Date("2026-11-23T18:23:49.120Z"), "time.Time", "2026-11-23 18:23:49.12 +0000 UTC", true],
  ["a regular expression", /a/g, "map[string]interface {}", "map[]", false],
  ["an error", new Error("secret"), "map[string]interface {}", "map[]", false],
  ["fields that cannot be listed", Object.defineProperty({ a: "A" }, "b", { value: "B" }), "map[string]interface {}", "map[a:A]", true],
]; // biome-ignore format: a table

const byPolicy: Record<Numbers, readonly Row[]> = {
  int: [
    ["an integral number", 3, "int", "3", true],
    ["zero", 0, "int", "0", false],
    ["minus zero", -0, "int", "0", false],
    ["a million", 1e6, "int", "1000000", true],
    ["the largest safe number", Number.MAX_SAFE_INTEGER, "int", "9007199254740991", true],
    ["the smallest int64", -(2 ** 63), "int", "-9223372036854775808", true],
    ["a typed array", new Uint8Array([1, 2]), "[]interface {}", "[1 2]", true],
  ],
  float64: [
    ["an integral number", 3, "float64", "3", true],
    ["zero", 0, "float64", "0", false],
    ["minus zero", -0, "float64", "-0", false],
    ["a million", 1e6, "float64", "1e+06", true],
    ["the largest safe number", Number.MAX_SAFE_INTEGER, "float64", "9.007199254740991e+15", true],
    ["a typed array", new Uint8Array([1, 2]), "[]interface {}", "[1 2]", true],
  ],
};

describe.each(["int", "float64"] as const)("numbers: %s", (numbers) => {
  test.each([...same, ...byPolicy[numbers]])("%s", (_, value, type, printed, truth) => {
    const text = '{{printf "%T" .x}}|{{.x}}|{{printf "%v" .x}}|{{if .x}}true{{else}}false{{end}}';
    expect(render(text, { x: value }, { numbers })).toBe([type, printed, printed, truth].join("|"));
    expect(render("{{.}}", value, { numbers })).toBe(printed);
  });

  test("what the engine counts is an int", () => {
    const text =
      '{{printf "%T %T" (len .) 1}}{{range $i, $e := .}} {{printf "%T" $i}}{{end}}{{range 1}} {{printf "%T" .}}{{end}}';
    expect(render(text, ["a"], { numbers })).toBe("int int int int");
    expect(render('{{index . 1}} {{index . (len "a")}}', ["a", "b"], { numbers })).toBe("b b");
  });
});

test.each([null, undefined, Symbol("s")])("no profile: %s", (profile) => {
  expect(render("{{.}} {{.a}} {{.a.b}} {{if .}}a{{else}}b{{end}}{{range .}}c{{end}}{{with .}}d{{end}}", profile)).toBe(
    "<no value> <no value> <no value> b",
  );
});

describe("absent and null", () => {
  const profile = { nul: null, undef: undefined, sym: Symbol("s"), list: [null, undefined] };
  test("both print alike", () => {
    expect(render("{{.nul}} {{.undef}} {{.sym}} {{.none}} {{.list}}", profile)).toBe(
      "<no value> <no value> <no value> <no value> [<nil> <nil>]",
    );
    expect(render("{{print .nul .undef .sym .none}}", profile)).toBe("<nil> <nil> <nil> <nil>");
  });
  test("only null has no fields", () => {
    expect(render("{{.undef.x.y}} {{.sym.x.y}} {{.none.x.y}} {{(.nul).x.y}}", profile)).toBe(
      "<no value> <no value> <no value> <no value>",
    );
    expect(errorOf("{{.nul.x}}", profile)).toBe("<.nul.x>: nil pointer evaluating interface {}.x");
  });
  test("missingKey tells them apart", () => {
    const error = { missingKey: "error" } as const;
    expect(render("{{.nul}}", profile, error)).toBe("<no value>");
    expect(errorOf("{{.undef}}", profile, error)).toBe('<.undef>: map has no entry for key "undef"');
    expect(errorOf("{{.sym}}", profile, error)).toBe('<.sym>: map has no entry for key "sym"');
    expect(errorOf("{{.x}}", null, error)).toBe('<.x>: nil data; no entry for key "x"');
  });
});

describe("only own fields exist", () => {
  const inherited = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "isPrototypeOf", "polluted"];
  afterEach(() => {
    delete (Object.prototype as Record<string, unknown>).polluted;
  });
  const receivers: readonly (readonly [about: string, receiver: object])[] = [
    ["a plain object", {}],
    ["an object without prototype", Object.create(null)],
    ["an object that inherits", Object.create({ a: 1, secret: "x" })],
    ["a class instance", new Customer()],
    ["a Map", new Map()],
    ["an error", new Error("x")],
  ];
  test.each(receivers)("%s", (_, receiver) => {
    Object.defineProperty(Object.prototype, "polluted", {
      value: "polluted",
      enumerable: true,
      configurable: true,
      writable: true,
    });
    for (const name of [...inherited, "secret", "greeting", "size", "a"]) {
      expect(render(`{{.x.${name}}}`, { x: receiver })).toBe("<no value>");
      expect(render(`{{index .x "${name}"}}`, { x: receiver })).toBe("<no value>");
      expect(errorOf(`{{.x.${name}}}`, { x: receiver }, { missingKey: "error" })).toBe(
        `<.x.${name}>: map has no entry for key "${name}"`,
      );
    }
    const own = receiver instanceof Customer ? "1" : "0";
    expect(render("{{len .x}}", { x: receiver })).toBe(own);
    expect(render("{{range $k, $v := .x}}{{$k}}{{end}}", { x: receiver })).toBe(own === "1" ? "name" : "");
  });

  test.each([
    ["an array", []],
    ["a string", "abc"],
    ["a number", 1.5],
    ["a Date", new Date(0)],
    ["a Set", new Set()],
    ["a typed array", new Uint8Array(2)],
    ["a function", () => 1],
    ["an iterator", [1][Symbol.iterator]()],
    ["a Float64", new Float64(1)],
    ["Pairs", new Pairs([])],
  ])("%s has no fields", (_, receiver) => {
    for (const name of [...inherited, "length", "name", "size", "value", "entries"]) {
      expect(errorOf(`{{.x.${name}}}`, { x: receiver })).toBe(
        `<.x.${name}>: can't evaluate field ${name} in type interface {}`,
      );
    }
  });

  test("a name from a prototype may be an own field", () => {
    const profile = JSON.parse('{"__proto__":"p","constructor":"c","toString":"s"}');
    expect(render("{{.__proto__}}{{.constructor}}{{.toString}}", profile)).toBe("pcs");
    expect(render("{{.}}", profile)).toBe("map[__proto__:p constructor:c toString:s]");
    expect(render("{{.__proto__}}", new Map([["__proto__", "p"]]))).toBe("p");
  });

  test("names from prototypes are no functions, variables or templates", () => {
    for (const name of inherited) {
      expect(() => compile(`{{${name}}}`)).toThrow(`function "${name}" not defined`);
      expect(() => compile(`{{$${name}}}`)).toThrow(`undefined variable "$${name}"`);
      expect(errorOf(`{{template "${name}"}}`)).toBe(`<{{template "${name}"}}>: template "${name}" not defined`);
    }
  });
});

describe("maps", () => {
  test("a Map's keys by their text, strings first", () => {
    const map = new Map<unknown, unknown>([[1, "int"], ["1", "string"], [2, "two"], [true, "yes"], [3n, "three"]]); // biome-ignore format: a table
    const text = '{{index . "1"}} {{index . "2"}} {{index . "true"}} {{index . "3"}} {{index . "4"}} {{len .}}';
    expect(render(text, map)).toBe("string two yes three <no value> 4");
  });
  test("what is not enumerable is not there", () => {
    const text = '{{.stack}} {{.message}} {{index . "message"}} {{len .}} {{range .}}x{{else}}none{{end}} {{.}}';
    expect(render(text, new Error("secret"))).toBe("<no value> <no value> <no value> 0 none map[]");
  });
  test("accessors are read", () => {
    expect(render("{{.a}}", { get a() { return "A"; } })).toBe("A"); // biome-ignore format: one line
  });
  test("what an accessor throws is an error of the render", () => {
    const profile = {
      get a() {
        throw new Error("boo");
      },
    };
    expect(errorOf("x{{.a}}", profile)).toBe("<.a>: boo");
  });
});

describe("lists", () => {
  test("len, index, slice, range", () => {
    for (const list of [["a", "b", "c"], new Set(["a", "b", "c"])]) {
      expect(render("{{len .}}{{index . 2}}{{slice . 1 2}}{{range $i, $e := .}} {{$i}}{{$e}}{{end}}", list)).toBe(
        "3c[b] 0a 1b 2c",
      );
    }
    expect(render("{{len .}}{{index . 2}}{{slice . 1 2}}{{range .}} {{.}}{{end}}", new Float32Array([1, 2, 0.5]))).toBe(
      "30.5[2] 1 2 0.5",
    );
  });
});

describe("iterables", () => {
  function* counting(log: string[]) {
    try {
      for (let i = 0; ; i++) yield i;
    } finally {
      log.push("closed");
    }
  }
  test("break closes a generator", () => {
    const log: string[] = [];
    expect(render("{{range .}}{{.}}{{if eq . 3}}{{break}}{{end}}{{end}}", counting(log))).toBe("0123");
    expect(log).toEqual(["closed"]);
  });
  test("an error closes it too", () => {
    const log: string[] = [];
    expect(errorOf("{{range .}}{{if eq . 3}}{{len .}}{{end}}{{end}}", counting(log))).toBe(
      "<len .>: error calling len: len of type int",
    );
    expect(log).toEqual(["closed"]);
  });
  test("what it throws is an error of the render", () => {
    const iterable = (function* () {
      yield 1;
      throw new Error("boo");
    })();
    expect(errorOf("{{range .}}{{.}}{{end}}", iterable)).toBe("<.>: boo");
  });
  test("an iterable object is not a map", () => {
    const iterable = { a: 1, *[Symbol.iterator]() { yield "x"; yield null; } }; // biome-ignore format: one line
    expect(render("{{range .}}[{{.}}]{{else}}none{{end}}", iterable)).toBe("[x][<no value>]");
    expect(errorOf("{{range $i, $e := .}}{{end}}", iterable)).toMatch(
      /can't use .* iterate over more than one variable$/,
    );
    expect(errorOf("{{.}}", iterable)).toBe("<{{.}}>: can't print {{.}} of type iter.Seq[interface {}]");
  });
  test("Pairs give two variables", () => {
    const pairs = new Pairs([["a", 1], ["b", null]]); // biome-ignore format: one line
    expect(render("{{range $k, $v := .}}{{$k}}={{$v}}({{.}}) {{end}}", pairs)).toBe("a=1(1) b=<no value>(<no value>) ");
    expect(render("{{range $k := .}}{{$k}}({{.}}) {{end}}", pairs)).toBe("a(a) b(b) ");
    expect(render("{{range .}}{{else}}none{{end}}", new Pairs([]))).toBe("none");
  });
});

describe("functions in the data", () => {
  const f = (...args: unknown[]) => args.length;
  test("are called by call", () => {
    expect(render('{{call .f}} {{call .f 1 "b"}} {{1 | call .f}}', { f })).toBe("0 2 1");
  });
  test("are true, and not printed", () => {
    expect(render("{{if .f}}yes{{end}}", { f })).toBe("yes");
    expect(errorOf("{{.f}}", { f })).toBe("<{{.f}}>: can't print {{.f}} of type func(...interface {}) interface {}");
    expect(errorOf("{{.f 1}}", { f })).toBe("<.f>: f is not a method but has arguments");
  });
  test("are called with nothing but their arguments", () => {
    const profile = { f(this: unknown) { return this === undefined; } }; // biome-ignore format: one line
    expect(render("{{call .f}}", profile)).toBe("true");
  });
});

describe("bytes", () => {
  test("len, index and slice count them", () => {
    expect(render('{{len .}} {{index . 1}} {{printf "%T" (index . 1)}} {{slice . 0 3}}', "aé世")).toBe(
      "6 195 uint8 aé",
    );
  });
  test("half a rune is U+FFFD in the end, and whole again when it is put together", () => {
    expect(render("{{slice . 0 2}}|{{slice . 0 2}}{{slice . 2}}", "aé")).toBe("a\ufffd|aé");
    expect(render("{{print (slice . 0 2) (slice . 2) | len}}", "aé")).toBe("3");
  });
  test("a lone surrogate is U+FFFD", () => {
    expect(render("{{.}}", "a\ud800b")).toBe("a\ufffdb");
    expect(render("\ud800 {{.}}", "\udc00")).toBe("\ufffd \ufffd");
  });
});
