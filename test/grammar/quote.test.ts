import fc from "fast-check";
import { expect, test } from "vitest";
import { toText } from "../../grammar/bytes.ts";
import {
  canBackquote,
  isPrint,
  quote,
  quoteAscii,
  quoteRune,
  unicodeName,
  unquote,
  unquoteChar,
} from "../../grammar/quote.ts";

/** Answers of real Go 1.27. */

/** Text, Quote, QuoteToASCII, CanBackquote. */
const quoted: readonly (readonly [string, string, string, boolean])[] = [
  ["", '""', '""', true],
  ["hi", '"hi"', '"hi"', true],
  ['say "hi"', '"say \\"hi\\""', '"say \\"hi\\""', true],
  ["back\\slash", '"back\\\\slash"', '"back\\\\slash"', true],
  ["`", '"`"', '"`"', false],
  ["tab\tnl\ncr\r", '"tab\\tnl\\ncr\\r"', '"tab\\tnl\\ncr\\r"', false],
  ["\u0007\b\f\u000b\u0000\u001b\u007f", '"\\a\\b\\f\\v\\x00\\x1b\\x7f"', '"\\a\\b\\f\\v\\x00\\x1b\\x7f"', false],
  ["é", '"é"', '"\\u00e9"', true],
  ["日本", '"日本"', '"\\u65e5\\u672c"', true],
  ["😀", '"😀"', '"\\U0001f600"', true],
  ["\u00a0", '"\\u00a0"', '"\\u00a0"', true],
  ["­", '"\\u00ad"', '"\\u00ad"', true],
  ["\u200b", '"\\u200b"', '"\\u200b"', true],
  ["\ufeff", '"\\ufeff"', '"\\ufeff"', false],
  [" ", '"\\u2028"', '"\\u2028"', true],
  ["\ue000", '"\\ue000"', '"\\ue000"', true],
  ["́", '"́"', '"\\u0301"', true],
  ["\u{e0001}", '"\\U000e0001"', '"\\U000e0001"', true],
  ["􏿿", '"\\U0010ffff"', '"\\U0010ffff"', true],
  ["\udcff", '"\\xff"', '"\\xff"', false],
  ["a\udc80b", '"a\\x80b"', '"a\\x80b"', false],
  ["\udce2\udc82", '"\\xe2\\x82"', '"\\xe2\\x82"', false],
  ["\udcc3\udca9", '"é"', '"\\u00e9"', true],
  ["�", '"�"', '"\\ufffd"', true],
  ["͸", '"\\u0378"', '"\\u0378"', true],
  ["'", '"\'"', '"\'"', true],
  ["🫨", '"🫨"', '"\\U0001fae8"', true],
  ["𑽚", '"𑽚"', '"\\U00011f5a"', true],
];

test.each(quoted)("quote %j", (text, plain, ascii, backquote) => {
  expect(quote(text)).toBe(plain);
  expect(quoteAscii(text)).toBe(ascii);
  expect(canBackquote(text)).toBe(backquote);
});

/** Source, Unquote; undefined is "invalid syntax". */
const sources: readonly (readonly [string, string | undefined])[] = [
  ['""', ""],
  ['"a"', "a"],
  ['"é日"', "é日"],
  ['"\\n\\t\\\\\\""', '\n\t\\"'],
  ['"\\a\\b\\f\\r\\v"', "\u0007\b\f\r\u000b"],
  ['"\\x41\\101\\u0041\\U00000041"', "AAAA"],
  ['"\\xff"', "\udcff"],
  ['"\\377"', "\udcff"],
  ['"\\xc3\\xa9"', "é"],
  ['"\\303\\251"', "é"],
  ['"\\xe2\\x82"', "\udce2\udc82"],
  ['"é\\xff"', "é\udcff"],
  ['"\\u00e9\\U0001F600"', "é😀"],
  ['"\\xf0\\x9f\\x98\\x80"', "😀"],
  ['"\'"', "'"],
  ["``", ""],
  ["`a\\n`", "a\\n"],
  ["`a\r\nb`", "a\nb"],
  ['`"`', '"'],
  ['"\udcff"', "�"],
  ["`\udcff`", "\udcff"],
  ["", undefined],
  ['"', undefined],
  ["`", undefined],
  ['"a', undefined],
  ['a"', undefined],
  ['"a"b"', undefined],
  ['"\\"', undefined],
  ['"\\\'"', undefined],
  ['"\\x4"', undefined],
  ['"\\xg0"', undefined],
  ['"\\08"', undefined],
  ['"\\400"', undefined],
  ['"\\u123"', undefined],
  ['"\\ud800"', undefined],
  ['"\\U00110000"', undefined],
  ['"\\U0001F60"', undefined],
  ['"\\z"', undefined],
  ['"\n"', undefined],
  ["`a`b`", undefined],
  ['"a`', undefined],
];

