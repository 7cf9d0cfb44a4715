import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { alerting, alertmanager, content, sprig } from "../../src/functions/index.ts";
import { compile, RenderAborted, TemplateError } from "../../src/index.ts";
import {
  type FunctionSet,
  goTypeOf,
  SizedInt,
  Struct,
  signatureOf,
  type TemplateFunction,
  Time,
} from "../../src/template/index.ts";
import { sized } from "../sized.ts";

/**
 * Checks that functions that use the clock or random numbers declare it, because conditions with them are evaluated again and
 * again.
 */

const value = fc.constantFrom<unknown>(
  null, "", "a", "long", "1", "2006-01-02", "2026-11-24", "1h", "Europe/Warsaw", "[a-z]", '{"a":1}', "%s", "1.2.3",
  0, 1, 3, 1.5, true, new SizedInt("int64", 5), [], ["a", "b"], {}, { a: 1 }, new Date(1e12), new Time(1e9, 5),
); // biome-ignore format: a table

const texts = fc.constantFrom("a", "short", "1h", "2006-01-02", "Europe/Warsaw", "abc");
const fitting: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  string: texts,
  int: fc.integer({ min: 1, max: 20 }),
  int64: fc.integer({ min: 1, max: 20 }),
  time: fc.constantFrom(new Date(1e12), new Time(1e9, 5)),
  list: fc.constantFrom<unknown>(["a", "b"], [1, 2]),
  map: fc.constantFrom<unknown>({ a: 1 }, {}),
};

function args(fn: TemplateFunction): fc.Arbitrary<unknown[]> {
  const { params, variadic = false } = signatureOf(fn);
  const least = params.length - (variadic ? 1 : 0);
  return fc
    .integer({ min: least, max: params.length + (variadic ? 2 : 0) })
    .chain((count) =>
      fc.tuple(...Array.from({ length: count }, (_, i) => fitting[params[Math.min(i, params.length - 1)]!] ?? value)),
    );
}

/** Tells whether any of many calls uses the clock or random numbers. */
function looks(call: string, fn: TemplateFunction, set: FunctionSet): boolean {
  let looked = false;
  const look =
    <T>(result: T) =>
    () => {
      looked = true;
      return result;
    };
  const options = { functions: [set], clock: look(new Date(1.7e12)), random: look(0.25), limits: { steps: 50_000 } };
  for (const given of fc.sample(args(fn), { numRuns: sized(18, 150), seed: 1 })) {
    const fields = Object.fromEntries(given.map((one, i) => [`a${i}`, one]));
    const words = [call, ...Object.keys(fields).map((name) => `.${name}`)].join(" ");
    try {
      compile(`{{ ${words} }}`, options).render(fields);
    } catch (error) {
      if (!(error instanceof TemplateError || error instanceof RenderAborted)) throw error;
    }
  }
  return looked;
}

describe.each(Object.entries({ alerting, alertmanager, content, sprig }) as [string, FunctionSet][])("%s", (_, set) => {
  test.each(Object.keys(set))("%s", (name) => {
    const fn = set[name]!;
    const made: unknown = signatureOf(fn).params.length === 0 && !signatureOf(fn).context ? fn() : undefined;
    const methods = made instanceof Struct ? (goTypeOf(made)?.methods ?? {}) : {};
    const calls = Object.entries(methods).map(([method, of]) => looks(`${name}.${method}`, of(made), set));
    expect(signatureOf(fn).nonDeterministic ?? false).toBe(looks(name, fn, set) || calls.includes(true));
  });
});
