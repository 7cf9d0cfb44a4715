import { createShape, type Kind, type Shape } from "./shape.ts";

type Schema = Readonly<Record<string, unknown>>;

/**
 * Makes a shape of a JSON Schema (2020-12, and 07 where they differ): `properties`, `required`, `type`, `items` and
 * `prefixItems`, `enum`, `const`, `allOf`, `anyOf`, `oneOf`, `if`/`then`/`else`, `additionalProperties`, `patternProperties`,
 * local `$ref`, OpenAPI's `nullable`. Other keywords do not narrow types and are ignored.
 * \n Fields that `properties` does not name count as unknown unless `additionalProperties` (or another keyword) allows them,
 * because people leave it out without meaning that.
 * @throws TypeError for an invalid schema, and for a `$ref` that points to nothing
 */
export function shapeOfSchema(schema: unknown): Shape {
  if (!isObject(schema) && typeof schema !== "boolean")
    throw new TypeError("schema: expected a JSON Schema, which is an object or a boolean");
  return new Reader(schema).read(schema);
}

const isObject = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

class Reader {
  readonly #root: unknown;
  readonly #known = new Map<unknown, Shape>();
  readonly #reading = new Set<unknown>();

  constructor(root: unknown) {
    this.#root = root;
  }

  /** Returns one shape for each schema, so that a schema that refers to itself has a shape that does. */
  read(given: unknown): Shape {
    const schema = this.#followed(given);
    const known = this.#known.get(schema);
    if (known) return known;
    const shape = createShape("schema");
    this.#known.set(schema, shape);
    this.#fill(shape, schema);
    return shape;
  }

