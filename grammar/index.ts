/**
 * Parses and prints the template language. In: template text. Out: a tree of plain readonly objects, or a `TemplateError` in
 * Go's words.
 */
export * from "./bytes.ts";
export * from "./error.ts";
export { type Lines, linesIn } from "./lines.ts";
export { parseNumber, trimTrailingZeros } from "./number.ts";
export { parse } from "./parser.ts";
export { printNode, printTrees } from "./printer.ts";
export * from "./quote.ts";
export * from "./recover.ts";
export { type ActionToken, type Segment, segmentsOf } from "./segments.ts";
export * from "./tree.ts";
export type { ParseErrorCode, ParseReason } from "./wording.ts";
