import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TemplateError } from "../../grammar/index.ts";
import { compileCondition } from "../../src/audiences/index.ts";
import { compile } from "../../src/compile.ts";
import { alerting, define, sprig } from "../../src/functions/index.ts";
import { sized } from "../sized.ts";

const functions = [sprig, alerting];
const holds = (where: string, fields: unknown) => compileCondition(where, { functions }).test(fields);

describe("a condition is what stands in an if", () => {
  test.each<[string, boolean]>([
    ['and .email (gt .visits 10) (eq .plan.name "pro")', true],
    [".missing", false],
    [".plan.missing.deeper", false],
    ["not .missing", true],
    [".tags | len | eq 2", true],
    ["$n := len .tags | eq 2", true],
    ["and ($n := len .tags) (eq $n 2)", true],
    ["$.email", true],
    ["eq .email `a@x.y`", true],
    ['contains "}}" .braces', true],
    ['and (contains "{{" .braces) (contains "}}" .braces)', true],
    [`eq (index .email 1) '@'`, true],
    ["\n  and\n    .email\n    .visits\n", true],
    ["true", true],
    [".", true],
    ["0.0", false],
    [".email |", true],
  ])("%s: %s", (where, is) => {
    const fields = { email: "a@x.y", visits: 11, plan: { name: "pro" }, tags: ["a", "b"], braces: "{{}}" };
    expect(holds(where, fields)).toEqual({ matches: is });
  });

  test("that fails does not hold, with Go's words and its own places", () => {
    expect(holds('and .email\n  (gt .visits "a")', { email: "x", visits: 3 })).toEqual({
      matches: false,
      problem:
        'template: where:2:3: executing "where" at <gt .visits "a">: error calling gt: incompatible types for comparison: int and string',
    });
    expect(holds('fail "no"', {}).problem).toBe('template: where:1:0: executing "where" at <fail "no">: error calling fail: no');
    expect(holds("until 100000000", {}).problem).toContain("exceeded maximum");
    expect(holds('abort "not now"', {})).toEqual({ matches: false, problem: "the condition called abort: not now" });
    expect(holds("nil", {}).problem).toBe('template: where:1:0: executing "where" at <nil>: nil is not a command');
    const { test } = compileCondition(".a.b", { name: "vip.where" });
    expect(test({ a: 1 }).problem).toBe('template: vip.where:1:2: executing "vip.where" at <.a.b>: can\'t evaluate field b in type interface {}');
  }); // biome-ignore format: a table

  test("never changes what it looks at", () => {
    const fields = Object.freeze({ plan: Object.freeze({ name: "pro" }) });
    expect(holds('set .plan "name" "free" | get "name"', fields).problem).toBeDefined();
    expect(holds('eq (get (set .plan "name" "free") "name") "free"', fields)).toEqual({ matches: true });
    expect(fields).toEqual({ plan: { name: "pro" } });
  });
});

describe("a text that is none is refused, at its place in it", () => {
  const empty = "the condition is empty: write what stands in an if, such as .email";
  const closes = "a condition is all that stands in one if, and cannot close it with }}";
  test.each<[string, string, line: number, column: number]>([
    ["", empty, 1, 1],
    [" \n", empty, 1, 1],
    ["  /* x */", "a comment is no condition: write what stands in an if, such as .email", 1, 3],
    [".a}}", closes, 1, 3],
    [".a}}x{{end}}{{if .b", closes, 1, 3],
    [".a\n}}x{{else}}y", closes, 2, 1],
    [".a }}{{end", closes, 1, 4],
    ["- }}", closes, 1, 3],
    [".a -}} ", closes, 1, 5],
    ['.a }}1{{end}}{{define "q"}}{{if 1', closes, 1, 4],
    ["(.a", "unclosed left paren", 1, 4],
    [".a)", "unexpected right paren", 1, 3],
    ['eq .a "b', "unterminated quoted string", 1, 7],
    ["and .a\n  nosuch", 'function "nosuch" not defined', 2, 3],
    ["$x", 'undefined variable "$x"', 1, 1],
    [".a -", 'illegal number syntax: "-"', 1, 4],
    ["if .a", "unexpected <if> in if", 1, 1],
    [".a = 1", 'unexpected "=" in operand', 1, 4],
    [" {{.a}}", "a condition is written without {{ and }}: write what stands in an if, such as .email", 1, 2],
    [".a {{.b}}", closes, 1, 8],
  ])("%j: %s", (where, message, line, column) => {
    let error: unknown;
    try {
      compileCondition(where, { functions });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(TemplateError);
    const { phase, text, ...rest } = error as TemplateError;
    expect([rest.line, rest.column, phase, text]).toEqual([line, column, "parse", where]);
    expect((error as TemplateError).message).toBe(`template: where:${line}: ${message}`);
  });

  test("options that make no sense are a TypeError", () => {
    expect(() => compileCondition(1 as never)).toThrow(new TypeError("a condition is text"));
    expect(() => compileCondition(".a", { missingKey: "x" as never })).toThrow(TypeError);
  });
});

describe("what a condition looks at", () => {
  const reads = (where: string) => {
    const { reads } = compileCondition(where, { functions });
    return reads === "all" ? "all" : [...reads];
  };
  test.each<[string, readonly string[] | "all"]>([
    ["and .email (gt .visits 10)", ["email", "visits"]],
    ["$.plan.name", ["plan"]],
    ["$x := .a | len", ["a"]],
    ["and ($x := .a) $x.b", ["a"]],
    ["(index .list 0).sku", ["list"]],
    ["true", []],
    [".", "all"],
    ["len $", "all"],
    ['hasKey . "a"', "all"],
    ["($).a", "all"],
    ['get .plan "name"', ["plan"]],
    ['set .plan "name" 1', "all"],
  ])("%s: %s", (where, expected) => {
    expect(reads(where)).toEqual(expected);
  });

  test.each<[string, boolean]>([
    [".a", false],
    ["gt (now).Year 2020", true],
    ['eq (date "2006" .at) "2026"', true],
    ['gt .n (len (randAlpha 3))', true],
    ['lower .name', false],
    ['toDate "2006" .x', false],
  ])("%s: timed %s", (where, timed) => {
    expect(compileCondition(where, { functions }).timeDependent).toBe(timed);
  }); // biome-ignore format: a table

  test("a function of one's own is timed where it says so", () => {
    const soon = define(
      { params: [], context: true, nonDeterministic: true },
      (context) => context.clock().getTime() > 0,
    );
    expect(compileCondition("soon", { functions: [{ soon }] }).timeDependent).toBe(true);
    expect(compileCondition("soon", { functions: [{ soon: () => true }] }).timeDependent).toBe(false);
  });
});

const names = ["a", "b", "c", "d"] as const;
const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    0,
    1,
    2,
    1.5,
    "",
    "x",
    "1",
    true,
    false,
    null,
    [],
    {},
    [1, "x"],
    { a: 1 },
    { b: { a: "x" } },
  ),
  fc.integer({ min: -3, max: 3 }),
);
const fields = fc.dictionary(fc.constantFrom(...names), leaf, { maxKeys: 4, noNullPrototype: true });