  /** Follows a schema that is only a reference. */
  #followed(given: unknown): unknown {
    let schema = given;
    for (let i = 0; i < 100 && isObject(schema) && typeof schema.$ref === "string"; i++) {
      if (Object.keys(schema).some((keyword) => keyword !== "$ref" && !annotations.has(keyword))) break;
      schema = this.#resolve(schema.$ref);
    }
    return schema;
  }

  #fill(shape: Shape, schema: unknown): void {
    if (!isObject(schema)) return; // `true` allows anything
    if (this.#reading.has(schema)) {
      shape.open = true; // it refers to itself directly, which says nothing
      return;
    }
    this.#reading.add(schema);
    if (typeof schema.$ref === "string") this.#fill(shape, this.#resolve(schema.$ref));
    for (const one of listOf(schema.allOf)) this.#fill(shape, one);
    const branches = [schema.then, schema.else].filter(isObject);
    if (branches.length > 0) this.#unite(shape, [...branches, ...(branches.length < 2 ? [{}] : [])], false);
    for (const keyword of ["anyOf", "oneOf"]) {
      const alternatives = listOf(schema[keyword]);
      if (alternatives.length > 0) this.#unite(shape, alternatives, shape.kinds.size === 0);
    }
    this.#fillKinds(shape, schema);
    this.#fillMap(shape, schema);
    this.#fillList(shape, schema);
    this.#reading.delete(schema);
  }

  /** Adds alternatives: what one of them allows is possible, what all require is certain. */
  #unite(shape: Shape, alternatives: readonly unknown[], decidesKinds: boolean): void {
    const shapes = alternatives.map((alternative) => {
      const one = createShape("schema");
      this.#fill(one, alternative);
      return one;
    });
    if (decidesKinds && shapes.every(({ kinds }) => kinds.size > 0)) {
      for (const one of shapes) mergeKinds(shape, one);
    }
    if (shapes.some(({ open, kinds, fields }) => open || (decidesKinds && kinds.size === 0 && fields.size === 0))) {
      shape.open = true;
    }
    const maps = shapes.filter(({ kinds }) => kinds.size === 0 || kinds.has("map"));
    for (const one of maps) {
      for (const [name, field] of one.fields) {
        const present = shape.fields.get(name);
        shape.fields.set(name, present && present !== field ? merged(present, field) : field);
        if (maps.every(({ required }) => required.has(name))) shape.required.add(name);
      }
    }
    for (const one of shapes) shape.items ??= one.items;
  }

  #fillKinds(shape: Shape, schema: Schema): void {
    const kinds = new Set<Kind>();
    for (const type of listOf(schema.type)) for (const kind of kindsOfType[String(type)] ?? []) kinds.add(kind);
    const values = "const" in schema ? [schema.const] : listOf(schema.enum);
    if (values.length > 0 && kinds.size === 0) for (const value of values) kinds.add(kindOfValue(value));
    if (kinds.size === 0 && shape.kinds.size === 0) {
      if (isObject(schema.properties)) kinds.add("map");
      else if ("items" in schema || "prefixItems" in schema) kinds.add("list");
    }
    if (schema.nullable === true && kinds.size > 0) kinds.add("nil");
    if (values.length > 0 && !values.includes(null)) kinds.delete("nil");
    if (kinds.size === 0) return;
    // Kinds given twice, as in allOf, both apply.
    const both = [...kinds].filter((kind) => shape.kinds.has(kind));
    if (both.length > 0) shape.kinds.clear();
    for (const kind of both.length > 0 ? both : kinds) shape.kinds.set(kind, 1);
  }

  #fillMap(shape: Shape, schema: Schema): void {
    const properties = isObject(schema.properties) ? schema.properties : {};
    for (const [name, property] of Object.entries(properties)) {
      const present = shape.fields.get(name);
      const field = this.read(property);
      shape.fields.set(name, present && present !== field ? merged(present, field) : field);
    }
    for (const name of listOf(schema.required)) shape.required.add(String(name));
    const more = schema.additionalProperties;
    if (isObject(more) && !isObject(schema.patternProperties)) shape.others = this.read(more);
    if (more === true || isObject(more) || isObject(schema.patternProperties)) shape.open = true;
    const saysNothing = !("properties" in schema) && shape.fields.size === 0 && more !== false;
    if (saysNothing && listOf(schema.type).includes("object")) shape.open = true;
  }

  #fillList(shape: Shape, schema: Schema): void {
    const first = [...listOf(schema.prefixItems), ...(Array.isArray(schema.items) ? schema.items : [])];
    if (first.length > 0) {
      const items = createShape("schema");
      this.#unite(items, [...first, ...(isObject(schema.items) ? [schema.items] : [])], true);
      shape.items = items;
    } else if (isObject(schema.items)) shape.items = this.read(schema.items);
  }

  #resolve(ref: string): unknown {
    if (!ref.startsWith("#"))
      throw new TypeError(`$ref ${JSON.stringify(ref)}: only references within the schema (#…) are supported`);
    let at: unknown = this.#root;
    for (const part of decodeURIComponent(ref.slice(1)).split("/").slice(1)) {
      const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
      if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) {
        throw new TypeError(`$ref ${JSON.stringify(ref)} points to nothing in the schema`);
      }
      at = (at as Schema)[key];
    }
    return at;
  }
}

/** Keywords that do not narrow types. */
const annotations = new Set([
  ...["title", "description", "$comment", "default", "examples", "deprecated"],
  ...["$schema", "$id", "$defs", "definitions"],
]);

function mergeKinds(into: Shape, from: Shape): void {
  for (const kind of from.kinds.keys()) into.kinds.set(kind, 1);
}

/** Combines what two places say about one field. */
function merged(a: Shape, b: Shape): Shape {
  const shape = createShape("schema");
  if (a.kinds.size > 0 && b.kinds.size > 0) for (const one of [a, b]) mergeKinds(shape, one);
  for (const [name, field] of [...b.fields, ...a.fields]) shape.fields.set(name, field);
  for (const name of a.required) if (b.required.has(name)) shape.required.add(name);
  shape.open = a.open || b.open;
  shape.items = a.items ?? b.items;
  return shape;
}

const listOf = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

const kindsOfType: Readonly<Record<string, readonly Kind[]>> = {
  string: ["string"],
  boolean: ["bool"],
  integer: ["int"],
  number: ["int", "float"],
  array: ["list"],
  object: ["map"],
  null: ["nil"],
};

function kindOfValue(value: unknown): Kind {
  if (value === null) return "nil";
  if (Array.isArray(value)) return "list";
  switch (typeof value) {
    case "string":
      return "string";
    case "boolean":
      return "bool";
    case "number":
      return Number.isInteger(value) ? "int" : "float";
    default:
      return "map";
  }
}
