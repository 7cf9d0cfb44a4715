import type { TemplateCall } from "../../grammar/index.ts";
import type { Numbers } from "../template/value.ts";
import { absences, type Kind, type Shape, valuesOf } from "./shape.ts";

/** Describes the value of an expression. */
export interface Type {
  /** Possible kinds; undefined if nothing is known. With `"nil"` the value may be nil. */
  readonly kinds: ReadonlySet<Kind> | undefined;
  /** Tells whether the value may be absent: a field that the data does not have. */
  readonly absent: boolean;
  /** The shape of the data, if the value comes straight from it. */
  readonly shape?: Shape | undefined;
  /** The reason why it may be absent or nil. */
  readonly gap?: Gap | undefined;
  /** Tells whether it is an int of another type than Go's `int`: `int64`. */
  readonly sized?: boolean | undefined;
  /** Tells whether a condition has tested it. */
  readonly asked?: boolean | undefined;
  /** Tells whether a condition has tested its length. */
  readonly counted?: boolean | undefined;
  /** The call without a value of the template whose dot this is. */
  readonly omittedBy?: TemplateCall | undefined;
  /** Its truth, if it is the same whatever the data. */
  readonly truth?: boolean | undefined;
  /** Paths that are present if this is true, or if it is false. A true value is itself present. */
  readonly whenTrue?: readonly string[] | undefined;
  readonly whenFalse?: readonly string[] | undefined;
  /** Its fields and elements, if the template built it: `dict "a" 1`. */
  readonly fields?: ReadonlyMap<string, Type> | undefined;
  readonly items?: Type | undefined;
  /** The path in the data: `$.user.name`, `$.items[].price`. Within a scope equal paths are equal values. */
  readonly path?: string | undefined;
  /** The value itself, if it is a literal. */
  readonly literal?: string | number | bigint | boolean | undefined;
}

/** Counts the samples in which the value at `path` is absent, nil or empty, of those that have its parent. */
export interface Gap {
  readonly path: string;
  readonly absent: number;
  readonly nil: number;
  readonly empty: number;
  readonly of: number;
  readonly from: Shape["from"];
}

export const unknown: Type = { kinds: undefined, absent: false };

export function ofKind(kind: Kind): Type {
  const known = ofKinds.get(kind);
  if (known) return known;
  const type: Type = { kinds: new Set([kind]), absent: false };
  ofKinds.set(kind, type);
  return type;
}

const ofKinds = new Map<Kind, Type>();

/** Returns the type of data of a shape. With `numbers: "float64"` every number is a float. */
export function typeOfShape(
  shape: Shape | undefined,
  path: string | undefined,
  numbers: Numbers,
  map?: Shape,
  name = "",
): Type {
  if (!shape) return { ...unknown, path };
  let kinds: Set<Kind> | undefined;
  if (shape.kinds.size > 0) {
    kinds = new Set(shape.kinds.keys());
    if (numbers === "float64" && kinds.delete("int")) kinds.add("float");
  }
  const { absent, of } = map ? absences(map, name) : { absent: 0, of: shape.seen };
  const nil = shape.kinds.get("nil") ?? 0;
  const gap =
    absent + nil > 0 ? { path: path ?? "?", absent, nil, empty: shape.empty, of, from: shape.from } : undefined;
  // A field that was only ever null says nothing about its other values.
  if (kinds?.size === 1 && nil > 0) return { kinds: undefined, absent: true, path, gap };
  return { kinds, absent: absent > 0, shape, path, gap };
}

/** Limits paths; values farther down have none, like unknown values. */
const maxPathLength = 500;

/** Returns the path of a field, if the value has a path. */
export const pathTo = (type: Type, name: string): string | undefined => longer(type, `.${name}`);

/** Returns the path of an element, by the text between the brackets. */
export const pathIn = (type: Type, key: string): string | undefined =>
  longer({ ...type, path: type.path ?? "?" }, `[${key}]`);

const longer = ({ path }: Type, more: string): string | undefined =>
  path === undefined || path.length + more.length > maxPathLength ? undefined : path + more;

