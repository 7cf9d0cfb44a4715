import { kindOf, type Kind as ValueKind } from "../template/value.ts";

/** Names kinds of values by Go's types; a number of the data is `"int"` or `"float"` as with `numbers: "int"`. */
export type Kind = Exclude<ValueKind, "invalid"> | "nil";

/**
 * Describes the values at one place of the data: folded from samples, or read from a JSON Schema. For samples, a field was
 * absent as often as it was seen less often than the maps around it.
 */
export interface Shape {
  readonly from: "samples" | "schema";
  /** Values folded in; 0 for a schema. */
  seen: number;
  /** Count of each kind; for a schema 1 means "may be". Empty if nothing is known. */
  readonly kinds: Map<Kind, number>;
  /** Count of `""`, empty lists and empty maps. */
  empty: number;
  /** Count of `false` and of zeros. */
  falsy: number;
  readonly fields: Map<string, Shape>;
  /** Tells whether there may be other fields. */
  open: boolean;
  /** Shape of other fields, if a schema gives it. */
  others: Shape | undefined;
  /** Shape of the elements of all lists. */
  items: Shape | undefined;
  /** Fields that are never absent according to a schema. */
  readonly required: Set<string>;
  /** Length of the shortest list. */
  shortest: number;
  /** Tells whether some text has line breaks. */
  multiline: boolean;
  /** The largest magnitude of floats that are not integers, and of integers. */
  largestFloat: number;
  largestInt: number;
}

export function createShape(from: Shape["from"] = "samples"): Shape {
  return {
    ...{ from, seen: 0, kinds: new Map(), empty: 0, falsy: 0, fields: new Map(), open: false },
    ...{
      others: undefined,
      items: undefined,
      required: new Set<string>(),
      multiline: false,
      shortest: Number.POSITIVE_INFINITY,
      largestFloat: 0,
      largestInt: 0,
    },
  };
}

/** Limits the depth of a shape; values below are unknown. */
const maxDepth = 64;
/** Limits the fields of a map; with more it is used as a table, in which any key may occur. */
const maxFields = 2000;

/** Makes a shape of samples: profiles as they are, from a list or a stream. */
export function shapeOf(samples: Iterable<unknown>): Shape {
  const shape = createShape();
  for (const sample of samples) addSample(shape, sample);
  return shape;
}

/** Folds one more sample into a shape that {@link createShape} or {@link shapeOf} made. Never changes the sample. */
export function addSample(shape: Shape, sample: unknown): void {
  fold(shape, sample, 0);
}

function fold(shape: Shape, value: unknown, depth: number): void {
  shape.seen++;
  const invalid = value === undefined || value === null;
  const kind = invalid ? "nil" : kindOf(value, "int");
  if (kind === "invalid") return;
  if (typeof value === "bigint") {
    add(shape, "uint"); // an integer with both policies
    return;
  }
  add(shape, kind);
  switch (kind) {
    case "string":
      if (value === "") shape.empty++;
      else if (!shape.multiline && (value as string).includes("\n")) shape.multiline = true;
      return;
    case "bool":
      if (value === false) shape.falsy++;
      return;
    case "int":
      shape.largestInt = Math.max(shape.largestInt, Math.abs(Number(value)));
      if (Number(value) === 0) shape.falsy++;
      return;
    case "float":
      if (typeof value === "number") shape.largestFloat = Math.max(shape.largestFloat, Math.abs(value));
      return;
    case "list": {
      if (!Array.isArray(value) || depth >= maxDepth) return;
      if (value.length === 0) shape.empty++;
      shape.shortest = Math.min(shape.shortest, value.length);
      if (value.length > 0) shape.items ??= createShape(shape.from);
      for (const element of value) fold(shape.items!, element, depth + 1);
      return;
    }
    case "map": {
      const entries = value instanceof Map ? [...value] : Object.entries(value as object);
      if (entries.length === 0) shape.empty++;
      if (depth >= maxDepth) shape.open = true;
      else for (const [key, element] of entries) foldField(shape, String(key), element, depth);
    }
  }
}

