import type { TemplateFunction } from "./function.ts";

/**
 * Maps JavaScript values to Go's. Go's evaluator distinguishes kinds that JSON-like JavaScript data does not carry, so:
 *
 * | JavaScript                                        | Go                                                          |
 * |---------------------------------------------------|-------------------------------------------------------------|
 * | `undefined`, a symbol                              | absent (no value at all)                                    |
 * | `null`                                             | nil; boxed (`interface {}` holding nil) when read from data |
 * | `boolean`, `string`                                | `bool`, `string` (bytes: see `grammar/bytes.ts`)            |
 * | `number`                                           | see {@link Numbers}                                         |
 * | `bigint`                                           | `int`, always                                               |
 * | {@link Float64}, {@link SizedInt}, {@link Complex} | `float64`, `int64` … `uint8`, `complex128`                  |
 * | array, `Set`, typed array                          | `[]interface {}`                                            |
 * | plain object, `Map`, class instance                | `map[string]interface {}` of its own enumerable fields      |
 * | `Date`, {@link Time}                               | `time.Time`, in UTC or the zone it carries                  |
 * | function                                           | `func(...interface {}) interface {}`, reached with `call`   |
 * | other iterables, {@link Pairs}                     | `iter.Seq`, `iter.Seq2`                                     |
 * | {@link Content}                                    | `template.HTML` and its like, which are strings             |
 *
 * Only own enumerable properties exist: a template cannot reach a prototype. A value's Go type beyond its kind (name,
 * methods, text) is under the symbol {@link goType}, which no template and no JSON can name.
 *
 * Boxed: in Go an element of a list or map of the data is an `interface {}` that holds the value, and some operations and
 * messages show the difference: a boxed nil is not absent, and messages name its type `interface {}`. A value is boxed when
 * it comes straight from a list or map, and unboxed once a pipeline, variable or argument has evaluated it. The compiler
 * tracks this beside the values (`Expression.boxed`, `Run.dotBoxed`, the second entries of `Run.vars`), never in them.
 */

/**
 * Chooses the Go type of a JavaScript number in the data. `"int"`: an integral number is a Go `int`, any other a `float64`.
 * `"float64"`: every number is a `float64`, as `encoding/json` decodes it; ints that the engine makes are then `bigint`.
 */
export type Numbers = "int" | "float64";

/**
 * Boxes a float64 that JavaScript would take for an int: `new Float64(1)` is Go's `1.0`. The field is private so that no
 * template reads it.
 */
export class Float64 {
  readonly #value: number;
  constructor(value: number) {
    this.#value = value;
  }
  get value(): number {
    return this.#value;
  }
}

export type IntType = "int8" | "int16" | "int32" | "int64" | "uint" | "uint8" | "uint16" | "uint32" | "uint64";

/** Boxes an integer of a Go type other than `int`: `index "A" 0` is a `uint8`. */
export class SizedInt {
  readonly #type: IntType;
  readonly #value: bigint;
  constructor(type: IntType, value: bigint | number) {
    this.#type = type;
    this.#value = BigInt(value);
  }
  get type(): IntType {
    return this.#type;
  }
  get value(): bigint {
    return this.#value;
  }
}

export class Complex {
  readonly #re: number;
  readonly #im: number;
  constructor(re: number, im: number) {
    this.#re = re;
    this.#im = im;
  }
  get re(): number {
    return this.#re;
  }
  get im(): number {
    return this.#im;
  }
}

/** Wraps an iterable of `[key, value]` pairs that `range` treats as Go's `iter.Seq2`. */
export class Pairs {
  readonly #entries: Iterable<readonly [unknown, unknown]>;
  constructor(entries: Iterable<readonly [unknown, unknown]>) {
    this.#entries = entries;
  }
  get entries(): Iterable<readonly [unknown, unknown]> {
    return this.#entries;
  }
}

/** Is the key under which a value gives its Go type; a class gives it by a getter. */
export const goType: unique symbol = Symbol("goType");