test.each(sources)("unquote %j", (source, text) => {
  expect(unquote(source)).toBe(text);
});

/** Text after the opening quote, UnquoteChar. */
const characters: readonly (readonly [string, { code: number; rest: string } | undefined])[] = [
  ["a'", { code: 97, rest: "'" }],
  ["世'", { code: 19990, rest: "'" }],
  ["😀'", { code: 128512, rest: "'" }],
  ["\\n'", { code: 10, rest: "'" }],
  ["\\''", { code: 39, rest: "'" }],
  ["\\xff'", { code: 255, rest: "'" }],
  ["\\377'", { code: 255, rest: "'" }],
  ["\\u00e9'", { code: 233, rest: "'" }],
  ["\\U0001F600'", { code: 128512, rest: "'" }],
  ["\"'", { code: 34, rest: "'" }],
  ["ab'", { code: 97, rest: "b'" }],
  ["\\\\'", { code: 92, rest: "'" }],
  ["\udcff'", { code: 65533, rest: "'" }],
  ["'", undefined],
  ["", undefined],
  ["\\\"'", undefined],
  ["\\z'", undefined],
  ["\\400'", undefined],
  ["\\x4'", undefined],
  ["\\ud800'", undefined],
  ["\\", undefined],
];

test.each(characters)("unquoteChar %j", (source, expected) => {
  expect(unquoteChar(source)).toEqual(expected);
});

/** Code, QuoteRune, QuoteRuneToASCII, %#U. */
const runes: readonly (readonly [number, string, string, string])[] = [
  [0x41, "'A'", "'A'", "U+0041 'A'"],
  [0x27, "'\\''", "'\\''", "U+0027 '''"],
  [0x22, "'\"'", "'\"'", "U+0022 '\"'"],
  [0x5c, "'\\\\'", "'\\\\'", "U+005C '\\'"],
  [0xa, "'\\n'", "'\\n'", "U+000A"],
  [0x0, "'\\x00'", "'\\x00'", "U+0000"],
  [0x7f, "'\\x7f'", "'\\x7f'", "U+007F"],
  [0xa0, "'\\u00a0'", "'\\u00a0'", "U+00A0"],
  [0xe9, "'é'", "'\\u00e9'", "U+00E9 'é'"],
  [0x2019, "'’'", "'\\u2019'", "U+2019 '’'"],
  [0x1f600, "'😀'", "'\\U0001f600'", "U+1F600 '😀'"],
  [0xfffd, "'�'", "'\\ufffd'", "U+FFFD '�'"],
  [0xd800, "'�'", "'\\ufffd'", "U+D800"],
  [0x110000, "'�'", "'\\ufffd'", "U+110000"],
  [0xe0001, "'\\U000e0001'", "'\\U000e0001'", "U+E0001"],
  [0x301, "'́'", "'\\u0301'", "U+0301 '́'"],
];

test.each(runes)("quoteRune %d", (code, plain, ascii, name) => {
  expect(quoteRune(code)).toBe(plain);
  expect(quoteRune(code, true)).toBe(ascii);
  expect(unicodeName(code)).toBe(name);
});

test("a negative code is no rune", () => {
  expect(quoteRune(-1)).toBe("'�'");
  expect(isPrint(-1)).toBe(false);
});

test("what is quoted reads back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(unquote(quote(text))).toBe(text);
      expect(unquote(quoteAscii(text))).toBe(text);
      if (canBackquote(text)) expect(unquote(`\`${text}\``)).toBe(text);
    }),
  );
});

test("raw bytes read back, too", () => {
  const unit = fc.oneof(
    fc.constantFrom("a", "é", "😀"),
    fc.integer({ min: 0xdc80, max: 0xdcff }).map((u) => String.fromCharCode(u)),
  );
  fc.assert(
    fc.property(fc.string({ unit }), (text) => {
      expect(toText(unquote(quote(text))!)).toBe(toText(text));
    }),
  );
});

test("a quoted text is one printable line", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect([...quote(text)].every((char) => isPrint(char.codePointAt(0)!))).toBe(true);
      expect(quoteAscii(text)).toMatch(/^[ -~]*$/);
    }),
  );
});

test("a character constant reads back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 1 }), fc.boolean(), (char, ascii) => {
      const code = char.codePointAt(0)!;
      expect(unquoteChar(quoteRune(code, ascii).slice(1))).toEqual({ code, rest: "'" });
    }),
  );
});
