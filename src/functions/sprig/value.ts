import {
  type Context,
  elementsOf,
  type GoType,
  goType,
  goTypeOf,
  kindOf,
  type List,
  type Numbers,
  SizedInt,
  Struct,
  typeName,
  withCapacity,
} from "../../template/index.ts";

/** Converts values to and from what Sprig's functions take and return. */

/** Go's panic for asking nil for its type. */
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
 * Returns the elements of a list as reflection finds them.
 * @param complaint Go's message for any other value, up to the kind
 */
export function listOf(value: unknown, complaint: string, { numbers }: Context): List {
  if (value === null) throw new Error(nilDereference);
  if (kindOf(value, numbers) !== "list") throw new Error(`${complaint} ${goKind(value, numbers)}`);
  return elementsOf(value);
}

export const isList = (value: unknown, { numbers }: Context): boolean => kindOf(value, numbers) === "list";

/** Charges for a list of that many elements. Call it before building. */
export function payForList(context: Context, length: number): void {
  context.grow(length);
  context.spend(length);
}

/** Makes a new `[]interface {}` without spare capacity. */
export function newList(context: Context, list: List, from = 0, to = list.length): unknown[] {
  payForList(context, Math.max(0, to - from));
  const copy: unknown[] = [];
  for (let i = from; i < to; i++) copy.push(list[i] ?? null);
  return withCapacity(copy, copy.length);
}

/** Go's sizes of small blocks of memory, in bytes, and above them a page. */
// biome-ignore format: a table
const blocks = [8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448, 480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096, 4864, 5120, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768];
const page = 8192;

/** Returns the capacity that Go's `append` gives a full slice. @param size bytes of an element */
function grown(capacity: number, length: number, size: number): number {
  let next = capacity;
  if (length > 2 * capacity) next = length;
  else if (capacity < 256) next = 2 * capacity;
  else while (next < length) next += Math.floor((next + 768) / 4);
  const bytes = next * size;
  return Math.floor((blocks.find((block) => block >= bytes) ?? Math.ceil(bytes / page) * page) / size);
}

/** Gives a list the capacity that it has in Go after appending its elements one at a time to a list of that capacity. */
export function appended<L extends unknown[]>(list: L, capacity = 0, size = 16): L {
  let room = capacity;
  while (room < list.length) room = grown(room, room + 1, size);
  return withCapacity(list, room);
}

/** Gives a list the capacity that it has in Go after appending all its elements at once to a list of that capacity. */
export const appendedAtOnce = <L extends unknown[]>(list: L, capacity: number): L =>
  withCapacity(list, list.length > capacity ? grown(capacity, list.length, 16) : capacity);

const strings: GoType = { name: "[]string", typed: true };
const nilStrings: GoType = { name: "[]string", typed: true, isNil: true };
const ints: GoType = { name: "[]int", typed: true };
const lists: GoType = { name: "[][]interface {}", typed: true };
const nothing: GoType = { name: "[]interface {}", isNil: true };
const noMap: GoType = { name: "map[string]interface {}", isNil: true };
const stringMap: GoType = { name: "map[string]string", typed: true, zero: "" };

/** Returns the zero value of the elements of a list. */
export function zeroOf(list: List, context: Context): unknown {
  const name = goTypeOf(list)?.name;
  return name === "[]string"
    ? ""
    : name === "[]int"
      ? goInt(0, context)
      : name === "[][]interface {}"
        ? nilList()
        : null;
}

/** Gives a part of a list the type of the whole. */
export const likeList = <L extends unknown[]>(part: L, whole: List): L => {
  const type = goTypeOf(whole);
  return type ? typed(part, type) : part;
};

function typed<L extends unknown[]>(list: L, type: GoType): L {
  (list as unknown as { [goType]: GoType })[goType] = type;
  return list;
}

/** Makes a `[]string` of an array, which it takes over, without spare capacity unless the array has some. */
export const stringList = (list: string[]): string[] => typed(withCapacity(list, list.length), strings);
/** Makes a nil `[]string`. */
export const noStrings = (): string[] => typed([], nilStrings);
export const intList = (list: (number | bigint)[]): unknown[] => typed(appended(list, 0, 8), ints);
export const listList = (list: unknown[][]): unknown[][] => typed(withCapacity(list, list.length), lists);
/** Makes a nil `[]interface {}`. */
export const nilList = (): unknown[] => typed([], nothing);

export function newStringMap(entries: Iterable<readonly [string, string]>): object {
  const map = newMap(entries);
  Object.defineProperty(map, goType, { value: stringMap });
  return map;
}

/** Makes a map that the template may change. */
export function newMap(entries: Iterable<readonly [string, unknown]> = []): Record<string, unknown> {
  const map: Record<string, unknown> = Object.create(null);
  for (const [key, value] of entries) map[key] = value;
  return map;
}

/** Makes a nil `map[string]interface {}`. */
export const nilMap = (): object => Object.defineProperty(newMap(), goType, { value: noMap });

/** Tells a nil list or map, for JSON and comparisons. */
export const isNilValue = (value: unknown): boolean => goTypeOf(value)?.isNil === true;

/** Makes an int for an element of a list. */
export const goInt = (n: number | bigint, { numbers }: Context): number | bigint =>
  numbers === "float64" ? BigInt(n) : n;
