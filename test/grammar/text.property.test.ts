import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomCase } from "../../conformance/arbitrary.ts";
import { type Delims, parse, TemplateError } from "../../grammar/index.ts";
import { sized } from "../sized.ts";

/** Returns the error message, undefined if the text parses. Any other error than a `TemplateError` fails the test. */
function errorOf(text: string, delims: Delims = ["{{", "}}"]): string | undefined {
  try {
    parse(text, { name: "t", delims, isFunction: (name) => name !== "nope" });
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    expect(error.phase).toBe("parse");
    expect(error.message.startsWith("template: t:")).toBe(true);
    const { start, end } = error.span;
    expect(0 <= start && start <= end && end <= text.length).toBe(true);
    expect(String(error).split("\n").at(-1)).toMatch(/^ +\| +\^+$/);
    return error.message.slice("template: t:".length);
  }
  return undefined;
}

describe("any text is a template or a TemplateError", () => {
  const units = ["grapheme", "grapheme-composite", "grapheme-ascii", "binary", "binary-ascii"] as const;
  test.each(units)("%s", (unit) => {
    const text = fc.string({ unit, maxLength: 200, size: "max" });
    fc.assert(
      fc.property(text, (inside) => void [errorOf(inside), errorOf(`a{{${inside}}}b`), errorOf(`{{${inside}`)]),
    );
  });

  const pieces = fc.constantFrom(
    ..."{{ }} {{- -}} /* */ ( ) | . , : = := $ \" ` ' - + \\ \\x \\u 0x 0b 1e 1_ i end else if with range define block".split(
      " ",
    ),
    ...[
      " ",
      "\n",
      "\t",
      "\r",
      "x",
      "$x",
      ".x",
      "1",
      '"a"',
      "é",
      "“",
      "\0",
      "\ud800",
      "\udc80",
      "\udcff",
      "\ud83d\ude00",
    ],
    ...["break", "continue", "template", "nil", "true", "nope"],
  );
  const soup = fc.array(pieces, { maxLength: 60, size: "max" }).map((all) => all.join(""));
  test("pieces of the language in any order", () => {
    fc.assert(
      fc.property(soup, (text) => void [errorOf(text), errorOf(`{{${text}`)]),
      { numRuns: sized(250, 2000) },
    );
  });

  test("with any delimiters", () => {
    const delim = fc.oneof(fc.string({ unit: "binary", minLength: 1, maxLength: 3 }), pieces);
    const property = fc.property(soup, delim, delim, (text, left, right) => {
      errorOf(text, [left, right]);
      errorOf(
        text.replaceAll("{{", () => left).replaceAll("}}", () => right),
        [left, right],
      );
    });
    fc.assert(property, { numRuns: sized(125, 1000) });
  });

  test("templates, damaged or not", () => {
    fc.assert(
      fc.property(randomCase, fc.nat(), fc.nat(), ({ template }, from, length) => {
        errorOf(template);
        const cut = from % (template.length + 1);
        errorOf(template.slice(0, cut)); // maybe in the middle of a surrogate pair
        errorOf(template.slice(0, cut) + template.slice(cut + (length % 8)));
      }),
      { numRuns: sized(125, 1000) },
    );
  });
});

