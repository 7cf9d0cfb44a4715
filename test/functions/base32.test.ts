import { expect, test } from "vitest";
import { sprig } from "../../src/functions/index.ts";
import { compile } from "../../src/index.ts";

// Go's base32 takes line ends out first, and counts input bytes in what is left.
test.each([
  ["A\n!", "illegal base32 data at input byte 1"],
  ["NBSW\nY3DP", "hello"],
  ["N\r\nB", "illegal base32 data at input byte 0"],
  ["NBSWY3D\n=", "hell"],
  ["NB\n==A===", "illegal base32 data at input byte 3"],
])("b32dec %j: %s", (text, expected) => {
  expect(compile("{{ b32dec .text }}", { functions: [sprig] }).render({ text })).toBe(expected);
});
