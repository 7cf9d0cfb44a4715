import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { payloadNamed } from "../../conformance/alertmanager/case.ts";
import { alerting, alertmanager, alertmanagerData } from "../../src/functions/index.ts";
import { compile, Float64, RenderAborted, SizedInt, TemplateError } from "../../src/index.ts";
import { Time } from "../../src/template/index.ts";

/**
 * Calls any function with any arguments under a small budget: the result is text no longer than the limit, or an ordinary
 * template error. Nothing else is thrown, and nothing takes long.
 */
const sets = { alerting, alertmanager };

const limits = { steps: 20_000, output: 20_000, depth: 50 };

const cyclic: unknown[] = ["x"];
cyclic.push(cyclic);
const data = alertmanagerData(payloadNamed("mixed"));

const texts = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom(
    ...["", " ", "en-US", "pl", "xx-invalid-", "Europe/Warsaw", "Local", "../x", "UTC", "EUR", "short", "full", "2026-11-24", "now", "2006-01-02 15:04:05 MST", "one: a | other: b"],
    ...["(a*)*b", "[", "(?i)x{1000}", "$1$$", "x@y.zz", "+48 601 234 567", "\ud800", "\udc80\udcff", "👨‍👩‍👧", "a\u0301", "__proto__", "constructor"],
    ...["a".repeat(100_000), "ab ".repeat(50_000), "a\u0301".repeat(50_000), "1-".repeat(50_000), "x@".repeat(50_000), "a:b|".repeat(20_000)],
  ), // biome-ignore format: texts
);

const values = fc.oneof(
  texts,
  fc.integer(),
  fc.integer({ min: -3, max: 12 }),
  fc.double(),
  fc.bigInt(),
  fc.boolean(),
  fc.anything({ maxDepth: 2, withBigInt: true, withMap: true, withSet: true, withDate: true, withTypedArray: true }),
  fc.constantFrom<unknown>(
    ...[null, undefined, Number.NaN, Number.POSITIVE_INFINITY, new Float64(3), new SizedInt("int64", 2n ** 63n - 1n), new Date(Number.NaN), new Time(1e15, 5)],
    ...[cyclic, data, Object.create({ inherited: 1 }), JSON.parse('{"__proto__": {"a": 1}}'), () => 1, Array.from({ length: 10_000 }, (_, i) => `item ${i}`)],
  ), // biome-ignore format: values
);

const operand = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("(index .v 0)", "(index .v 1)", "(index .v 2)", "(index .v 3)") },
  fc.constantFrom('"en-GB"', '"UTC"', '"EUR"', '"short"', "3", "1.5", "nil", "true", '(stringSlice "a" "b")', "(index .d.Alerts 0).StartsAt", ".d.CommonLabels"),
  fc.constantFrom(".d.CommonLabels.Names", "(since (index .d.Alerts 0).StartsAt)", ".d.Alerts", ".d", ".d.CommonLabels.SortedPairs"),
); // biome-ignore format: operands

describe.each(Object.entries(sets))("%s", (_, set) => {
  test.each(Object.keys(set))("%s", (name) => {
    const call = fc.record({
      operands: fc.array(operand, { maxLength: 4 }),
      piped: fc.boolean(),
      v: fc.tuple(values, values, values, texts),
      numbers: fc.constantFrom("int" as const, "float64" as const),
    });
    fc.assert(
      fc.property(call, ({ operands, piped, v, numbers }) => {
        const last = piped ? operands.at(-1) : undefined;
        const action = [name, ...(last ? operands.slice(0, -1) : operands)].join(" ");
        const text = `{{ ${last ? `${last} | ` : ""}${action} }}`;
        const functions = [{ ...alertmanager, ...alerting, ...set }];
        const clock = () => new Date("2026-11-24T18:30:00Z");
        try {
          const output = compile(text, { functions, limits, numbers, clock, missingKey: "zero" }).render({
            v,
            d: data,
          });
          expect(Buffer.byteLength(output)).toBeLessThanOrEqual(limits.output);
        } catch (error) {
          if (!(error instanceof TemplateError || error instanceof RenderAborted)) throw error;
          // Go's messages quote an argument, with at most six characters for one.
          expect(error.message.length).toBeLessThan(6 * 150_000 + 1000);
        }
      }),
      { numRuns: 200 },
    );
  });
});
