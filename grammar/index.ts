/**
 * The language. In: template text. Out: a tree of plain readonly objects, or a `TemplateError` in Go's words.
 */
export * from "./bytes.ts";
export * from "./error.ts";
export { type Lines, linesIn, linesOf } from "./lines.ts";
export { parseNumber, withoutEndingZeros } from "./number.ts";
export { type Mistake, type ParseOptions, parse } from "./parser.ts";
export { type Piece, piecesOf, type Word } from "./pieces.ts";
export { printNode, printTrees } from "./printer.ts";
export * from "./quote.ts";
export * from "./recover.ts";
export * from "./tree.ts";
