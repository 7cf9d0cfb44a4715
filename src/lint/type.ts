import type { TemplateCall } from "../../grammar/index.ts";
import type { Numbers } from "../template/value.ts";
import { absences, type Kind, type Shape, valuesOf } from "./shape.ts";

/** What is known of the value that an expression gives. */
export interface Type {
  /** Undefined: nothing is known. With `"nil"`: it may be nil. */
  readonly kinds: ReadonlySet<Kind> | undefined;
  /** It may be absent: a field that the data does not have. */
  readonly absent: boolean;
  /** What the data says about it, if it comes straight from there. */
  readonly shape?: Shape | undefined;
  /** Why it may be absent or nil. */
  readonly gap?: Gap | undefined;
  /** An int of another type than Go's `int`: `int64`. */
  readonly sized?: boolean | undefined;
  /** A condition has asked for it. */
  readonly asked?: boolean | undefined;
  /** A condition has looked at its length. */
  readonly counted?: boolean | undefined;
  /** It is dot of a template, and this call of it gave none. */
  readonly omittedBy?: TemplateCall | undefined;
  /** It is always true, or always false, whatever the data. */
  readonly truth?: boolean | undefined;
  /** Paths that are there if this is true, or if it is false. What is true is there itself. */
  readonly whenTrue?: readonly string[] | undefined;
  readonly whenFalse?: readonly string[] | undefined;
  /** Its fields and elements, if the template made it: `dict "a" 1`. */
  readonly fields?: ReadonlyMap<string, Type> | undefined;
  readonly items?: Type | undefined;
  /** Where it is in the data: `$.user.name`, `$.items[].price`. The same path is the same value within a scope. */
  readonly path?: string | undefined;
  /** The value itself, if the template says it. */
  readonly literal?: string | number | bigint | boolean | undefined;
}

/** What is not always there: the value at `path` is absent or nil in so many samples of those that have what is around it. */
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

/** The type of data of this shape. Under `numbers: "float64"` every number is a float. */
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
  // A field that was never more than null says nothing of what it is otherwise.
  if (kinds?.size === 1 && nil > 0) return { kinds: undefined, absent: true, path, gap };
  return { kinds, absent: absent > 0, shape, path, gap };
}

/** Paths are no longer than this: values that are farther down have none, as what nobody knows. */
const maxPathLength = 500;

/** The path of a field of a value, if that has one itself. */
export const pathTo = (type: Type, name: string): string | undefined => longer(type, `.${name}`);

/** The same of an element, by what stands between the brackets. */
export const pathIn = (type: Type, key: string): string | undefined =>
  longer({ ...type, path: type.path ?? "?" }, `[${key}]`);

const longer = ({ path }: Type, more: string): string | undefined =>
  path === undefined || path.length + more.length > maxPathLength ? undefined : path + more;

/** The field of a value: its type, `"unknown"` if nothing says that there is none, undefined if there is none. */
export function fieldOf(type: Type, name: string, numbers: Numbers): Type | "unknown" | undefined {
  if (type.fields) return type.fields.get(name);
  const { shape } = type;
  if (!shape || (shape.kinds.size === 0 && shape.fields.size === 0)) return "unknown";
  const field = shape.fields.get(name);
  const at = pathTo({ ...type, path: type.path ?? "?" }, name);
  if (field) return typeOfShape(field, at, numbers, shape, name);
  return shape.open || shape.fields.size === 0 ? "unknown" : undefined;
}

/** The elements of a list. */
export function itemsOf(type: Type, path: string | undefined, numbers: Numbers): Type {
  if (type.items) return type.items;
  if (type.fields) return joined(type.fields);
  const { kinds, shape } = type;
  if (!shape || !kinds) return unknown;
  if (kinds.has("list") && !kinds.has("map")) return shape.items ? typeOfShape(shape.items, path, numbers) : unknown;
  return unknown;
}

/** Any of the fields of a map that the template made: put together once for all who ask. */
function joined(fields: ReadonlyMap<string, Type>): Type {
  const known = joins.get(fields);
  if (known) return known;
  const type = [...fields.values()].reduce(join, unknown);
  joins.set(fields, type);
  return type;
}

const joins = new WeakMap<ReadonlyMap<string, Type>, Type>();

/** What `range` gives of it. */
export function elementsOf(type: Type, path: string, numbers: Numbers): Type {
  const values = type.shape && isOnly(type, "map") ? valuesOf(type.shape) : undefined;
  return values ? typeOfShape(values, path, numbers) : itemsOf(type, path, numbers);
}

/** Whether it is true, if that is known: of literals, and what is made of them alone. */
export function truthOf({ truth, literal }: Type): boolean | undefined {
  if (truth !== undefined || literal === undefined) return truth;
  return typeof literal === "string" ? literal !== "" : Number(literal) !== 0;
}

/** What is one or the other. */
export function join(a: Type, b: Type): Type {
  if (a === b) return a;
  const absent = a.absent || b.absent;
  const gap = a.gap ?? b.gap;
  if (!a.kinds || !b.kinds) return { kinds: undefined, absent, gap };
  const sized = a.sized || b.sized;
  return { kinds: new Set([...a.kinds, ...b.kinds]), absent, gap, sized };
}

/** As it comes out of a pipeline: nil from the data is absent. */
export function unboxed(type: Type): Type {
  if (!type.kinds?.has("nil") || type.kinds.size === 1) return type;
  return { ...present(type), absent: true, gap: type.gap };
}

/** Known to be there: neither absent nor nil. */
export function present(type: Type): Type {
  if (!type.absent && !type.kinds?.has("nil")) return type;
  const kinds = type.kinds && new Set([...type.kinds].filter((kind) => kind !== "nil"));
  return { ...type, absent: false, gap: undefined, kinds: kinds && kinds.size > 0 ? kinds : undefined };
}

export const isNumber = (kind: Kind): boolean => kind === "int" || kind === "uint" || kind === "float";

/** Every kind it may have, nil aside, is one of these; false if nothing is known. */
export function isOnly(type: Type, ...kinds: readonly Kind[]): boolean {
  const own = kindsOf(type);
  return own.length > 0 && own.every((kind) => kinds.includes(kind));
}

/** The kinds it may have, nil aside. */
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

/** `text`, `a list or text`. */
export function describe(type: Type): string {
  const all = [...new Set(kindsOf(type).map((kind) => names[kind]))];
  return all.length === 0 ? "nothing" : all.join(" or ");
}
