import fc from "fast-check";
import { expect, test } from "vitest";
import { normalizeAddress, parseMailbox } from "../../../src/channels/email/address.ts";

test.each([
  ["ada@example.org", "ada@example.org"],
  ["Ada.Byron+news@EXAMPLE.org", "Ada.Byron+news@example.org"],
  ["o'brien@mail.example.co.uk", "o'brien@mail.example.co.uk"],
  ["ada@bücher.example", "ada@xn--bcher-kva.example"],
  ["bücher@bücher.example", "bücher@xn--bcher-kva.example"],
  ["bu\u0308cher@example.org", "bücher@example.org"],
  ["用户@例子.广告", "用户@xn--fsqu00a.xn--4rr70v"],
  ["a@b.example", "a@b.example"],
  [`${"x".repeat(64)}@example.org`, `${"x".repeat(64)}@example.org`],
])("%s is %s", (text, address) => {
  expect(normalizeAddress(text)).toBe(address);
  expect(parseMailbox({ name: "Ada", address: text })).toEqual({ name: "Ada", address });
});

test.each([
  "",
  "@",
  "ada",
  "ada@",
  "@example.org",
  "ada@localhost",
  "ada@127.0.0.1",
  "ada@[127.0.0.1]",
  "ada@2130706433",
  "ada@example..org",
  "ada@-example.org",
  "ada@example.org.",
  "ada@exa mple.org",
  "ada@example.org ",
  " ada@example.org",
  "ada@example.org\r\nBcc: eve@example.com",
  "ada@example.org\0",
  "ada\n@example.org",
  "ada@example.org, eve@example.com",
  "ada@example.org;eve@example.com",
  "ada,eve@example.com@example.org",
  "eve@example.com@example.org",
  "Ada <ada@example.org>",
  "<ada@example.org>",
  '"ada"@example.org',
  '"eve@example.com"@example.org',
  "ada(comment)@example.org",
  ".ada@example.org",
  "ada.@example.org",
  "a..da@example.org",
  "eve%example.com@example.org",
  "example.com!eve@example.org",
  "=?utf-8?q?=0D=0ABcc=3A_eve=40example.com?=@example.org",
  "group:ada@example.org;",
  "ada@example.org> SIZE=1",
  "ada\u2028@example.org",
  "ada\ud800@example.org",
  "ada@exam\u00adple\u200d.org\u0000",
  `${"x".repeat(65)}@example.org`,
  `ada@${"x".repeat(64)}.example`,
  `ada@${"abcdefgh.".repeat(40)}example`,
])("%j is refused", (text) => {
  expect(() => normalizeAddress(text)).toThrow(TypeError);
});

test("a field of any length is refused without being read", () => {
  expect(() => normalizeAddress(`${"a@".repeat(5_000_000)}example.org`)).toThrow(
    "an e-mail address has at most 254 bytes; this one has 10000011",
  );
});

test("a refusal says what is wrong and what would be right", () => {
  expect(() => normalizeAddress("ada at example.org")).toThrow(
    '"ada at example.org" is not an e-mail address: nothing before an @; expected one like ada@example.org',
  );
});

test("any text is one plain address or refused", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom("a", "@", ".", ",", "<", ">", "\r", "\n", '"', " ", ":", ";", "é", "-", "%") }),
    fc.string({ unit: "grapheme" }).map((local) => `${local}@example.org`),
    fc.string({ unit: "grapheme" }).map((domain) => `ada@${domain}`),
    fc.emailAddress(),
  );
  fc.assert(
    fc.property(text, (given) => {
      let address: string;
      try {
        address = normalizeAddress(given);
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
        return;
      }
      expect(address).toMatch(/^[^\s\p{C}@"(),:;<>[\\\]%!]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/u);
      expect(normalizeAddress(address)).toBe(address);
    }),
    { numRuns: 3000 },
  );
});