/**
 * Describes a Go type that is more than its kind.
 *
 *     const kv: GoType = { name: "template.KV", methods: { Names: (kv) => define({ params: [] }, () => Object.keys(kv)) } };
 *     const labels = { [goType]: kv, severity: "page" }; // {{ .labels.severity }} {{ .labels.Names }}
 */
// biome-ignore lint/suspicious/noExplicitAny: the receiver is whatever holds the type
export interface GoType<Receiver = any> {
  /** The name as `%T` prints it: `[]string`, `map[string]string`, `*semver.Version`. */
  readonly name: string;
  /** The function behind `.name`, for this receiver. It is called as soon as it is read, with the arguments that follow. */
  readonly methods?: Readonly<Record<string, (receiver: Receiver) => TemplateFunction>> | undefined;
  /** The text of a Stringer, which printing shows. */
  readonly text?: ((receiver: Receiver) => string) | undefined;
  /** Tells whether this is a struct, in which an unknown field is an error, not a missing key. */
  readonly struct?: boolean | undefined;
  /** The fields of a {@link Struct}, in their order. @default none */
  readonly fields?: ((receiver: Receiver) => Readonly<Record<string, unknown>>) | undefined;
  /** The name of a field in encoding/json; empty to leave the field out. @default the field's own */
  readonly jsonName?: ((field: string) => string) | undefined;
  /** Tells whether the elements have a type of their own, not `interface {}`. */
  readonly typed?: boolean | undefined;
  /** The value that a map gives for a missing key. @default nil */
  readonly zero?: unknown;
  /** Tells whether this is a nil slice, which prints as an empty list, and is `null` in JSON. */
  readonly isNil?: boolean | undefined;
}

export function goTypeOf(value: unknown): GoType | undefined {
  return typeof value === "object" && value !== null ? (value as { [goType]?: GoType })[goType] : undefined;
}

/** Tells what a time zone is at a point in time: seconds east of UTC, and the abbreviation as Go prints it. */
export interface Zone {
  /** Go's name of the location: `UTC`, `Europe/Warsaw`; empty for a fixed offset without a name. */
  readonly name: string;
  /** @param seconds since 1970, UTC */
  at(seconds: number): { readonly offset: number; readonly abbreviation: string };
}

export const utc: Zone = { name: "UTC", at: () => ({ offset: 0, abbreviation: "UTC" }) };

const secondsBefore1970 = -62_135_596_800;

/** Holds a point in time in a zone. A `Date` is one in UTC, to the millisecond; an invalid one is Go's zero time, the year 1. */
export class Time {
  readonly #seconds: number;
  readonly #nanos: number;
  readonly #zone: Zone;
  /**
   * @param seconds since 1970, UTC, a whole number
   * @param nanos of that second, 0 to 999,999,999
   */
  constructor(seconds: number, nanos = 0, zone: Zone = utc) {
    this.#seconds = seconds;
    this.#nanos = nanos;
    this.#zone = zone;
  }
  get seconds(): number {
    return this.#seconds;
  }
  get nanos(): number {
    return this.#nanos;
  }
  get zone(): Zone {
    return this.#zone;
  }
  static of(value: Date | Time, zone: Zone = utc): Time {
    if (value instanceof Time) return value;
    const ms = value.getTime();
    if (Number.isNaN(ms)) return new Time(secondsBefore1970, 0, zone);
    const seconds = Math.floor(ms / 1000);
    return new Time(seconds, (ms - seconds * 1000) * 1_000_000, zone);
  }
}

/** Names the types of content of package html/template. */
export type ContentType = "CSS" | "HTML" | "HTMLAttr" | "JS" | "JSStr" | "URL" | "Srcset";

/**
 * Marks text that is known to be safe: where content of its type belongs, escaping leaves it as it is. Elsewhere it is plain
 * text.
 */
