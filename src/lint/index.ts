/**
 * Finds what is wrong with a template before anything is sent. In: template text or an alert template, and what is known of
 * the data. Out: findings, by place.
 *
 * `lint.ts` combines the steps: `grammar/` reads what can be read, and `walk.ts` follows dot and variables through it and sends
 * the rules (`rules/`, one a file) everything it meets, with types (`type.ts`) from samples (`shape.ts`) or a schema
 * (`schema.ts`).
 */

export type { Change, Edit, Finding, Part, Severity } from "./finding.ts";
export { applyEdits, applyFixes, type Fixed } from "./fix.ts";
export { type FormatOptions, format } from "./format.ts";
export { lint } from "./lint.ts";
export type { LintOptions } from "./options.ts";
export type { Rule } from "./rule.ts";
export { rules } from "./rules/index.ts";
export { shownLengths } from "./rules/too-long.ts";
export { shapeOfSchema } from "./schema.ts";
export { addSample, createShape, type Shape, shapeOf } from "./shape.ts";
export { type ShapeJson, shapeFromJson, shapeToJson } from "./shape-json.ts";
