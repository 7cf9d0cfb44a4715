import { LimitReached } from "../limits.ts";
import { sortedEntries } from "../maps.ts";
import {
  type Complex,
  elementsOf,
  floatOf,
  goTypeOf,
  intOf,
  isInt,
  type Kind,
  kindOf,
  SizedInt,
  type Time,
  textOf,
  typeName,
} from "../value.ts";
import { printComplex, printFloat, printInteger } from "./number.ts";
import type { Output } from "./output.ts";
import type { Spec } from "./spec.ts";
import { printString, writeString } from "./text.ts";
import { timeFields, timeGoString, timeString } from "./time.ts";

/** Prints an operand of a format. `nil`, `%T` and `%p` exist only here, not inside containers. */
export function printArgument(out: Output, value: unknown, spec: Spec, verb: string): void {
  if (isNil(value)) {
    if (verb === "v" || verb === "T") out.padded("<nil>", spec);
    else out.write(`%!${verb}(<nil>)`);
  } else if (verb === "T") writeString(out, typeName(value, out.numbers), spec);
  else if (verb === "p") printAddress(out, value, spec);
  else if (verb === "w") printBadVerb(out, value, spec, verb);
  else if (isPointer(value)) {
    out.write("&");
    printValue(out, value, spec, verb, 1);
  } else printValue(out, value, spec, verb, 0);
}

/** Tells a pointer to a struct with fields. An action prints the struct that it points to. */
export function isPointer(value: unknown): boolean {
  const type = goTypeOf(value);
  return type?.fields !== undefined && type.name.startsWith("*");
}

export const isNil = (value: unknown): boolean => value === null || value === undefined || typeof value === "symbol";

/** Prints a value. `level` is the number of containers around it. */
export function printValue(out: Output, value: unknown, spec: Spec, verb: string, level: number): void {
  const kind = typeof value === "object" && value !== null ? kindOf(value, out.numbers) : undefined;
  if (kind !== undefined && !out.erroring && !spec.sharpV && printsOwnText(out, value, spec, verb)) return;
  if (kind === "list") printList(out, value as object, spec, verb, level);
  else if (kind === "map") printMap(out, value as object, spec, verb, level);
  else if (kind === "struct" && goTypeOf(value)?.fields) printStruct(out, value as object, spec, verb, level);
  else if (kind === "time") printTime(out, value as Date | Time, spec, verb, level);
  else if (!(kind === undefined ? printPrimitive(out, value, spec, verb) : printBox(out, value, kind, spec, verb))) {
    printBadVerb(out, value, spec, verb);
  }
}

/** Prints the own text of a Stringer. Returns false if the value has none, or the verb does not fit a text. */
function printsOwnText(out: Output, value: unknown, spec: Spec, verb: string): boolean {
  const text = goTypeOf(value)?.text;
  return text !== undefined && printString(out, text(value), spec, verb);
}

/** Prints a primitive. Returns false if the verb does not fit the value, and has then written nothing. */
function printPrimitive(out: Output, value: unknown, spec: Spec, verb: string): boolean {
  switch (typeof value) {
    case "string":
      return printString(out, value, spec, verb);
    case "number":
      return out.numbers === "int" && isInt(value)
        ? printInteger(out, value, spec, verb)
        : printFloat(out, value, spec, verb);
    case "boolean":
      if (verb !== "v" && verb !== "t") return false;
      out.padded(String(value), spec);
      return true;
    case "bigint":
      return printInteger(out, value, spec, verb);
    case "function":
      return printPointer(out, value, spec, verb);
    default:
      out.write(spec.sharpV ? "interface {}(nil)" : "<nil>");
      return true;
  }
}

function printBox(out: Output, value: unknown, kind: Kind, spec: Spec, verb: string): boolean {
  switch (kind) {
    case "int":
      return printInteger(out, intOf(value), spec, verb);
    case "uint":
      return printInteger(out, intOf(value), spec, verb, true);
    case "float":
      return printFloat(out, floatOf(value), spec, verb);
    case "string":
      return printString(out, textOf(value), spec, verb);
    case "complex":
      return printComplex(out, (value as Complex).re, (value as Complex).im, spec, verb);
    default:
      return printPointer(out, value, spec, verb);
  }
}

function printList(out: Output, value: object, spec: Spec, verb: string, level: number): void {
  if (level > out.depth) throw new LimitReached("depth");
  out.write(spec.sharpV ? `${typeName(value, out.numbers)}{` : "[");
  const elements = elementsOf(value);
  out.payer?.spend(elements.length);
  const separator = spec.sharpV ? ", " : " ";
  for (let i = 0; i < elements.length; i++) {
    if (i > 0) out.write(separator);
    printValue(out, elements[i], spec, verb, level + 1);
  }
  out.write(spec.sharpV ? "}" : "]");
}

