import { type Context, define, type FunctionSet, kindOf, mapGet, sortedEntries, typeName } from "../../template/index.ts"; // biome-ignore format: one line
import { copyOf } from "./copy.ts";
import { merge } from "./merge.ts";
import { strval } from "./text.ts";
import { isNilValue, newMap, nilMap, payForList, stringList } from "./value.ts";

/** Implements the functions of dicts. Where Go returns keys in random order, they are in the order in which maps are printed. */

type Dict = Record<string, unknown>;

function entriesOf(context: Context, dict: Dict): [string, unknown][] {
  const entries = sortedEntries(dict, context);
  context.grow(entries.length);
  return entries;
}

/** Go's panic for writing to a nil map. */
const intoNilMap = "assignment to entry in nil map";

/** Returns the map to be changed; a nil map cannot be. */
function changeable(value: unknown): Dict {
  if (value === null || isNilValue(value)) throw new Error(intoNilMap);
  return value as Dict;
}

const get = define(
  { params: ["map", "string"] },
  (dict: Dict, key: string) => mapGet(dict, key) ?? (has(dict, key) ? null : ""),
);

const has = (dict: Dict, key: string): boolean => mapGet(dict, key) !== undefined;

const mergeInto = (overwrite: boolean) =>
  define({ params: ["nilMap", "nilMap"], variadic: true, context: true, mutates: true }, (context, dict, ...others) => {
    if (dict === null && others.every((other) => other === null)) return nilMap();
    const into = (dict as Dict | null) ?? newMap();
    for (const other of others) if (other !== null) merge(context, into, other as Dict, overwrite);
    return into;
  });
const mergeKeeping = mergeInto(false);
const mergeOverwriting = mergeInto(true);

const deepCopy = define({ params: ["any"], context: true }, (context, value) => {
  if (value === null) throw new Error("reflect: call of reflect.Value.Type on zero Value");
  return copyOf(value, context);
});

/** Makes Go's error for a value that is not of the expected type. */
const conversion = (value: unknown, type: string, { numbers }: Context): Error =>
  new Error(`interface conversion: interface {} is ${value === null ? "nil" : typeName(value, numbers)}, not ${type}`);

function dig(context: Context, ...all: unknown[]): unknown {
  if (all.length < 3) throw new Error("dig needs at least three arguments");
  const otherwise = all.at(-2);
  let current: unknown = asMap(context, all.at(-1));
  const keys = all.slice(0, -2).map((key) => {
    if (typeof key !== "string") throw conversion(key, "string", context);
    return key;
  });
  for (const [i, key] of keys.entries()) {
    if (i > 0) current = asMap(context, current);
    const step = mapGet(current as Dict, key);
    if (step === undefined) return otherwise;
    current = step;
  }
  return current;
}

function asMap(context: Context, value: unknown): Dict {
  if (kindOf(value, context.numbers) !== "map" || typeName(value, context.numbers) !== "map[string]interface {}") {
    throw conversion(value, "map[string]interface {}", context);
  }
  return value as Dict;
}

