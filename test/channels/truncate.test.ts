import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitPayload, json, type NotificationText } from "../../src/channels/push/truncate.ts";

const encode = (texts: NotificationText): string => json(texts);
const said = (texts: NotificationText, limit: number): NotificationText =>
  JSON.parse(fitPayload(texts, limit, encode)!);

describe("what fits stays as it is", () => {
  test.each([
    [{ title: "Hey", subtitle: "you", body: "there" }],
    [{ title: "Hey, you" }],
    [{ title: '👩‍👩‍👧 <b>&amp;</b> " \\ \n' }],
  ])("%j", (texts) => {
    const bytes = Buffer.byteLength(encode(texts));
    expect(said(texts, bytes)).toEqual(texts);
    expect(said(texts, bytes - 1)).not.toEqual(texts);
  });

  test("an empty text is left out", () => {
    expect(fitPayload({ title: "Hey", subtitle: "", body: "" }, 100, encode)).toBe('{"title":"Hey"}');
  });
});

/** A body of which `room` bytes may stay, the ellipsis among them. */
const body = (text: string, room: number): string | undefined =>
  said({ title: "", body: text }, Buffer.byteLength(encode({ title: "", body: "" })) + room).body;

describe("where a text is cut", () => {
  test.each([
    ["abcdefgh", 7, "abcd…"],
    ["abcd efgh", 8, "abcd…"],
    ["ab👩‍👩‍👧cdefghijklmnopqrstuvwxyz", 8, "ab…"],
    ["ab👩‍👩‍👧cdefghijklmnopqrstuvwxyz", 22, "ab…"],
    ["ab👩‍👩‍👧cdefghijklmnopqrstuvwxyz", 23, "ab👩‍👩‍👧…"],
    ["abé́́cdefghijk", 8, "ab…"],
    ["a🇩🇪🇫🇷bcdefgh", 13, "a🇩🇪…"],
    ["ab\r\ncdefgh", 8, "ab…"],
    ['a"""""""', 8, 'a""…'],
    ["a\u0001\u0001\u0001", 10, "a\u0001…"],
    ["ab<b>cdefgh", 7, "ab…"],
    ["ab<b>cdefgh", 8, "ab<b>…"],
    ["a < b and so on", 7, "a <…"],
    ["ab<b cdefgh", 8, "ab<b…"],
    ["ab&amp;cdefgh", 9, "ab…"],
    ["ab&amp;cdefgh", 10, "ab&amp;…"],
    ["ab&#x1F600;cdefgh", 10, "ab…"],
    ["ab&cdefghijkl", 9, "ab&cde…"],
    ["abcdefgh", 3, "…"],
    ["ab\ud800cdefgh", 8, "ab\ufffd…"],
  ])("%j in %d bytes: %j", (text, room, left) => {
    expect(body(text, room)).toBe(left);
  });

  test("a tag longer than the room", () => {
    expect(body(`ab<a href="${"x".repeat(50)}">cd</a>`, 30)).toBe("ab…");
  });
});

describe("what gives way", () => {
  const long = "x".repeat(100);
  const texts = { title: long, subtitle: long, body: long };

  // 36 bytes are JSON's own.
  test.each([
    [36 + 300, texts],
    [36 + 262, { title: long, subtitle: long, body: `${"x".repeat(59)}…` }],
    [36 + 202, { title: long, subtitle: `${"x".repeat(96)}…`, body: "…" }],
    [36 + 106, { title: long, subtitle: "…", body: "…" }],
    [36 + 105, { title: `${"x".repeat(96)}…`, subtitle: "…", body: "…" }],
    [36 + 9, { title: "…", subtitle: "…", body: "…" }],
  ])("%d bytes", (limit, left) => {
    expect(said(texts, limit)).toEqual(left);
  });

  test("nothing is left when the rest is too long by itself", () => {
    expect(fitPayload(texts, 36 + 8, encode)).toBe(undefined);
  });
});

const anyText = fc.string({
  unit: fc.oneof(
    { weight: 4, arbitrary: fc.string({ unit: "binary", maxLength: 3 }) },
    fc.constantFrom(
      '"',
      "\\",
      "\n",
      "\0",
      "\u2028",
      "<b>",
      "</",
      "&amp;",
      "&#",
      "👩‍👩‍👧",
      "🇩🇪",
      "e\u0301\u0323",
      "\ud83d",
      "\ude00",
    ),
  ),
  maxLength: 400,
});

test("whatever the texts: JSON, well-formed, within the limit, and a cut is a start that ends in an ellipsis", () => {
  const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
  const anyTexts = fc.record({ title: anyText, subtitle: anyText, body: anyText });
  fc.assert(
    fc.property(anyTexts, fc.integer({ min: 45, max: 900 }), (texts, limit) => {
      const payload = fitPayload(texts, limit, encode)!;
      expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(limit);
      expect(payload.isWellFormed()).toBe(true);
      const left: Partial<NotificationText> = JSON.parse(payload);
      for (const part of ["title", "subtitle", "body"] as const) {
        const whole = texts[part].toWellFormed();
        const shown = left[part] ?? "";
        if (shown === whole) continue;
        const start = shown.slice(0, -1);
        expect(shown).toBe(`${start}…`);
        expect(whole.startsWith(start)).toBe(true);
        const space = /^\s*/.exec(whole.slice(start.length))![0].length;
        const boundaries = [...graphemes.segment(whole)].map(({ index }) => index - start.length);
        expect(boundaries.some((distance) => distance >= 0 && distance <= space)).toBe(true);
        if (part !== "body") expect(left.body).toBeOneOf([undefined, "…"]);
      }
    }),
    { numRuns: 500 },
  );
});

test("ten million characters cost no more than the limit", () => {
  const long = '👩‍👩‍👧"'.repeat(1_000_000);
  const payload = fitPayload({ title: long, subtitle: long, body: long }, 3993, encode)!;
  expect(Buffer.byteLength(payload)).toBeGreaterThan(3950);
  expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(3993);
});
