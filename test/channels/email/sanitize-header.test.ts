import fc from "fast-check";
import { expect, test } from "vitest";
import { oneLine } from "../../../src/channels/email/sanitize-header.ts";

test.each([
  ["Hello", "Hello"],
  ["  Hi\r\nBcc: eve@x.y\t\0 ", "Hi Bcc: eve@x.y"],
  ["a\u2028b\u2029c\u0085d\u007fe", "a b c d e"],
  ["\r\n\0", ""],
  ["lone \ud800 surrogate", "lone \ufffd surrogate"],
  ["=?a?q?=0D=0AB?= =?b?", "=\u200b?a?q?=0D=0AB?= =?…"],
  ["what=? =?why?=", "what=? =?why?="],
  ["12345678901234567890", "12345678901234567890"],
  ["123456789012345678901", "1234567890123456789…"],
  ["1234567890 1234567👩‍👩‍👧‍👦 and more", "1234567890 1234567…"],
])("%j is %j", (text, expected) => {
  expect(oneLine(text, 20)).toBe(expected);
});

test("no field is too long for it, and no grapheme", () => {
  expect(oneLine("x".repeat(10_000_000), 200)).toBe(`${"x".repeat(199)}…`);
  expect(oneLine("\n".repeat(10_000_000), 200)).toBe("…");
  expect(oneLine(`a${"\u0301".repeat(1_000_000)}`, 200)).toBe(`a${"\u0301".repeat(198)}…`);
});

test("any text becomes one short well-formed line", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      const made = oneLine(text, 40);
      expect(made.length).toBeLessThanOrEqual(40);
      expect(made.isWellFormed()).toBe(true);
      expect(made).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      expect(made).toBe(made.trim());
      if (made.length < 40 && !made.endsWith("…")) expect(oneLine(made, 40)).toBe(made);
    }),
  );
});
