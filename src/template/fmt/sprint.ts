import { Content, isInt } from "../value.ts";
import { formatFloat } from "./float.ts";
import { digitsOf } from "./number.ts";
import { Output } from "./output.ts";
import { isPointer, printArgument, printValue } from "./print.ts";
import type { Printing } from "./printing.ts";
import { bare } from "./spec.ts";

/** Formats one value as `%v`. Nil and absent are `<nil>`. */
export function formatValue(value: unknown, printing: Printing): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") {
    return printing.numbers === "int" && isInt(value) ? digitsOf(value) : formatFloat(value, "g");
  }
  if (typeof value === "bigint") return digitsOf(value);
  if (typeof value === "boolean") return value ? "true" : "false";
  const out = new Output(printing);
  if (isPointer(value)) printValue(out, value, bare, "v", 0);
  else printArgument(out, value, bare, "v");
  return out.text;
}

/** Joins operands, with a space between two operands if neither is a string. */
export function sprint(args: readonly unknown[], printing: Printing): string {
  if (args.length === 1 && !isPointer(args[0])) return formatValue(args[0], printing);
  const out = new Output(printing);
  let afterString = true;
  for (const arg of args) {
    const isString = typeof arg === "string" || arg instanceof Content;
    if (!isString && !afterString) out.write(" ");
    printArgument(out, arg, bare, "v");
    afterString = isString;
  }
  return out.text;
}

export function sprintln(args: readonly unknown[], printing: Printing): string {
  const out = new Output(printing);
  for (let i = 0; i < args.length; i++) {
    if (i > 0) out.write(" ");
    printArgument(out, args[i], bare, "v");
  }
  out.write("\n");
  return out.text;
}
