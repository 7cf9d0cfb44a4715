/**
 * The language. In: template text. Out: a tree of plain readonly objects, or a `TemplateError` in Go's words.
 */
export * from "./bytes.ts";
export * from "./error.ts";
