import fc from "fast-check";
import { expect, test } from "vitest";
import { Document, isScalar, parseDocument, Scalar } from "yaml";
import { scalarOffsets } from "../../src/files/scalar-offsets.ts";

/** The text's units as the file has them: those of escapes as the backslash, folds as the line end. */
function asWritten(file: string): { readonly value: string; readonly written: string; readonly end: string } {
  const node = parseDocument(file).get("title", true);
  if (!isScalar(node) || typeof node.value !== "string") throw new Error("a text");
  const offsets = scalarOffsets(node, file, node.value);
  if (!offsets) throw new Error(`no offsets: ${file}`);
  const written = offsets.slice(0, -1).map((at) => file[at] ?? "");
  return { value: node.value, written: written.join(""), end: file.slice(offsets.at(-1)).slice(0, 1) };
}

test.each([
  ["title: plain {{ .x }}\n  goes on {{ .y }}\n", "plain {{ .x }}\ngoes on {{ .y }}", "\n"],
  ["title: 'it''s {{ .x }}'\n", "it's {{ .x }}", "'"],
  [String.raw`title: "a\n\u00e9\"{{ .x }}\U0001F600 \x41"`, String.raw`a\\\{{ .x }}\\ \ `.trimEnd(), '"'],
  ['title: "a\n  b\n\n  c \\\n  d {{ .x }}"\n', "a\nb\nc d {{ .x }}", '"'],
  ["title: |\n  one\n\n   two {{ .x }}\n  three\n", "one\n\n two {{ .x }}\nthree\n", ""],
  ["title: |2\r\n   one\r\n  two\r\n", " one\rtwo\r", ""],
  ["title: >-\n  a {{ .x }}\n  b\n\n  c\n    d\n  e\nbody: x\n", "a {{ .x }}\nb\nc\n  d\ne", "\n"],
  ["title: &a 'x {{ .y }}'\n", "x {{ .y }}", "'"],
  ["title: ''\n", "", "'"],
])("%j", (file, written, end) => {
  expect(asWritten(file)).toMatchObject({ written, end });
});

const line = fc.string({ unit: fc.constantFrom(..."ab {}.'\"\\:#é😀\t".split("")), maxLength: 30 });

test("whatever style a text is written in, each unit is where it stands", () => {
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 5 }),
      fc.constantFrom("PLAIN", "QUOTE_DOUBLE", "QUOTE_SINGLE", "BLOCK_LITERAL", "BLOCK_FOLDED"),
      fc.constantFrom(0, 20),
      (lines, style, lineWidth) => {
        const scalar = new Scalar(lines.join("\n"));
        scalar.type = style;
        const file = new Document({ title: scalar, body: "x" }).toString({ lineWidth });
        fc.pre(parseDocument(file).get("title") === scalar.value); // yaml writes some plain texts so that they read otherwise
        const { value, written } = asWritten(file);
        for (const [i, unit] of written.split("").entries()) {
          if (unit !== "\\" && unit !== "\n" && !/\s/.test(value[i]!)) expect(unit).toBe(value[i]);
        }
      },
    ),
    { numRuns: 500 },
  );
});
