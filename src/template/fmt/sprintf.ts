import { intOf, kindOf, typeName } from "../value.ts";
import { type Directive, largest, parseFormat } from "./format.ts";
import { Output } from "./output.ts";
import { compilePlain } from "./plain.ts";
import { isNil, printArgument } from "./print.ts";
import type { Printing } from "./printing.ts";
import { bare, makeSpec, type Spec } from "./spec.ts";

export type CompiledFormat = (args: readonly unknown[], printing: Printing) => string;

/**
 * Limits the formats that are compiled. A longer one is read on each call, piece by piece, because its directives would take
 * many times its memory.
 */
const maxCachedLength = 1000;

/** Compiles a format for `Sprintf`. */
export function compileFormat(source: string): CompiledFormat {
  if (source.length > maxCachedLength) return (args, printing) => run(parseFormat(source), args, printing);
  const directives = [...parseFormat(source)];
  const plain = compilePlain(directives);
  return (args, printing) => plain?.(args, printing) ?? run(directives, args, printing);
}

function run(directives: Iterable<Directive>, args: readonly unknown[], printing: Printing): string {
  const out = new Output(printing);
  const operands = new Operands(args);
  let reordered = false;
  for (const directive of directives) {
    if (directive.literal !== "") out.write(directive.literal);
    printDirective(out, directive, operands);
    reordered ||= directive.reorders;
  }
  // Go does not report operands that were left over once a format had an index.
  if (!reordered && operands.next < args.length) printExtra(out, args, operands.next);
  return out.text;
}

class Operands {
  readonly args: readonly unknown[];
  next = 0;
  constructor(args: readonly unknown[]) {
    this.args = args;
  }

  /** Takes the next operand as width or precision. An operand that is not an int, or is too large, is consumed all the same. */
  takeInt(out: Output): number | undefined {
    if (this.next >= this.args.length) return undefined;
    const value = this.args[this.next++];
    const kind = kindOf(value, out.numbers);
    if (kind !== "int" && kind !== "uint") return undefined;
    const int = intOf(value);
    return int <= largest && int >= -largest ? Number(int) : undefined;
  }
}

function printDirective(out: Output, directive: Directive, operands: Operands): void {
  const { steps, verb } = directive;
  let { spec, badIndex } = directive;
  if (verb === undefined) return;
  if (steps.length > 0) {
    const taken = takeSteps(out, directive, operands);
    spec = taken.spec;
    badIndex ||= taken.badIndex;
  }
  if (verb === "") out.write("%!(NOVERB)");
  else if (verb === "%") out.write("%");
  else if (badIndex) out.write(`%!${verb}(BADINDEX)`);
  else if (operands.next >= operands.args.length) out.write(`%!${verb}(MISSING)`);
  else printArgument(out, operands.args[operands.next++], spec, verb);
}

function takeSteps(out: Output, directive: Directive, operands: Operands): { spec: Spec; badIndex: boolean } {
  let { width, precision } = directive.spec;
  let flags = directive.flags;
  let badIndex = false;
  for (const step of directive.steps) {
    if (step.kind === "index") {
      if (step.index >= 0 && step.index < operands.args.length) operands.next = step.index;
      else badIndex = true;
    } else if (step.kind === "width") {
      const taken = operands.takeInt(out);
      if (taken === undefined) out.write("%!(BADWIDTH)");
      width = Math.abs(taken ?? 0);
      // Padding on the right is never with zeros.
      if (width !== taken && taken !== undefined) flags = { ...flags, minus: true, zero: false };
    } else {
      precision = operands.takeInt(out) ?? -1;
      if (precision < 0) out.write("%!(BADPREC)");
      precision = Math.max(precision, -1);
    }
  }
  return { spec: makeSpec(flags, width, precision, directive.verb ?? ""), badIndex };
}

function printExtra(out: Output, args: readonly unknown[], from: number): void {
  out.write("%!(EXTRA ");
  for (let i = from; i < args.length; i++) {
    if (i > from) out.write(", ");
    if (!isNil(args[i])) out.write(`${typeName(args[i], out.numbers)}=`);
    printArgument(out, args[i], bare, "v");
  }
  out.write(")");
}

/** Caches formats that templates compute, which are mostly few; beyond the limit all are read again. */
const compiled = new Map<string, CompiledFormat>();
const maxCompiled = 256;

export function sprintf(format: string, args: readonly unknown[], printing: Printing): string {
  const known = compiled.get(format);
  if (known !== undefined) return known(args, printing);
  const fresh = compileFormat(format);
  if (format.length <= maxCachedLength) {
    if (compiled.size >= maxCompiled) compiled.clear();
    compiled.set(format, fresh);
  }
  return fresh(args, printing);
}