export const dicts = {
  /** `deepCopy VALUE`: VALUE, with copies of all lists and dicts in it. `{{ deepCopy (dict "a" 1) }}` → `map[a:1]` */
  deepCopy,
  /** `dict KEY VALUE…`: a dict of the pairs; a last KEY without a VALUE gets an empty text. `{{ dict "a" 1 "b" }}` → `map[a:1 b:]` */
  dict: define({ params: ["any"], variadic: true, returns: "map", context: true }, (context, ...pairs) => {
    payForList(context, pairs.length);
    const dict = newMap();
    for (let i = 0; i < pairs.length; i += 2) {
      dict[strval(pairs[i], context)] = i + 1 < pairs.length ? pairs[i + 1] : "";
    }
    return dict;
  }),
  /** `dig KEY… DEFAULT DICT`: the value that the keys lead to, DEFAULT if one of them is missing. `{{ dict "a" (dict "b" 1) | dig "a" "b" "none" }}` → `1` */
  dig: define({ params: ["any"], variadic: true, context: true }, dig),
  /** `get DICT KEY`: the value at KEY, an empty text if there is none. `{{ get (dict "a" 1) "a" }}` → `1` */
  get,
  /** `hasKey DICT KEY`: whether DICT has KEY. `{{ hasKey (dict "a" 1) "b" }}` → `false` */
  hasKey: define({ params: ["map", "string"] }, has),
  /** `keys DICT…`: all keys of the dicts, sorted. `{{ keys (dict "b" 1 "a" 2) }}` → `[a b]` */
  keys: define({ params: ["map"], variadic: true, context: true }, (context, ...all: Dict[]) =>
    stringList(all.flatMap((dict) => entriesOf(context, dict).map(([key]) => key))),
  ),
  /** `merge DICT DICT…`: the first DICT, changed: it gets from the others what it lacks or has empty. `{{ merge (dict "a" 1) (dict "a" 2 "b" 3) }}` → `map[a:1 b:3]` */
  merge: mergeKeeping,
  /**
   * `mergeOverwrite DICT DICT…`: the first DICT, changed: values of later ones replace its own. `{{ mergeOverwrite (dict "a"
   * 1) (dict "a" 2 "b" 3) }}` → `map[a:2 b:3]`
   */
  mergeOverwrite: mergeOverwriting,
  /** `mustDeepCopy VALUE`: the same as deepCopy. `{{ mustDeepCopy (list 1) }}` → `[1]` */
  mustDeepCopy: deepCopy,
  /** `mustMerge DICT DICT…`: the same as merge. `{{ mustMerge (dict "a" 1) (dict "b" 2) }}` → `map[a:1 b:2]` */
  mustMerge: mergeKeeping,
  /** `mustMergeOverwrite DICT DICT…`: the same as mergeOverwrite. `{{ mustMergeOverwrite (dict "a" 1) (dict "a" 2) }}` → `map[a:2]` */
  mustMergeOverwrite: mergeOverwriting,
  /** `omit DICT KEY…`: a new dict without these keys. `{{ omit (dict "a" 1 "b" 2) "a" }}` → `map[b:2]` */
  omit: define(
    { params: ["map", "string"], variadic: true, returns: "map", context: true },
    (context, dict: Dict, ...keys: string[]) => {
      const left = new Set(keys);
      return newMap(entriesOf(context, dict).filter(([key]) => !left.has(key)));
    },
  ),
  /** `pick DICT KEY…`: a new dict of these keys only. `{{ pick (dict "a" 1 "b" 2) "a" }}` → `map[a:1]` */
  pick: define(
    { params: ["map", "string"], variadic: true, returns: "map", context: true },
    (context, dict: Dict, ...keys: string[]) => {
      payForList(context, keys.length);
      return newMap(keys.filter((key) => has(dict, key)).map((key) => [key, mapGet(dict, key)] as const));
    },
  ),
  /** `pluck KEY DICT…`: a list of the values that the dicts have at KEY. `{{ pluck "a" (dict "a" 1) (dict "b" 2) (dict "a" 3) }}` → `[1 3]` */
  pluck: define(
    { params: ["string", "map"], variadic: true, returns: "list", context: true },
    (context, key, ...all: Dict[]) => {
      payForList(context, all.length);
      return all.filter((dict) => has(dict, key)).map((dict) => mapGet(dict, key));
    },
  ),
  /** `set DICT KEY VALUE`: DICT, changed: it gets VALUE at KEY. `{{ set (dict "a" 1) "b" 2 }}` → `map[a:1 b:2]` */
  set: define({ params: ["nilMap", "string", "any"], mutates: true, returns: "map" }, (dict, key: string, value) => {
    changeable(dict)[key] = value;
    return dict;
  }),
  /** `unset DICT KEY`: DICT, changed: KEY is removed. `{{ unset (dict "a" 1 "b" 2) "a" }}` → `map[b:2]` */
  unset: define({ params: ["nilMap", "string"], mutates: true, returns: "map" }, (dict: Dict | null, key: string) => {
    if (dict) delete dict[key];
    return dict ?? nilMap();
  }),
  /** `values DICT`: all values of DICT, in the order of their keys. `{{ values (dict "b" 1 "a" 2) }}` → `[2 1]` */
  values: define({ params: ["map"], returns: "list", context: true }, (context, dict: Dict) =>
    entriesOf(context, dict).map(([, value]) => value),
  ),
} satisfies FunctionSet;
