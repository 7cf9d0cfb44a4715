/** Implements the part of Go's package fmt that templates reach. In: values and a format. Out: text, or `LimitReached`. */
export { formatFloat } from "./float.ts";
export { isNil } from "./print.ts";
export type { Printing } from "./printing.ts";
export { formatValue, sprint, sprintln } from "./sprint.ts";
export { compileFormat, sprintf } from "./sprintf.ts";
export { type Civil, civil, daysOf, digits, months, offsetText, timeString } from "./time.ts";