/** Returns the type of a field: `"unknown"` if it may exist, undefined if it does not. */
export function fieldOf(type: Type, name: string, numbers: Numbers): Type | "unknown" | undefined {
  if (type.fields) return type.fields.get(name);
  const { shape } = type;
  if (!shape || (shape.kinds.size === 0 && shape.fields.size === 0)) return "unknown";
  const field = shape.fields.get(name);
  const at = pathTo({ ...type, path: type.path ?? "?" }, name);
  if (field) return typeOfShape(field, at, numbers, shape, name);
  return shape.open || shape.fields.size === 0 ? "unknown" : undefined;
}

/** Returns the type of the elements of a list. */
export function itemsOf(type: Type, path: string | undefined, numbers: Numbers): Type {
  if (type.items) return type.items;
  if (type.fields) return joined(type.fields);
  const { kinds, shape } = type;
  if (!shape || !kinds) return unknown;
  if (kinds.has("list") && !kinds.has("map")) return shape.items ? typeOfShape(shape.items, path, numbers) : unknown;
  return unknown;
}

/** Returns the joined type of the fields of a map that the template built, computed once for all callers. */
function joined(fields: ReadonlyMap<string, Type>): Type {
  const known = joins.get(fields);
  if (known) return known;
  const type = [...fields.values()].reduce(join, unknown);
  joins.set(fields, type);
  return type;
}

const joins = new WeakMap<ReadonlyMap<string, Type>, Type>();

/** Returns the type of the elements that `range` yields. */
export function elementsOf(type: Type, path: string, numbers: Numbers): Type {
  const values = type.shape && isOnly(type, "map") ? valuesOf(type.shape) : undefined;
  return values ? typeOfShape(values, path, numbers) : itemsOf(type, path, numbers);
}

/** Returns the truth of a value if it is known: of literals, and of values computed from them alone. */
export function truthOf({ truth, literal }: Type): boolean | undefined {
  if (truth !== undefined || literal === undefined) return truth;
  return typeof literal === "string" ? literal !== "" : Number(literal) !== 0;
}

/** Returns the type of a value that is one or the other. */
export function join(a: Type, b: Type): Type {
  if (a === b) return a;
  const absent = a.absent || b.absent;
  const gap = a.gap ?? b.gap;
  if (!a.kinds || !b.kinds) return { kinds: undefined, absent, gap };
  const sized = a.sized || b.sized;
  return { kinds: new Set([...a.kinds, ...b.kinds]), absent, gap, sized };
}

/** Returns the type after a pipeline: nil from the data is absent. */
export function unboxed(type: Type): Type {
  if (!type.kinds?.has("nil") || type.kinds.size === 1) return type;
  return { ...present(type), absent: true, gap: type.gap };
}

/** Returns the type of a value that is known to be present: neither absent nor nil. */
export function present(type: Type): Type {
  if (!type.absent && !type.kinds?.has("nil")) return type;
  const kinds = type.kinds && new Set([...type.kinds].filter((kind) => kind !== "nil"));
  return { ...type, absent: false, gap: undefined, kinds: kinds && kinds.size > 0 ? kinds : undefined };
}

export const isNumber = (kind: Kind): boolean => kind === "int" || kind === "uint" || kind === "float";

/** Tells whether all possible kinds, nil aside, are among these; false if nothing is known. */
export function isOnly(type: Type, ...kinds: readonly Kind[]): boolean {
  const own = kindsOf(type);
  return own.length > 0 && own.every((kind) => kinds.includes(kind));
}

/** Returns the possible kinds, nil aside. */
export function kindsOf({ kinds }: Type): readonly Kind[] {
  return kinds ? [...kinds].filter((kind) => kind !== "nil") : [];
}

const names: Readonly<Record<Kind, string>> = {
  nil: "nothing",
  bool: "true or false",
  int: "a whole number",
  uint: "a whole number",
  float: "a float64 fraction",
  complex: "a complex number",
  string: "text",
  list: "a list",
  map: "a map of fields",
  time: "a point in time",
  func: "a function",
  seq: "a sequence",
  seq2: "a sequence of pairs",
  struct: "a record",
};

/** Describes a type for messages: `text`, `a list or text`. */
export function describe(type: Type): string {
  const all = [...new Set(kindsOf(type).map((kind) => names[kind]))];
  return all.length === 0 ? "nothing" : all.join(" or ");
}
