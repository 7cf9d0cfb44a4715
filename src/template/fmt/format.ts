import { joinBytes } from "../../../grammar/index.ts";
import { bare, type Flags, makeSpec, noFlags, type Spec } from "./spec.ts";

/** Holds one `%…` of a format, and the text before it. `steps` keep what Go decides only when it knows the operands. */
export interface Directive {
  readonly literal: string;
  readonly flags: Readonly<Flags>;
  readonly spec: Spec;
  readonly steps: readonly Step[];
  /** One of the steps is an index. */
  readonly reorders: boolean;
  /** The index is in a wrong place: `%[2]3d`. */
  readonly badIndex: boolean;
  /** One character; empty if the format ends before it, `undefined` if there is only text. */
  readonly verb: string | undefined;
}

/**
 * Holds one step, in the order of the format: `[n]` goes to operand n (from 0; -1 cannot be one), `*` takes an operand as width or
 * precision.
 */
export type Step = { readonly kind: "index"; readonly index: number } | { readonly kind: "width" | "precision" };

/** Limits the text of one directive, so that a long format never is in memory as its pieces. */
const longText = 4096;

/** Splits a format into directives. No format is refused: invalid parts are printed as such. */
export function* parseFormat(source: string): Generator<Directive, undefined> {
  const format = joinBytes(source);
  const lastBracket = format.lastIndexOf("]");
  let literal = "";
  let at = 0;
  for (;;) {
    const percent = format.indexOf("%", at);
    if (percent < 0) break;
    literal += format.slice(at, percent);
    const { directive, end } = parseDirective(format, percent + 1, literal, lastBracket);
    at = end;
    if (directive.verb === "%" && directive.steps.length === 0) {
      literal += "%";
      if (literal.length < longText) continue;
      yield text(literal);
    } else yield directive;
    literal = "";
  }
  literal += format.slice(at);
  if (literal !== "") yield text(literal);
}

const text = (literal: string): Directive => ({
  literal,
  flags: noFlags,
  spec: bare,
  steps: [],
  reorders: false,
  badIndex: false,
  verb: undefined,
});

/** Reads `flags [index] (width | '*') ('.' [index] (precision | '*'))? [index] verb`. */
function parseDirective(
  format: string,
  from: number,
  literal: string,
  lastBracket: number,
): { readonly directive: Directive; readonly end: number } {
  const flags: Flags = { ...noFlags };
  const steps: Step[] = [];
  let at = from;
  let badIndex = false;
  let reorders = false;
  let width = 0;
  let precision = -1;
  /** An index was read and is not used yet. */
  let pending = false;

  function readIndex(): void {
    pending = format[at] === "[";
    if (!pending) return;
    const { index, length, found } = parseIndex(format, at, lastBracket);
    steps.push({ kind: "index", index });
    reorders = true;
    at += length;
    pending = found;
  }

  while (at < format.length && setFlag(flags, format[at]!)) at++;
  readIndex();
  if (format[at] === "*") {
    at++;
    steps.push({ kind: "width" });
    pending = false;
  } else {
    const number = parseNumber(format, at, format.length);
    at = number.end;
    width = number.value;
    if (pending && number.found) badIndex = true;
  }
  // A point at the very end is a verb.
  if (format[at] === "." && at + 1 < format.length) {
    at++;
    if (pending) badIndex = true;
    readIndex();
    if (format[at] === "*") {
      at++;
      steps.push({ kind: "precision" });
      pending = false;
    } else {
      const number = parseNumber(format, at, format.length);
      at = number.end;
      precision = number.value;
    }
  }
  if (!pending) readIndex();
  const code = format.codePointAt(at);
  const char = code === undefined ? "" : String.fromCodePoint(code);
  // A verb that is a raw byte is printed as U+FFFD.
  const verb = char.toWellFormed();
  const spec = makeSpec(flags, width, precision, verb);
  return { directive: { literal, flags, spec, steps, reorders, badIndex, verb }, end: at + char.length };
}

function setFlag(flags: Flags, char: string): boolean {
  switch (char) {
    case "-":
      flags.minus = true;
      return true;
    case "+":
      flags.plus = true;
      return true;
    case "#":
      flags.sharp = true;
      return true;
    case " ":
      flags.space = true;
      return true;
    case "0":
      flags.zero = true;
      return true;
    default:
      return false;
  }
}

/** Limits widths and precisions, as in Go. Go checks before each digit, so one digit more passes in a format. */
export const largest = 1e6;

/** Reads a number. A number that is too large consumes the rest of the format, as in Go. */
function parseNumber(text: string, from: number, to: number): { value: number; found: boolean; end: number } {
  let value = 0;
  let at = from;
  for (; at < to; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) break;
    if (value > largest) return { value: 0, found: false, end: to };
    value = value * 10 + digit;
  }
  return { value, found: at > from, end: at };
}

/** Reads `[n]`. Without a closing bracket only the opening one is read. `found`: it is a number, though perhaps of no operand. */
function parseIndex(
  format: string,
  from: number,
  lastBracket: number,
): { readonly index: number; readonly length: number; readonly found: boolean } {
  // The last bracket is known beforehand; otherwise a format of many opening brackets would be searched to its end for each.
  if (lastBracket < from || format.length - from < 3) return { index: -1, length: 1, found: false };
  const close = format.indexOf("]", from);
  const { value, found, end } = parseNumber(format, from + 1, close);
  const length = close + 1 - from;
  return found && end === close ? { index: value - 1, length, found } : { index: -1, length, found: false };
}
