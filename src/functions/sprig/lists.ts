import {
  type Context,
  capacityOf,
  define,
  type FunctionSet,
  type List,
  sliceList,
  truth,
} from "../../template/index.ts";
import { toInt } from "./cast.ts";
import { deepEqual } from "./equal.ts";
import {
  appended,
  appendedAtOnce,
  goKind,
  isList,
  likeList,
  listList,
  listOf,
  newList,
  nilList,
  payForList,
  zeroOf,
} from "./value.ts";

/**
 * Implements the functions of lists. Each has a twin with `must` before its name, which in Go returns its error instead of
 * panicking; in a template both end the same.
 */

const ofList = (complaint: string, apply: (context: Context, list: List) => unknown) =>
  define({ params: ["any"], context: true }, (context, value) =>
    apply(context, listOf(value, `Cannot ${complaint} on type`, context)),
  );

const first = ofList("find first", (_, list) => list[0] ?? null);
const last = ofList("find last", (_, list) => list[list.length - 1] ?? null);
const reverse = define({ params: ["any"], returns: "list", context: true }, (context, value) =>
  newList(context, listOf(value, "Cannot find reverse on type", context)).reverse(),
);
const partOf = (name: string, cut: (context: Context, list: List) => unknown[]) =>
  define({ params: ["any"], returns: "list", context: true }, (context, value) =>
    cut(context, listOf(value, `Cannot find ${name} on type`, context)),
  );
const rest = partOf("rest", (context, list) => (list.length === 0 ? nilList() : newList(context, list, 1)));
const initial = partOf("initial", (context, list) =>
  list.length === 0 ? nilList() : newList(context, list, 0, list.length - 1),
);

const append = define({ params: ["any", "any"], returns: "list", context: true }, (context, value, element) => {
  const list = newList(context, listOf(value, "Cannot push on type", context));
  list.push(element);
  return appendedAtOnce(list, list.length - 1);
});

const prepend = define({ params: ["any", "any"], returns: "list", context: true }, (context, value, element) => {
  const list = newList(context, listOf(value, "Cannot prepend on type", context));
  list.unshift(element);
  return appendedAtOnce(list, 1);
});

const kept = (complaint: string, keep: (context: Context, element: unknown, before: readonly unknown[]) => boolean) =>
  define({ params: ["any"], returns: "list", context: true }, (context, value) => {
    const list = listOf(value, complaint, context);
    payForList(context, list.length);
    const result: unknown[] = [];
    for (let i = 0; i < list.length; i++) {
      const element = list[i] ?? null;
      if (keep(context, element, result)) result.push(element);
    }
    return appended(result);
  });

const isIn = (context: Context, list: List, element: unknown): boolean => {
  for (let i = 0; i < list.length; i++) {
    context.spend(1);
    if (deepEqual(element, list[i] ?? null, context)) return true;
  }
  return false;
};

const compact = kept("Cannot compact on type", (context, element) => truth(element, context));
const uniq = kept("Cannot find uniq on type", (context, element, before) => !isIn(context, before, element));

const without = define(
  { params: ["any", "any"], variadic: true, returns: "list", context: true },
  (context, value, ...omit) => {
    const list = listOf(value, "Cannot find without on type", context);
    payForList(context, list.length);
    const left = Array.from(list, (element) => element ?? null).filter((element) => !isIn(context, omit, element));
    return appended(left);
  },
);

const has = define({ params: ["any", "any"], returns: "bool", context: true }, (context, needle, haystack) =>
  haystack === null ? false : isIn(context, listOf(haystack, "Cannot find has on type", context), needle),
);

const slice = define({ params: ["any", "any"], variadic: true, context: true }, (context, value, ...indexes) => {
  const list = listOf(value, "list should be type of slice or array but", context);
  if (list.length === 0) return null;
  const start = indexes.length > 0 ? toInt(indexes[0], context) : 0n;
  const end = indexes.length > 1 ? toInt(indexes[1], context) : BigInt(list.length);
  const capacity = capacityOf(list);
  if (start < 0n || end < start || end > BigInt(capacity)) {
    throw new Error("reflect.Value.Slice: slice index out of bounds");
  }
  payForList(context, Number(end - start));
  const part = likeList(sliceList(list, Number(start), Number(end), capacity), list);
  const zero = zeroOf(list, context);
  // Between the length and the capacity there are zero values of the type.
  for (let i = list.length - Number(start); zero !== null && i >= 0 && i < part.length; i++) part[i] ??= zero;
  return part;
});

const chunk = define({ params: ["int", "any"], context: true }, (context, size: number | bigint, value) => {
  const list = listOf(value, "Cannot chunk type", context);
  const length = Number(size);
  const count = Math.floor((list.length - 1) / length) + 1;
  if (!(count >= 0 && count < 2 ** 48)) throw new Error("runtime error: makeslice: len out of range");
  payForList(context, count);
  const chunks: unknown[][] = [];
  for (let i = 0; i < count; i++) {
    const of = i === count - 1 ? list.length % length || length : length;
    if (of < 0) throw new Error("runtime error: makeslice: len out of range");
    chunks.push(newList(context, list, i * length, i * length + of));
  }
  return listList(chunks);
});