export class Content {
  readonly #type: ContentType;
  readonly #text: string;
  constructor(type: ContentType, text: string) {
    this.#type = type;
    this.#text = text;
  }
  get type(): ContentType {
    return this.#type;
  }
  get text(): string {
    return this.#text;
  }
  toString(): string {
    return this.#text;
  }
}

export type Kind =
  | "invalid"
  | "bool"
  | "int"
  | "uint"
  | "float"
  | "complex"
  | "string"
  | "list"
  | "map"
  | "time"
  | "struct"
  | "func"
  | "seq"
  | "seq2";

/** Is the base class of values of which a template sees only the methods, the fields and the text of their {@link GoType}. */
export abstract class Struct {
  abstract get [goType](): GoType;
}

export type List = ArrayLike<unknown>;

const int64Limit = 2 ** 63;

/** Tells whether a number is integral and fits a Go `int`. */
export function isInt(n: number): boolean {
  return Number.isInteger(n) && n >= -int64Limit && n < int64Limit;
}

/** Returns the kind of a value. `undefined` and `null` are both `"invalid"`; to tell absent from boxed nil, compare the value. */
export function kindOf(value: unknown, numbers: Numbers): Kind {
  switch (typeof value) {
    case "string":
      return "string";
    case "number":
      return numbers === "int" && isInt(value) ? "int" : "float";
    case "boolean":
      return "bool";
    case "bigint":
      return "int";
    case "function":
      return "func";
    case "object":
      return value === null ? "invalid" : objectKind(value);
    default:
      return "invalid";
  }
}

function objectKind(value: object): Kind {
  if (Array.isArray(value)) return "list";
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null)
    return Object.hasOwn(value, Symbol.iterator) ? "seq" : "map";
  if (value instanceof Float64) return "float";
  if (value instanceof SizedInt) return value.type.startsWith("u") ? "uint" : "int";
  if (value instanceof Complex) return "complex";
  if (value instanceof Map) return "map";
  if (value instanceof Set || (ArrayBuffer.isView(value) && !(value instanceof DataView))) return "list";
  if (value instanceof Date || value instanceof Time) return "time";
  if (value instanceof Struct) return "struct";
  if (value instanceof Content) return "string";
  if (value instanceof Pairs) return "seq2";
  return isIterable(value) ? "seq" : "map";
}

const isIterable = (value: object): boolean =>
  typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === "function";

/** Returns Go's name of the dynamic type, as `%T` prints it. */
export function typeName(value: unknown, numbers: Numbers): string {
  const named = goTypeOf(value);
  if (named) return named.name;
  switch (kindOf(value, numbers)) {
    case "bool":
      return "bool";
    case "int":
    case "uint":
      return value instanceof SizedInt ? value.type : "int";
    case "float":
      return "float64";
    case "complex":
      return "complex128";
    case "string":
      return value instanceof Content ? `template.${value.type}` : "string";
    case "list":
      return "[]interface {}";
    case "map":
      return "map[string]interface {}";
    case "time":
      return "time.Time";
    case "struct":
      return "struct";
    case "func":
      return "func(...interface {}) interface {}";
    case "seq":
      return "iter.Seq[interface {}]";
    case "seq2":
      return "iter.Seq2[interface {},interface {}]";
    case "invalid":
      return "<nil>";
  }
}

/** Returns the number in a value of kind `"float"`. */
export function floatOf(value: unknown): number {
  return typeof value === "number" ? value : (value as Float64).value;
}

/** Returns the integer in a value of kind `"int"` or `"uint"`: exact, also beyond 2^53. */
export function intOf(value: unknown): bigint {
  if (typeof value === "bigint") return value;
  return typeof value === "number" ? BigInt(value) : (value as SizedInt).value;
}

/** Returns the text in a value of kind `"string"`. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : (value as Content).text;
}

/** Returns the elements of a value of kind `"list"`. */
export function elementsOf(value: unknown): List {
  return value instanceof Set ? [...value] : (value as List);
}