/** Quadratic time would exceed the time limit of the test. */
describe("long and deep texts", () => {
  const times = (count: number, text: string): string => text.repeat(count);
  const million = 1 << 20;
  const tooDeep = "1: max expression depth exceeded";

  const deep: readonly (readonly [about: string, text: string])[] = [
    ["parentheses", `{{${times(100_000, "(")}`],
    ["closed parentheses", `{{${times(100_000, "(")}1${times(100_000, ")")}}}`],
    ["if", times(100_000, "{{if .x}}")],
    ["closed if", times(100_000, "{{if .x}}") + times(100_000, "{{end}}")],
    ["else if", `{{if .x}}${times(100_000, "{{else if .x}}")}{{end}}`],
    ["else with", `{{with .x}}${times(100_000, "{{else with .x}}")}{{end}}`],
    ["range", times(100_000, "{{range .x}}")],
    ["block", times(100_000, '{{block "a" .}}')],
  ];
  test.each(deep)("100,000 deep: %s", (_, text) => {
    expect(errorOf(text)).toBe(tooDeep);
    // The parser still works.
    expect(errorOf("{{if (print (.x))}}{{end}}")).toBe(undefined);
  });

  test("nothing is wrong with a moderate depth", () => {
    expect(errorOf(`{{${times(100, "(")}1${times(100, ")")}}}`)).toBe(undefined);
    expect(errorOf(times(100, "{{if .x}}") + times(100, "{{end}}"))).toBe(undefined);
    expect(errorOf(`{{if .x}}${times(500, "{{else if .x}}")}{{end}}`)).toBe(undefined);
  });

  const a = times(million, "a");
  const ones = times(million, "1");
  const tokens: readonly (readonly [about: string, text: string, message: string | undefined])[] = [
    ["text", a, undefined],
    ["text of braces", times(million, "}"), undefined],
    ["comment", `{{/*${a}*/}}`, undefined],
    ["unclosed comment", `{{/*${a}`, "1: unclosed comment"],
    ["string", `{{"${a}"}}`, undefined],
    ["string of escapes", `{{"${times(million / 4, "\\x41")}"}}`, undefined],
    ["unterminated string", `{{"${a}`, "1: unterminated quoted string"],
    ["raw string", `{{\`${a}\`}}`, undefined],
    ["character constant", `{{'${a}'}}`, `1: malformed character constant: '${a}'`],
    ["field", `{{.${a}}}`, undefined],
    ["variable", `{{$${a} := 1}}`, undefined],
    ["word", `{{${a}}}`, undefined],
    ["word of another alphabet", `{{${times(million, "é")}}}`, undefined],
    ["decimal number", `{{${ones}}}`, `1: illegal number syntax: "${ones}"`],
    ["hexadecimal number", `{{0x${ones}}}`, `1: illegal number syntax: "0x${ones}"`],
    ["hexadecimal float", `{{0x${ones}.${ones}p-1}}`, `1: illegal number syntax: "0x${ones}.${ones}p-1"`],
    ["decimals", `{{1.${ones}}}`, undefined],
    ["number without its exponent", `{{${ones}e}}`, `1: illegal number syntax: "${ones}e"`],
    ["exponent", `{{0x1p${ones}}}`, `1: illegal number syntax: "0x1p${ones}"`],
    ["underscores", `{{1${times(million / 2, "_1")}}}`, `1: illegal number syntax: "1${times(million / 2, "_1")}"`],
    ["white space in an action", `{{${times(million, " ")}.}}`, undefined],
  ];
  test.each(tokens)("a megabyte of one token: %s", (_, text, message) => {
    expect(errorOf(text) === message).toBe(true);
  });

  const repeated: readonly (readonly [text: string, message: string | undefined])[] = [
    [" ", undefined],
    ["\n", undefined],
    ["  {{.}}", undefined],
    ["{{.}}\n", undefined],
    ["{{\n.}}", undefined],
    ["{{- . -}} ", undefined],
    ["{{/**/}}", undefined],
    ["{{if .}}{{end}}", undefined],
    ["{{$x := 1}}", undefined],
    ['{{define "a"}}{{end}}', undefined],
    ["}}", undefined],
    ["{{-", '1: illegal number syntax: "-"'],
    ["{{", '1: unexpected "{" in command'],
    ["{{/*", "1: unclosed comment"],
    ["{{- /*", "1: unclosed comment"],
    ["{{/* */", "1: comment ends before closing delimiter"],
    ["{{end}}", "1: unexpected {{end}}"],
    ["{{if .}}{{else}}", "1: max expression depth exceeded"],
  ];
  test.each(repeated)("200 kB of %j", (text, message) => {
    expect(errorOf(times(Math.ceil(200_000 / text.length), text))).toBe(message);
  });

  const inside: readonly (readonly [text: string, message: string | undefined])[] = [
    [".a", undefined],
    [" -", '1: illegal number syntax: "-"'],
    ['"', '1: unexpected "\\"\\"" in operand'],
    ['"\n', "1: unterminated quoted string"],
    ["`", '1: unexpected "``" in operand'],
    ["'", "1: invalid syntax"],
    ["\\", '1: unexpected "\\\\" in command'],
    ["1e", '1: bad number syntax: "1e1e"'],
    ["1+", '1: bad number syntax: "1+1"'],
    ["0x", '1: bad number syntax: "0x0x"'],
    ["1 ", undefined],
    ["$,", "1: too many declarations in command"],
    [":", "1: expected :="],
    ["|", '1: unexpected "|" in command'],
    ["=", '1: unexpected "=" in command'],
    ["“", "1: unrecognized character in action: U+201C '“'"],
    ["\ud800", "1: unrecognized character in action: U+FFFD '\ufffd'"],
  ];
  test.each(inside)("200 kB of %j in an action", (text, message) => {
    const many = times(Math.ceil(200_000 / text.length), text);
    expect(errorOf(`{{${many}}}`)).toBe(message);
  });

  test("long lists of stages, arguments and variables", () => {
    expect(errorOf(`{{1${times(50_000, " | print")}}}`)).toBe(undefined);
    expect(errorOf(`{{print${times(100_000, " .a")}}}`)).toBe(undefined);
    expect(errorOf(`{{range ${times(100_000, "$x,")}}}`)).toBe("1: too many declarations in range");
    const declared = Array.from({ length: 10_000 }, (_, i) => `{{$x${i} := 1}}`).join("");
    expect(errorOf(`${declared}${times(10_000, "{{$x0}}")}`)).toBe(undefined);
  });
});
