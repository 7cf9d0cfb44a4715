import { expect, test } from "vitest";
import { isSampled } from "../../src/triggers/runs/sample.ts";

const profiles = Array.from({ length: 20_000 }, (_, at) => `prf_${at.toString(36)}`);
const taken = (trigger: string, sample: number) => profiles.filter((profile) => isSampled(profile, trigger, sample));

test("takes the sample that was asked for", () => {
  expect(taken("welcome", 1)).toHaveLength(20_000);
  for (const sample of [0.01, 0.1, 0.5, 0.9]) {
    // Five standard deviations.
    const most = 5 * Math.sqrt(20_000 * sample * (1 - sample));
    expect(Math.abs(taken("welcome", sample).length - 20_000 * sample)).toBeLessThan(most);
  }
});

test("takes the same ones always, whatever the machine", () => {
  expect(taken("welcome", 0.0005)).toMatchInlineSnapshot(`
    [
      "prf_15o",
      "prf_4cx",
      "prf_6rw",
      "prf_9q8",
      "prf_a5x",
      "prf_cc2",
      "prf_cp0",
      "prf_dy0",
    ]
  `);
});

test("a larger sample has all that a smaller one has", () => {
  const larger = new Set(taken("welcome", 0.2));
  expect(taken("welcome", 0.1).filter((profile) => !larger.has(profile))).toEqual([]);
});

test("takes others for another trigger", () => {
  const tenth = new Set(taken("welcome", 0.1));
  const both = taken("goodbye", 0.1).filter((profile) => tenth.has(profile));
  expect(Math.abs(both.length - 200)).toBeLessThan(5 * Math.sqrt(200));
  const [one, two] = [isSampled.bind(null, "ab", "c"), isSampled.bind(null, "a", "bc")];
  expect(Array.from({ length: 100 }, (_, at) => one(at / 100))).not.toEqual(
    Array.from({ length: 100 }, (_, at) => two(at / 100)),
  );
});