function add({ kinds }: Shape, kind: Kind): void {
  kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
}

function foldField(shape: Shape, key: string, value: unknown, depth: number): void {
  if (value === undefined) return;
  let field = shape.fields.get(key);
  if (!field) {
    if (shape.fields.size >= maxFields) {
      shape.open = true;
      return;
    }
    field = createShape(shape.from);
    shape.fields.set(key, field);
  }
  fold(field, value, depth + 1);
}

/** Counts the samples in which a field of a map is absent; for a schema 1 of 1, or 0. */
export function absences(map: Shape, name: string): { readonly absent: number; readonly of: number } {
  if (map.from === "schema") return { absent: map.required.has(name) ? 0 : 1, of: 1 };
  const of = map.kinds.get("map") ?? 0;
  return { absent: of - (map.fields.get(name)?.seen ?? 0), of };
}

/** Returns all values of a map as one shape, as if they were elements of a list; undefined if there may be others. */
export function valuesOf(map: Shape): Shape | undefined {
  const known = unions.get(map);
  if (known?.seen === map.seen) return known.values;
  const shapes = [...map.fields.values(), ...(map.others ? [map.others] : [])];
  const isKnown = shapes.length > 0 && (!map.open || map.others !== undefined);
  const values = isKnown ? new Union().of(shapes) : undefined;
  unions.set(map, { values, seen: map.seen });
  return values;
}

/** Caches unions, which are slow for large maps; another sample makes them anew. */
const unions = new WeakMap<Shape, { readonly values: Shape | undefined; readonly seen: number }>();

/** Unites shapes: a value may be what any of them allows. */
class Union {
  readonly #ids = new Map<Shape, number>();
  readonly #known = new Map<string, Shape>();

  of(shapes: readonly Shape[]): Shape {
    const all = [...new Set(shapes)];
    if (all.length === 1) return all[0]!;
    // A schema may refer to itself.
    const key = all
      .map((shape) => this.#idOf(shape))
      .sort()
      .join();
    const known = this.#known.get(key);
    if (known) return known;
    const whole = createShape(all[0]!.from);
    this.#known.set(key, whole);
    // If one of them allows anything, the union does.
    if (all.every(({ kinds }) => kinds.size > 0)) this.#fill(whole, all);
    return whole;
  }

  #fill(whole: Shape, all: readonly Shape[]): void {
    for (const one of all) {
      whole.seen += one.seen;
      whole.empty += one.empty;
      whole.falsy += one.falsy;
      for (const [kind, times] of one.kinds) whole.kinds.set(kind, (whole.kinds.get(kind) ?? 0) + times);
      whole.open ||= one.open;
      whole.multiline ||= one.multiline;
      whole.shortest = Math.min(whole.shortest, one.shortest);
      whole.largestFloat = Math.max(whole.largestFloat, one.largestFloat);
      whole.largestInt = Math.max(whole.largestInt, one.largestInt);
    }
    const lists = all.filter(({ kinds }) => kinds.has("list"));
    const items = lists.flatMap((list) => list.items ?? []);
    // Samples whose lists are all empty are complete as they are; a schema without items says nothing.
    if (items.length > 0 && (whole.from === "samples" || items.length === lists.length)) whole.items = this.of(items);
    const maps = all.filter(({ kinds }) => kinds.has("map"));
    for (const name of new Set(maps.flatMap(({ fields }) => [...fields.keys()]))) {
      whole.fields.set(name, this.of(maps.flatMap(({ fields }) => fields.get(name) ?? [])));
      if (maps.every(({ required }) => required.has(name))) whole.required.add(name);
    }
  }

  #idOf(shape: Shape): number {
    const id = this.#ids.get(shape) ?? this.#ids.size;
    this.#ids.set(shape, id);
    return id;
  }
}
