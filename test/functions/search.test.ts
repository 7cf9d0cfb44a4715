import { expect, test } from "vitest";
import { contains, finderOf } from "../../src/functions/search.ts";
import { countSteps } from "../growth.ts";

/** Yields texts of few letters, so that much repeats; the same ones each time. */
function* texts(): Generator<[text: string, part: string]> {
  let seed = 7;
  const chance = (below: number): number => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  for (let i = 0; i < 300; i++) {
    const text = Array.from({ length: 600 + chance(900) }, () => (chance(40) === 0 ? "é" : "a")).join("");
    const from = chance(300);
    const part = text.slice(from, from + 251 + chance(200));
    yield [text, i % 3 === 0 ? `${part}b` : part];
    yield ["a".repeat(chance(2000)), "a".repeat(251 + chance(300))];
  }
}

test("long parts are found where JavaScript finds them", () => {
  for (const [text, part] of texts()) {
    const find = finderOf(text, part);
    for (const from of [0, 1, 100, text.length - part.length, text.length]) {
      if (from >= 0) expect(find(from), `${part} in ${text} from ${from}`).toBe(text.indexOf(part, from));
    }
    expect(contains(text, part)).toBe(text.includes(part));
  }
});

test("a long part that nearly stands everywhere is looked for in one way through the text", () => {
  const steps = (size: number): number => {
    const half = "a".repeat(size >> 2);
    return countSteps(() => contains("a".repeat(size), `${half}b${half}`)).total;
  };
  expect(steps(4000)).toBeLessThan(2.1 * steps(2000));
});
