import { expect, test } from "vitest";
import { wordDiff } from "../../src/cli/commands/word-diff.ts";

test.each([
  ["Hello Ada", "Goodbye Ada", "[-Hello-]{+Goodbye+} Ada"],
  ["the same", "the same", "the same"],
  ["", "new", "{+new+}"],
  ["gone", "", "[-gone-]"],
])("%j to %j is %j", (before, after, diff) => {
  expect(wordDiff(before, after)).toBe(diff);
});

test("texts with too many edits are replaced as a whole", () => {
  const words = (from: number) => Array.from({ length: 3_000 }, (_, i) => `w${from + i}`).join(" ");
  expect(wordDiff(words(0), words(10_000))).toBe(`[-${words(0)}-]{+${words(10_000)}+}`);
});
