import { describe, expect, test } from "vitest";
import { Redactor } from "../../src/dispatch/secrets/redactor.ts";
import { redacted } from "../../src/observe/redact.ts";
import { growthOf } from "../growth.ts";

/** Linear is 2; what is more is allowed for a logarithm. */
const linear = 2.3;
const secret = `sk-${"a/b c".repeat(20)}`;
const base64 = Buffer.from(secret).toString("base64");

/** Texts of about `n` characters that an answer, or an error, may consist of. */
const texts: Readonly<Record<string, (n: number) => string>> = {
  words: (n) => "word ".repeat(n / 5),
  "the secret": (n) => `${secret} `.repeat(n / 104),
  "beginnings of the secret": (n) => "sk-a/b ca/".repeat(n / 10),
  "the secret's first characters": (n) => `sk-${"a/b c".repeat(13)}`.repeat(n / 68),
  "the secret in base64": (n) => base64.repeat(n / base64.length),
  "the secret, escaped": (n) => `${encodeURIComponent(secret)}&`.repeat(n / 190),
  "escapes of escapes": (n) => "%25252525".repeat(n / 9),
  "escapes of JSON": (n) => "\\u005cu0061".repeat(n / 11),
  backslashes: (n) => "\\".repeat(n),
  entities: (n) => "&amp;amp;amp;".repeat(n / 13),
  percents: (n) => "%61".repeat(n / 3),
  "line ends": (n) => "\n".repeat(n),
  digits: (n) => "1234567 ".repeat(n / 8),
  "at signs": (n) => "@".repeat(n),
  addresses: (n) => "a@b".repeat(n / 3),
  URLs: (n) => "http://a/".repeat(n / 9),
  "one URL": (n) => `http://${"a.".repeat(n / 2)}`,
};

describe("what redacting costs grows as the text", () => {
  const redactor = new Redactor([secret, { name: "KEY", value: "another secret" }]);
  test.each(Object.entries(texts))("of secrets: %s", (_, make) => {
    const { factor, most } = growthOf(800, make, (text) => redactor.text(text));
    expect(factor, most).toBeLessThan(linear);
  });

  test.each(Object.entries(texts))("of secrets, in what was sent and answered: %s", (_, make) => {
    const { factor, most } = growthOf(800, make, (text) =>
      redactor.sent({
        request: { line: "POST /", headers: { a: text }, body: text },
        response: { statusLine: "200 OK", headers: { a: text }, body: text },
        outcome: { kind: "retry", reason: text },
      }),
    );
    expect(factor, most).toBeLessThan(linear);
  });

  test.each(Object.entries(texts))("of what is personal, up to where it is cut: %s", (_, make) => {
    const { factor, most } = growthOf(400, make, redacted);
    expect(factor, most).toBeLessThan(linear);
  });

  test("what is personal is looked at up to where the text is cut", () => {
    const { factor, most } = growthOf(100_000, (n) => Buffer.alloc(n, "word ").toString(), redacted);
    expect(factor, most).toBeLessThan(1.1);
  });
});

describe("what redacting costs grows as the secrets", () => {
  const secretsOf: Readonly<Record<string, (n: number) => readonly string[]>> = {
    "many of them": (n) => Array.from({ length: n / 20 }, (_, i) => `secret number ${i}`),
    "many that begin alike": (n) => Array.from({ length: n / 80 }, (_, i) => `${"a".repeat(70)}${i}`),
    "one long one": (n) => [`${"a".repeat(n)}b`],
    "one of many lines": (n) => ["a line of the secret\n".repeat(n / 21)],
    "one of many escapes": (n) => ["%61".repeat(n / 3)],
  };
  test.each(Object.entries(secretsOf))("%s", (_, make) => {
    const { factor, most } = growthOf(1_600, make, (secrets) => new Redactor(secrets).text("a".repeat(300)));
    expect(factor, most).toBeLessThan(linear);
  });

  test("one as long as the text, which is all but the same", () => {
    const make = (n: number) => ({ secrets: [`${"a".repeat(n / 2)}b`], text: "a".repeat(n) });
    const { factor, most } = growthOf(1_600, make, ({ secrets, text }) => new Redactor(secrets).text(text));
    expect(factor, most).toBeLessThan(linear);
  });
});