/** Prints a map. Width, precision and verb apply to keys and values alike. */
function printMap(out: Output, value: object, spec: Spec, verb: string, level: number): void {
  if (level > out.depth) throw new LimitReached("depth");
  out.write(spec.sharpV ? `${typeName(value, out.numbers)}{` : "map[");
  const separator = spec.sharpV ? ", " : " ";
  let first = true;
  const entries = sortedEntries(value, out.payer);
  for (const [key, element] of entries) {
    if (!first) out.write(separator);
    first = false;
    printValue(out, key, spec, verb, level + 1);
    out.write(":");
    printValue(out, element, spec, verb, level + 1);
  }
  out.write(spec.sharpV ? "}" : "]");
}

function printStruct(out: Output, value: object, spec: Spec, verb: string, level: number): void {
  if (level > out.depth) throw new LimitReached("depth");
  const { sharpV, plusV } = spec;
  out.write(sharpV ? `${typeName(value, out.numbers).replace(/^\*/, "")}{` : "{");
  let first = true;
  for (const [name, field] of Object.entries(goTypeOf(value)!.fields!(value))) {
    if (!first) out.write(sharpV ? ", " : " ");
    first = false;
    if (sharpV || plusV) out.write(`${name}:`);
    printValue(out, field, spec, verb, level + 1);
  }
  out.write("}");
}

/**
 * Prints a time, which is a Stringer and GoStringer; a verb that takes no text, and the text of an error, get the struct
 * behind it.
 */
function printTime(out: Output, value: Date | Time, spec: Spec, verb: string, level: number): void {
  if (!out.erroring) {
    if (spec.sharpV) {
      writeString(out, timeGoString(value), spec);
      return;
    }
    if (printString(out, timeString(value), spec, verb)) return;
  }
  if (level > out.depth) throw new LimitReached("depth");
  const { wall, ext } = timeFields(value);
  const named = spec.sharpV || spec.plusV;
  const separator = spec.sharpV ? ", " : " ";
  out.write(`${spec.sharpV ? "time.Time" : ""}{${named ? "wall:" : ""}`);
  printValue(out, new SizedInt("uint64", wall), spec, verb, level + 1);
  out.write(named ? `${separator}ext:` : separator);
  printValue(out, new SizedInt("int64", ext), spec, verb, level + 1);
  out.write(named ? `${separator}loc:` : separator);
  printLocation(out, spec, verb);
  out.write("}");
}

/** Prints a location; UTC is a nil pointer. */
function printLocation(out: Output, spec: Spec, verb: string): void {
  if (verb === "v") {
    if (spec.sharpV) out.write("(*time.Location)(nil)");
    else out.padded("<nil>", spec);
  } else if ("bodxX".includes(verb)) printInteger(out, 0, spec, verb, true);
  else {
    out.write(`%!${verb}(*time.Location=`);
    out.padded("<nil>", spec);
    out.write(")");
  }
}

/** Stands for addresses. Go prints where a function, list or map is in memory; here the address is always this one. */
const address = 0xc000000000;

function printPointer(out: Output, value: unknown, spec: Spec, verb: string): boolean {
  switch (verb) {
    case "v":
      if (spec.sharpV) {
        out.write(`(${typeName(value, out.numbers)})(`);
        printInteger(out, address, spec, "v", true);
        out.write(")");
        return true;
      }
      return printInteger(out, address, { ...spec, sharp: !spec.sharp, plain: false }, "x", true);
    case "b":
    case "o":
    case "d":
    case "x":
    case "X":
      return printInteger(out, address, spec, verb, true);
    default:
      return false;
  }
}

/** Prints `%p`. */
function printAddress(out: Output, value: unknown, spec: Spec): void {
  switch (kindOf(value, out.numbers)) {
    case "list":
    case "map":
    case "func":
    case "seq":
    case "seq2":
      printInteger(out, address, { ...spec, sharp: !spec.sharp, plain: false }, "x", true);
      return;
    default:
      printBadVerb(out, value, spec, "p");
  }
}

/** Prints `%!d(string=hi)`, with the value as `%v` prints it under the same flags. */
function printBadVerb(out: Output, value: unknown, spec: Spec, verb: string): void {
  out.write(`%!${verb}(${typeName(value, out.numbers)}=`);
  out.erroring = true;
  printValue(out, value, spec, "v", 0);
  out.erroring = false;
  out.write(")");
}
