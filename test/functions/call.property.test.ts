import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TemplateError } from "../../grammar/index.ts";
import * as functions from "../../src/functions/index.ts";
import {
  Complex,
  compile,
  Float64,
  type FunctionSet,
  type Limits,
  Pairs,
  RenderAborted,
  SizedInt,
  signatureOf,
  type TemplateFunction,
  Time,
} from "../../src/template/index.ts";
import { sized } from "../sized.ts";

/** Calls any function of any set with any arguments, under small limits: the result is text or a `TemplateError`, and soon. */

const isSet = (value: unknown): value is FunctionSet =>
  typeof value === "object" && value !== null && Object.values(value).every((fn) => typeof fn === "function");

const sets = Object.entries<unknown>(functions).flatMap(([name, value]): [string, FunctionSet][] =>
  isSet(value) ? [[name, value]] : [],
);

const long = "ab ".repeat(3000);
const wide = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`key${i}`, i]));
const deep = Array.from({ length: 60 }).reduce<unknown>((inner) => [{ inner }], "x");
const cyclic: Record<string, unknown> = { name: "cyclic" };
cyclic.self = cyclic;

const texts = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom("", "a", long, "1", "-1", "9223372036854775808", "2006-01-02", "1h", "[a-z]+", "((a*)*)*$", "(a{1000}){1000}", "x{1000}".repeat(50), '{"a":[1]}', "[".repeat(2000), "https://u:p@h:1/p?q#f", "1.2.3", ">=1, <2 || 3.x", "Europe/Warsaw", "en-GB", "__proto__", "constructor", "\udc80\udcff", "\ud800"), // biome-ignore format: one line
);
const numbers = fc.oneof(
  fc.integer({ min: -5, max: 20 }),
  fc.constantFrom(0, -0, 1e6, 1e9, 1e15, 2 ** 53, -(2 ** 63), 2 ** 63, 1e300, 5e-324, Number.NaN, Infinity, -Infinity),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.double().map((value) => new Float64(value)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => new SizedInt("int64", value)),
);
const others = fc.constantFrom<unknown>(
  null,
  undefined,
  true,
  false,
  [],
  {},
  [1, "a", null],
  Array.from({ length: 5000 }, (_, i) => i),
  Array.from({ length: 400 }, (_, i) => ({ i })),
  wide,
  deep,
  cyclic,
  [cyclic, cyclic],
  new Map<unknown, unknown>([["a", 1], [2, "b"]]), // biome-ignore format: one line
  new Set([1, 2]),
  Uint8Array.from([1, 2, 3]),
  new Date(0),
  new Date(Number.NaN),
  new Time(1e15, 5),
  new Complex(1, 2),
  new Pairs([["a", 1]]),
  () => 1,
  JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}'),
  Object.create({ inherited: 1 }),
);
const value = fc.oneof(texts, numbers, others);

const limits: Limits = { steps: 20_000, output: 20_000, depth: 50, time: Number.POSITIVE_INFINITY };
const fitting: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  string: texts,
  int: numbers,
  int64: numbers,
  float64: numbers,
  bool: fc.boolean(),
};

/** Makes arguments, which are fields of the profile, most of them of the right type. */
function args(fn: TemplateFunction): fc.Arbitrary<unknown[]> {
  const { params, variadic = false } = signatureOf(fn);
  const counts = fc.integer({ min: Math.max(0, params.length - 1), max: params.length + (variadic ? 2 : 0) });
  return counts.chain((count) =>
    fc.tuple(
      ...Array.from({ length: count }, (_, i) => {
        const type = params[Math.min(i, params.length - 1)] ?? "any";
        return fc.oneof({ weight: 4, arbitrary: fitting[type] ?? value }, { weight: 1, arbitrary: value });
      }),
    ),
  );
}

test("there are sets", () => {
  expect(sets.map(([name]) => name)).toContain("sprig");
});

describe.each(sets)("%s", (_, set) => {
  const names = Object.keys(set);
  test.each(names)("%s", (name) => {
    const call = fc.record({
      given: args(set[name]!),
      piped: fc.boolean(),
      numbers: fc.constantFrom("int" as const, "float64" as const),
      outer: fc.constantFrom("", ...names.filter((other) => signatureOf(set[other]!).params.length === 1).slice(0, 40)),
    });
    fc.assert(
      fc.property(call, ({ given, piped, numbers: policy, outer }) => {
        const fields = given.map((_value, i) => `.a${i}`);
        const last = piped ? fields.at(-1) : undefined;
        const words = [name, ...(last ? fields.slice(0, -1) : fields)].join(" ");
        const text = `{{ ${last ? `${last} | ` : ""}${words}${outer && ` | ${outer}`} }}`;
        const profile = Object.fromEntries(given.map((one, i) => [`a${i}`, one]));
        const template = compile(text, { functions: [set], limits, numbers: policy });
        try {
          expect(template.render(profile).length).toBeLessThanOrEqual(limits.output);
        } catch (error) {
          if (error instanceof RenderAborted) return;
          if (!(error instanceof TemplateError)) throw error;
          // A message never contains the value that a function was about to build.
          expect(error.message.length).toBeLessThanOrEqual(4 * limits.output);
        }
      }),
      { numRuns: sized(15, 120) },
    );
  });
});
