import fc from "fast-check";
import { expect, test } from "vitest";
import { randomCase } from "../../conformance/arbitrary.ts";
import type { Case } from "../../conformance/case.ts";
import { decodeData } from "../../conformance/data.ts";
import { functions } from "../../conformance/functions.ts";
import { TemplateError, TemplateLimitError } from "../../grammar/index.ts";
import {
  compile,
  type LanguageOptions,
  type Limits,
  type MissingKey,
  type Template,
} from "../../src/template/index.ts";
import { sized } from "../sized.ts";

/** Renders templates of all kinds with data of all kinds. */

const missingKeys: readonly MissingKey[] = ["default", "zero", "error", "required"];
const settings = fc.record({
  numbers: fc.constantFrom("int" as const, "float64" as const),
  missingKey: fc.constantFrom(...missingKeys),
});

function compiled({ template, delims }: Case, options: LanguageOptions): Template | undefined {
  try {
    return compile(template, { name: "t", functions: [functions], ...(delims && { delims }), ...options });
  } catch (error) {
    if (error instanceof TemplateError && error.phase === "parse") return undefined;
    throw error;
  }
}

/** Returns the output or the error; any other error than a `TemplateError` fails the test. */
function outcome(template: Template, profile: unknown): string | TemplateError {
  try {
    return template.render(profile);
  } catch (error) {
    if (error instanceof TemplateError && error.phase === "exec") return error;
    throw error;
  }
}

const described = (result: string | TemplateError): unknown =>
  typeof result === "string" ? result : [result.message, result.output, result.span, result.line, result.column];

test("a template ends in text or a TemplateError, whatever the limits", () => {
  const small = fc.integer({ min: 0, max: 60 });
  const tiny: fc.Arbitrary<Partial<Limits>> = fc.record({ steps: small, output: small, depth: fc.integer({ min: 0, max: 3 }) }, { requiredKeys: [] }); // biome-ignore format: one line
  const seen = { text: 0, error: 0, steps: 0, output: 0, depth: 0, time: 0 };
  fc.assert(
    fc.property(randomCase, settings, tiny, (one, options, limits) => {
      const template = compiled(one, { ...options, limits: { steps: 10_000_000, ...limits } });
      if (template === undefined) return;
      const result = outcome(template, decodeData(one.data));
      if (typeof result === "string") {
        seen.text++;
        // A byte that is not UTF-8 counts as one, and is U+FFFD in the result.
        const bytes = Buffer.byteLength(result.replaceAll("\ufffd", "?"));
        if (limits.output !== undefined) expect(bytes).toBeLessThanOrEqual(limits.output);
      } else if (result instanceof TemplateLimitError) {
        seen[result.limit]++;
        expect(limits[result.limit]).toBeDefined();
      } else seen.error++;
    }),
    { numRuns: sized(500, 4000) },
  );
  expect(seen.time).toBe(0); // there is none unless requested
  for (const count of Object.values({ ...seen, time: 1 })) expect(count).toBeGreaterThan(0);
});

test("a limit that is not reached changes nothing", () => {
  fc.assert(
    fc.property(randomCase, settings, (one, options) => {
      const free = compiled(one, options);
      const bounded = compiled(one, { ...options, limits: { steps: 50_000, output: 50_000, depth: 50 } });
      if (free === undefined || bounded === undefined) return;
      const result = outcome(bounded, decodeData(one.data));
      if (result instanceof TemplateLimitError) return;
      expect(described(outcome(free, decodeData(one.data)))).toEqual(described(result));
    }),
    { numRuns: sized(125, 1000) },
  );
});

test("rendering again gives the same, and leaves the profile as it was", () => {
  fc.assert(
    fc.property(randomCase, settings, (one, options) => {
      const template = compiled(one, { ...options, limits: { steps: 50_000, output: 50_000 } });
      if (template === undefined) return;
      const profile = decodeData(one.data);
      const before = snapshot(profile);
      deepFreeze(profile);
      const first = described(outcome(template, profile));
      expect(described(outcome(template, profile))).toEqual(first);
      expect(described(outcome(template, decodeData(one.data)))).toEqual(first);
      expect(snapshot(profile)).toBe(before);
    }),
    { numRuns: sized(125, 1000) },
  );
});

function deepFreeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const item of Object.values(value)) deepFreeze(item);
}

const snapshot = (profile: unknown): string | undefined =>
  JSON.stringify(profile, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
