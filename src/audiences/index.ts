/**
 * Decides which profiles belong to which audience. In: a condition in the template language, and profiles. Out: whether
 * the condition holds.
 */
export * from "./condition.ts";
export * from "./definition.ts";
export { lintCondition } from "./lint.ts";
