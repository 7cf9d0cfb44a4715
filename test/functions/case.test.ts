import { expect, test } from "vitest";
import { lower, lowerRune, mapRunes, upper, upperRune } from "../../src/functions/sprig/case.ts";
import { sized } from "../sized.ts";

/** Yields each character, and halves of pairs, in texts in which its neighbours could change it. */
function* texts(): Generator<string> {
  for (let code = 0; code <= sized(0x2fff, 0x10ffff); code++) {
    const char = String.fromCodePoint(code);
    yield `a${char} b`;
  }
}

test("a text is changed as its runes are, one by one", () => {
  const different = [...texts()].filter(
    (text) => upper(text) !== mapRunes(text, upperRune) || lower(text) !== mapRunes(text, lowerRune),
  );
  expect(different).toEqual([]);
});
