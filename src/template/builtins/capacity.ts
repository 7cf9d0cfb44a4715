import { elementsOf, goType, goTypeOf, type List } from "../value.ts";

/**
 * Gives lists the capacity that Go's slices have beyond their length, because `slice` may reach into it: on a list of three
 * that `encoding/json` decoded, `slice .list 0 4` is `[a b c <nil>]`. The capacity is the one that `encoding/json` gives a
 * list of that length.
 */

/** Tells which part of which list a list made by `slice` is. */
interface Window {
  readonly base: List;
  readonly offset: number;
  readonly capacity: number;
}

const windows = new WeakMap<object, Window>();

export function capacityOf(list: List): number {
  return windows.get(list)?.capacity ?? decodedCapacity(elementsOf(list).length);
}

/** Returns `list[from:to:max]`; the caller checked `from <= to <= max <= capacity`. */
export function sliceList(list: List, from: number, to: number, max: number): unknown[] {
  const window = windows.get(list) ?? { base: elementsOf(list), offset: 0, capacity: 0 };
  const result: unknown[] = [];
  for (let i = from; i < to; i++) result.push(window.base[window.offset + i] ?? null);
  windows.set(result, { base: window.base, offset: window.offset + from, capacity: max - from });
  const type = goTypeOf(list);
  return type ? Object.assign(result, { [goType]: type }) : result;
}

/** Sets the capacity of a list that was not decoded: how far `slice` may reach, at least its length. */
export function withCapacity<L extends unknown[]>(list: L, capacity: number): L {
  windows.set(list, { base: list, offset: 0, capacity });
  return list;
}

/** Lists the capacities that 64-bit Go's allocator gives a growing list. Longer lists have no spare capacity here. */
const sizes = [0, 1, 2, 4, 8, 16, 32, 71, 143, 303, 591, 1023, 1535, 2560, 3584, 5120, 6656, 8704, 11264, 14336, 18432];

function decodedCapacity(length: number): number {
  return sizes.find((size) => size >= length) ?? length;
}
