import { byteAt, byteLength, byteSlice } from "../../../grammar/index.ts";
import { mapGet, mapSize } from "../maps.ts";
import type { Payer } from "../pay.ts";
import { elementsOf, goTypeOf, intOf, kindOf, type List, type Numbers, SizedInt, textOf, typeName } from "../value.ts";
import { capacityOf, sliceList } from "./capacity.ts";

/** Implements Go's `len`, `index` and `slice`, which throw Errors with Go's words. */

export function length(item: unknown, numbers: Numbers): number {
  if (item === null) throw new Error("len of nil pointer");
  switch (kindOf(item, numbers)) {
    case "string":
      return byteLength(textOf(item));
    case "list":
      return item instanceof Set ? item.size : (item as List).length;
    case "map":
      return mapSize(item as object);
    case "invalid":
      throw new Error("reflect: call of reflect.Value.Type on zero Value");
    default:
      throw new Error(`len of type ${pointedTo(typeName(item, numbers))}`);
  }
}

/** Removes the pointer from a type's name, because Go looks through pointers here. */
const pointedTo = (type: string): string => type.replace(/^\*/, "");

/** Returns `item[i][j]…`. A missing key or a nil element is `null`. @param payer is charged for the way into a text */
export function index(item: unknown, indexes: readonly unknown[], numbers: Numbers, payer: Payer): unknown {
  if (item === undefined || item === null) throw new Error("index of untyped nil");
  let current: unknown = item;
  for (const key of indexes) current = indexOne(current, key, numbers, payer);
  return current;
}

function indexOne(item: unknown, key: unknown, numbers: Numbers, payer: Payer): unknown {
  if (item === null) throw new Error("index of nil pointer");
  switch (kindOf(item, numbers)) {
    case "string": {
      const text = textOf(item);
      const at = checkIndex(key, Number.MAX_SAFE_INTEGER, numbers);
      // Each character is at least one byte, so bytes are counted only for an index beyond all characters.
      payer.spend(Math.min(at, text.length) >> 4);
      if (at >= text.length && at >= byteLength(text)) throw outOfText(at, byteLength(text));
      return new SizedInt("uint8", byteAt(text, at));
    }
    case "list": {
      if (item instanceof Set) payer.spend(item.size >> 4);
      const list = elementsOf(item);
      const at = checkIndex(key, list.length, numbers);
      if (at === list.length) throw new Error("reflect: slice index out of range");
      return list[at] ?? null;
    }
    case "map": {
      if (key === undefined || key === null) throw new Error("value is nil; should be of type string");
      if (typeof key !== "string") throw new Error(`value has type ${typeName(key, numbers)}; should be string`);
      return mapGet(item as object, key) ?? goTypeOf(item)?.zero ?? null;
    }
    default:
      throw new Error(`can't index item of type ${pointedTo(typeName(item, numbers))}`);
  }
}

const outOfText = (at: number, size: number): Error =>
  new Error(at === size ? "reflect: string index out of range" : `index out of range: ${at}`);

function checkIndex(value: unknown, limit: number, numbers: Numbers): number {
  if (value === undefined || value === null) throw new Error("cannot index slice/array with nil");
  const kind = kindOf(value, numbers);
  if (kind !== "int" && kind !== "uint") {
    throw new Error(`cannot index slice/array with type ${typeName(value, numbers)}`);
  }
  const int = intOf(value);
  if (int < 0n || int > BigInt(limit)) throw new Error(`index out of range: ${int}`);
  return Number(int);
}

/**
 * Returns `item[i:j:k]`.
 * @param boxed unlike `index`, Go's `slice` does not unwrap its indexes: one that came straight from data is refused
 */
export function slice(
  item: unknown,
  indexes: readonly unknown[],
  boxed: readonly boolean[],
  numbers: Numbers,
  payer: Payer,
): unknown {
  if (item === undefined || item === null) throw new Error("slice of untyped nil");
  if (indexes.length > 3) throw new Error(`too many slice indexes: ${indexes.length}`);
  const kind = kindOf(item, numbers);
  if (kind === "string" && indexes.length === 3) throw new Error("cannot 3-index slice a string");
  if (kind !== "string" && kind !== "list")
    throw new Error(`can't slice item of type ${pointedTo(typeName(item, numbers))}`);
  const size = kind === "string" ? byteLength(textOf(item)) : elementsOf(item).length;
  const capacity = kind === "string" ? size : capacityOf(item as List);
  const bounds = [0, size, capacity];
  for (let i = 0; i < indexes.length; i++) {
    if (boxed[i] && indexes[i] !== undefined) throw new Error("cannot index slice/array with type interface {}");
    bounds[i] = checkIndex(indexes[i], capacity, numbers);
  }
  const [from, to, max] = bounds as [number, number, number];
  if (from > to) throw new Error(`invalid slice index: ${from} > ${to}`);
  if (to > max) throw new Error(`invalid slice index: ${to} > ${max}`);
  if (kind === "string") return byteSlice(textOf(item), from, to);
  payer.spend((to - from) >>> 4);
  return sliceList(item as List, from, to, max);
}
