/**
 * Who belongs where. In: a condition in the template language, and profiles. Out: memberships, and who entered and left.
 */
export * from "./condition.ts";
export * from "./definition.ts";
export { lintCondition } from "./lint.ts";
