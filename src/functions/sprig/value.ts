import {
  type Context,
  elementsOf,
  type GoType,
  goType,
  goTypeOf,
  isInt,
  kindOf,
  type List,
  type Numbers,
  SizedInt,
  Struct,
  typeName,
  withCapacity,
} from "../../template/index.ts";

/** Values as Sprig's functions take and give them. */

/** Go's text for what it panics with when nil is asked for its type. */
const nilDereference = "runtime error: invalid memory address or nil pointer dereference";

/** `reflect.Kind.String`. */
export function goKind(value: unknown, numbers: Numbers): string {
  const kind = kindOf(value, numbers);
  switch (kind) {
    case "int":
    case "uint":
      return value instanceof SizedInt ? value.type : "int";
    case "float":
      return "float64";
    case "complex":
      return "complex128";
    case "list":
      return "slice";
    case "time":
      return "struct";
    case "struct":
      return value instanceof Struct && typeName(value, numbers).startsWith("*") ? "ptr" : "struct";
    case "seq":
    case "seq2":
      return "func";
    default:
      return kind;
  }
}

/**
 * The elements of a list, as reflection finds them.
 * @param complaint what Go says of anything else, before the kind
 */
export function listOf(value: unknown, complaint: string, { numbers }: Context): List {
  if (value === null) throw new Error(nilDereference);
  if (kindOf(value, numbers) !== "list") throw new Error(`${complaint} ${goKind(value, numbers)}`);
  return elementsOf(value);
}

export const isList = (value: unknown, { numbers }: Context): boolean => kindOf(value, numbers) === "list";

/** To be called before a list of that many elements is built. */
export function payForList(context: Context, length: number): void {
  context.grow(length);
  context.spend(length);
}

/** A new `[]interface {}`, with no room to spare. */
export function newList(context: Context, list: List, from = 0, to = list.length): unknown[] {
  payForList(context, Math.max(0, to - from));
  const copy: unknown[] = [];
  for (let i = from; i < to; i++) copy.push(list[i] ?? null);
  return withCapacity(copy, copy.length);
}

const strings: GoType = { name: "[]string", typed: true };
const ints: GoType = { name: "[]int", typed: true };
const lists: GoType = { name: "[][]interface {}", typed: true };
const nothing: GoType = { name: "[]interface {}", isNil: true };
const noMap: GoType = { name: "map[string]interface {}", isNil: true };
const stringMap: GoType = { name: "map[string]string", typed: true, zero: "" };

function typed<L extends unknown[]>(list: L, type: GoType): L {
  (list as unknown as { [goType]: GoType })[goType] = type;
  return list;
}

/** These take over the array they are given. */
export const stringList = (list: string[]): string[] => typed(list, strings);
export const intList = (list: (number | bigint)[]): unknown[] => typed(list, ints);
export const listList = (list: unknown[][]): unknown[][] => typed(list, lists);
/** A nil `[]interface {}`. */
export const nilList = (): unknown[] => typed([], nothing);

export function newStringMap(entries: Iterable<readonly [string, string]>): object {
  const map = newMap(entries);
  Object.defineProperty(map, goType, { value: stringMap });
  return map;
}

/** A map that the template may change. */
export function newMap(entries: Iterable<readonly [string, unknown]> = []): Record<string, unknown> {
  const map: Record<string, unknown> = Object.create(null);
  for (const [key, value] of entries) map[key] = value;
  return map;
}

/** A nil `map[string]interface {}`. */
export const nilMap = (): object => Object.defineProperty(newMap(), goType, { value: noMap });

/** A nil list or map, to JSON and to comparisons. */
export const isNilValue = (value: unknown): boolean => goTypeOf(value)?.isNil === true;

/** An int as an element of a list. */
export const goInt = (n: number | bigint, { numbers }: Context): number | bigint =>
  numbers === "float64" ? BigInt(n) : n;

/** Whether a number literal of JavaScript would be an int here. */
export const isPlainInt = (value: unknown, { numbers }: Context): value is number =>
  typeof value === "number" && numbers === "int" && isInt(value);