const literal = fc.constantFrom("0", "1", "2", "1.5", '""', '"x"', "`x`", "true", "false", "nil", "'x'", '"}}"');
const field = fc.oneof(
  fc.constantFrom(...names).map((name) => `.${name}`),
  fc.constantFrom(...names).map((name) => `$.${name}`),
  fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)).map(([one, two]) => `.${one}.${two}`),
  fc.constantFrom(".", "$"),
);
const { pipeline } = fc.letrec<{ pipeline: string; operand: string; command: string }>((tie) => ({
  operand: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 4, arbitrary: field },
    { weight: 2, arbitrary: literal },
    { weight: 3, arbitrary: tie("pipeline").map((pipe) => `(${pipe})`) },
  ),
  command: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 1, arbitrary: tie("operand") },
    {
      weight: 4,
      arbitrary: fc
        .tuple(
          fc.constantFrom("and", "or", "not", "eq", "ne", "lt", "gt", "len", "index", "default", "hasKey", "print", "list", "dict", "first", "set", "kindOf"),
          fc.array(tie("operand"), { minLength: 1, maxLength: 3 }),
        )
        .map(([fn, args]) => [fn, ...args].join(" ")),
    }, // biome-ignore format: one line
  ),
  pipeline: fc
    .tuple(fc.constantFrom("", "", "", "$v := "), fc.array(tie("command"), { minLength: 1, maxLength: 2 }))
    .map(([declaration, commands]) => declaration + commands.join(" | ")),
}));

/** A condition, or nothing where the text is none. */
function compiled(where: string) {
  try {
    return compileCondition(where, { name: "t", functions });
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}

test("conditions hold where an if with them would, fail where it would, and as it would", () => {
  let compared = 0;
  fc.assert(
    fc.property(pipeline, fields, (where, profile) => {
      const condition = compiled(where);
      const text = `{{if ${where} }}1{{end}}`;
      if (!condition) {
        expect(() => compile(text, { name: "t", functions })).toThrow(TemplateError);
        return;
      }
      compared++;
      const template = compile(text, { name: "t", functions });
      let expected: unknown;
      try {
        expected = { matches: template.render(profile) === "1" };
      } catch (error) {
        const { message } = error as TemplateError;
        expected = { matches: false, problem: message.replace(/^template: t:1:(\d+)/, (_, column) => `template: t:1:${column - 5}`) };
      }
      expect(condition.test(profile)).toEqual(expected);
    }), // biome-ignore format: one line
    { numRuns: sized(375, 3000) },
  );
  expect(compared).toBeGreaterThan(2000);
});

test("what is not among the fields that a condition reads never changes its result", () => {
  let compared = 0;
  fc.assert(
    fc.property(pipeline, fields, fields, (where, profile, others) => {
      const condition = compiled(where);
      if (!condition || condition.reads === "all") return;
      const { reads } = condition;
      compared++;
      const own = Object.entries(profile).filter(([name]) => reads.has(name));
      const foreign = Object.entries(others).filter(([name]) => !reads.has(name));
      expect(condition.test(Object.fromEntries([...foreign, ...own]))).toEqual(condition.test(profile));
    }),
    { numRuns: sized(375, 3000) },
  );
  expect(compared).toBeGreaterThan(500);
});