const concat = define({ params: ["any"], variadic: true, context: true }, (context, ...values) => {
  const result: unknown[] = [];
  for (const value of values) {
    if (value === null || !isList(value, context)) {
      if (value === null) listOf(value, "", context);
      throw new Error(`Cannot concat type ${goKind(value, context.numbers)} as list`);
    }
    const list = listOf(value, "", context);
    payForList(context, result.length + list.length);
    for (let i = 0; i < list.length; i++) result.push(list[i] ?? null);
  }
  return result.length === 0 ? nilList() : appended(result);
});

const list = define({ params: ["any"], variadic: true, returns: "list", context: true }, (context, ...values) =>
  newList(context, values),
);

export const lists = {
  /** `append LIST VALUE`: a new list with VALUE at its end. `{{ append (list 1 2) 3 }}` → `[1 2 3]` */
  append,
  /** `chunk SIZE LIST`: a list of lists of SIZE elements each; the last one may be shorter. `{{ chunk 2 (list 1 2 3) }}` → `[[1 2] [3]]` */
  chunk,
  /** `compact LIST`: LIST without its empty elements. `{{ compact (list 1 "" "a" 0) }}` → `[1 a]` */
  compact,
  /** `concat LIST…`: the elements of all lists in one. `{{ concat (list 1 2) (list 3) }}` → `[1 2 3]` */
  concat,
  /** `first LIST`: the first element, nil if LIST is empty. `{{ first (list 1 2 3) }}` → `1` */
  first,
  /** `has VALUE LIST`: whether LIST has an element deeply equal to VALUE. `{{ has 4 (list 1 2 3) }}` → `false` */
  has,
  /** `initial LIST`: all but the last element. `{{ initial (list 1 2 3) }}` → `[1 2]` */
  initial,
  /** `last LIST`: the last element, nil if LIST is empty. `{{ last (list 1 2 3) }}` → `3` */
  last,
  /** `list VALUE…`: a list of the values. `{{ list 1 "a" }}` → `[1 a]` */
  list,
  /** `mustAppend LIST VALUE`: the same as append. `{{ mustAppend (list 1) 2 }}` → `[1 2]` */
  mustAppend: append,
  /** `mustChunk SIZE LIST`: the same as chunk. `{{ mustChunk 2 (list 1 2 3) }}` → `[[1 2] [3]]` */
  mustChunk: chunk,
  /** `mustCompact LIST`: the same as compact. `{{ mustCompact (list 1 "" 2) }}` → `[1 2]` */
  mustCompact: compact,
  /** `mustFirst LIST`: the same as first. `{{ mustFirst (list 1 2) }}` → `1` */
  mustFirst: first,
  /** `mustHas VALUE LIST`: the same as has. `{{ mustHas 2 (list 1 2) }}` → `true` */
  mustHas: has,
  /** `mustInitial LIST`: the same as initial. `{{ mustInitial (list 1 2) }}` → `[1]` */
  mustInitial: initial,
  /** `mustLast LIST`: the same as last. `{{ mustLast (list 1 2) }}` → `2` */
  mustLast: last,
  /** `mustPrepend LIST VALUE`: the same as prepend. `{{ mustPrepend (list 1) 0 }}` → `[0 1]` */
  mustPrepend: prepend,
  /** `mustPush LIST VALUE`: the same as append. `{{ mustPush (list 1) 2 }}` → `[1 2]` */
  mustPush: append,
  /** `mustRest LIST`: the same as rest. `{{ mustRest (list 1 2) }}` → `[2]` */
  mustRest: rest,
  /** `mustReverse LIST`: the same as reverse. `{{ mustReverse (list 1 2) }}` → `[2 1]` */
  mustReverse: reverse,
  /** `mustSlice LIST [START [END]]`: the same as slice. `{{ mustSlice (list 1 2 3) 1 }}` → `[2 3]` */
  mustSlice: slice,
  /** `mustUniq LIST`: the same as uniq. `{{ mustUniq (list 1 1 2) }}` → `[1 2]` */
  mustUniq: uniq,
  /** `mustWithout LIST VALUE…`: the same as without. `{{ mustWithout (list 1 2 3) 2 }}` → `[1 3]` */
  mustWithout: without,
  /** `prepend LIST VALUE`: a new list with VALUE at its start. `{{ prepend (list 1 2) 0 }}` → `[0 1 2]` */
  prepend,
  /** `push LIST VALUE`: the same as append. `{{ push (list 1) 2 }}` → `[1 2]` */
  push: append,
  /** `rest LIST`: all but the first element. `{{ rest (list 1 2 3) }}` → `[2 3]` */
  rest,
  /** `reverse LIST`: LIST in reverse order. `{{ reverse (list 1 2 3) }}` → `[3 2 1]` */
  reverse,
  /**
   * `slice LIST [START [END]]`: the elements from START up to but not including END. It replaces Go's own `slice`, which also
   * cuts texts. `{{ slice (list 1 2 3) 1 2 }}` → `[2]`
   */
  slice,
  /** `tuple VALUE…`: the same as list. `{{ tuple 1 "a" }}` → `[1 a]` */
  tuple: list,
  /** `uniq LIST`: LIST without elements that deeply equal an earlier one. `{{ uniq (list 1 1 1 2) }}` → `[1 2]` */
  uniq,
  /** `without LIST VALUE…`: LIST without elements that deeply equal a VALUE. `{{ without (list 1 2 3 4) 1 3 }}` → `[2 4]` */
  without,
} satisfies FunctionSet;
