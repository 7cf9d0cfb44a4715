import { describe, expect, test } from "vitest";
import { TemplateError, TemplateLimitError } from "../../grammar/index.ts";
import {
  type Context,
  compile,
  define,
  type FunctionSet,
  type GoType,
  goType,
  type LanguageOptions,
  Struct,
  Time,
  type Zone,
} from "../../src/template/index.ts";

function render(text: string, functions: FunctionSet, options: LanguageOptions = {}, profile: unknown = {}): string {
  return compile(text, { name: "t", functions: [functions], ...options }).render(profile);
}

/** Returns the context that a function gets. */
function contextOf(options: LanguageOptions): Context {
  let given: Context | undefined;
  const f = define({ params: [], context: true }, (context) => {
    given = context;
    return "";
  });
  render("{{f}}", { f }, options);
  return given!;
}

describe("a function that asks for it gets the context", () => {
  test("before its arguments, which are checked as ever", () => {
    const f = define(
      { params: ["string", "int"], variadic: true, context: true },
      (context: Context, text: string, ...more: number[]) => `${context.locale} ${text} ${more.join()}`,
    );
    expect(render('{{f "a" 1 2}} {{3 | f "b"}} {{call .f "c"}}', { f }, {}, { f })).toBe(
      "en-US a 1,2 en-US b 3 en-US c ",
    );
    expect(() => render("{{f 1}}", { f })).toThrow('executing "t" at <1>: expected string; found 1');
  });
  test("with the options", () => {
    const context = contextOf({
      timeZone: "Europe/Warsaw",
      locale: "pl-PL",
      clock: () => new Date(5),
      random: () => 0.25,
      numbers: "float64",
      limits: { depth: 7 },
    });
    const { timeZone, locale, numbers, limits } = context;
    expect({ timeZone, locale, numbers, depth: limits.depth }).toEqual({ timeZone: "Europe/Warsaw", locale: "pl-PL", numbers: "float64", depth: 7 }); // biome-ignore format: one line
    expect(context.clock()).toEqual(new Date(5));
    expect(context.random()).toBe(0.25);
  });
  test("or their defaults", () => {
    const { timeZone, locale, clock, random } = contextOf({});
    expect([timeZone, locale]).toEqual(["UTC", "en-US"]);
    expect(clock()).toBeInstanceOf(Date);
    const chances = Array.from({ length: 100 }, random);
    expect(chances.filter((chance) => !(chance >= 0 && chance < 1))).toEqual([]);
    expect(new Set(chances).size).toBe(100);
  });
});

test.each([
  [{ timeZone: "Europe/Nowhere" }, "the timeZone is an IANA name such as Europe/Warsaw, not Europe/Nowhere"],
  [{ timeZone: 3 }, "the timeZone is an IANA name such as Europe/Warsaw, not 3"],
  [{ locale: "not a locale" }, "the locale is a BCP 47 tag such as en-US, not not a locale"],
  [{ clock: new Date() }, "the clock is a function that gives a Date"],
  [{ random: 0.5 }, "random is a function that gives a number from 0 up to 1"],
])("options that make no sense: %o", (options, message) => {
  expect(() => compile("", options as LanguageOptions)).toThrow(new TypeError(message));
});

test("a clock or a chance that gives nonsense is the caller's error", () => {
  const now = define({ params: [], context: true }, (context) => context.clock());
  const chance = define({ params: [], context: true }, (context) => context.random());
  expect(() => render("{{now}}", { now }, { clock: () => new Date(Number.NaN) })).toThrow(
    "error calling now: the clock option gave no valid Date",
  );
  expect(() => render("{{chance}}", { chance }, { random: () => 1 })).toThrow(
    "error calling chance: the random option gave no number from 0 up to 1",
  );
});

test("work and growth are paid for", () => {
  const work = define({ params: ["int"], context: true }, (context, n) => context.spend(n));
  const grow = define({ params: ["int"], context: true }, (context, n) => context.grow(n));
  const limits = { steps: 100, output: 1000 };
  expect(render("{{work 90}}", { work }, { limits })).toBe("<no value>");
  const limitOf = (text: string) => {
    try {
      return render(text, { work, grow }, { limits });
    } catch (error) {
      return error instanceof TemplateLimitError ? error.limit : error;
    }
  };
  expect(limitOf("{{work 101}}")).toBe("steps");
  expect(limitOf("{{grow 1001}}")).toBe("output");
  expect(limitOf("{{grow 1000}}{{grow 1000}}")).toBe("<no value><no value>");
  expect(limitOf(`${"{{grow 1000}}".repeat(10)}`)).toBe("steps");
});

describe("a Go type", () => {
  const type: GoType = {
    name: "template.KV",
    methods: {
      Names: (kv: object) => define({ params: [], returns: "list" }, () => Object.keys(kv)),
      Pick: (kv: Record<string, unknown>) => define({ params: ["string", "any"], variadic: true }, (name) => kv[name]),
    },
  };
  class Version extends Struct {
    get [goType](): GoType {
      return { name: "*semver.Version", text: () => "1.2.3", struct: true };
    }
  }
  const profile = { kv: { [goType]: type, severity: "page" }, version: new Version() };
  const at = (text: string) => {
    try {
      return render(text, {}, {}, profile);
    } catch (error) {
      return error instanceof TemplateError ? error.message.replace(/.*?at </, "<") : error;
    }
  };
  test.each([
    ["{{.kv}}", "map[severity:page]"],
    ['{{printf "%T" .kv}}', "template.KV"],
    ["{{.kv.severity}} {{.kv.Names}} {{.kv.none}}", "page [severity] <no value>"],
    ['{{.kv.Pick "severity"}} {{"severity" | .kv.Pick}} {{$k := .kv}}{{$k.Pick "severity" 1}}', "page page page"],
    ["{{.kv.Pick 1}}", "<1>: expected string; found 1"],
    ["{{.kv.Pick}}", "<.kv.Pick>: wrong number of args for Pick: want at least 1 got 0"],
    ["{{.kv.Names 1}}", "<.kv.Names>: wrong number of args for Names: want 0 got 1"],
    ["{{.version}} {{printf `%s %q %T` .version .version .version}}", '1.2.3 1.2.3 "1.2.3" *semver.Version'],
    ["{{.version.x}}", "<.version.x>: can't evaluate field x in type interface {}"],
    ["{{$v := .version}}{{$v.x}}", "<$v.x>: can't evaluate field x in type *semver.Version"],
    ["{{$v := .version}}{{$v.x 1}}", "<$v.x>: can't evaluate field x in type *semver.Version"],
  ])("%s", (text, expected) => {
    expect(at(text)).toBe(expected);
  });
  test("is not taken for a plain list or map", () => {
    const f = define({ params: ["map"] }, () => "");
    expect(() => render("{{f .kv}}", { f }, {}, profile)).toThrow(
      "wrong type for value; expected map[string]interface {}; got template.KV",
    );
  });
});

test("a time prints in its zone", () => {
  const zone: Zone = { name: "Europe/Warsaw", at: () => ({ offset: 7200, abbreviation: "CEST" }) };
  const fixed: Zone = { name: "", at: () => ({ offset: -12_600, abbreviation: "" }) };
  const profile = { t: new Time(1_719_835_199, 120_000_000, zone), f: new Time(-62_135_596_801, 0, fixed) };
  expect(render("{{.t}} {{.f}}", {}, {}, profile)).toBe(
    "2024-07-01 13:59:59.12 +0200 CEST 0000-12-31 20:29:59 -0330 -0330",
  );
});
