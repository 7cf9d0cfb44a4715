import { type Limit, parse, TemplateError, TemplateLimitError } from "../../grammar/index.ts";
import { isArray, isObject, type Json, ownField, setField } from "../base/json.ts";
import { shortened } from "../base/shorten.ts";
import { compile, type TemplateOptions } from "../compile.ts";
import { RenderAborted, readsOf, type Template, type TimeLimit } from "../template/index.ts";
import type { Mapped, StreamDefinition } from "./definition.ts";
import type { Update } from "./update.ts";

/** Reports an invalid stream definition. */
export class StreamError extends Error {
  override readonly name = "StreamError";
  /** Place in the definition. */
  readonly path: readonly (string | number)[];

  constructor(message: string, path: readonly (string | number)[], cause?: unknown) {
    super(message, { cause });
    this.path = path;
  }
}

export interface CompiledStream {
  /** Maps a payload to identifiers and fields. Never throws. @param limit time for all templates together */
  map(payload: Json, limit?: TimeLimit): MappedPayload;
}

export interface MappedPayload {
  /** Events with the same key are duplicates. */
  readonly key?: string;
  /** Absent if the stream's events are only stored, and if there is a problem. */
  readonly update?: Update;
  /** Why the payload was not mapped, not even in part. */
  readonly problem?: string;
  /** Limit that ended a template. After `"time"` another try may succeed. */
  readonly limit?: Limit;
}

const maxKeyLength = 512;

/** Reads a value from a payload; undefined if there is none. @throws Error with the problem */
type Read = (payload: Json, limit?: TimeLimit) => Json | undefined;

/**
 * Compiles the templates of a stream's mapping, which see the payload as dot. Messages call them `STREAM.fields.NAME`.
 * @throws StreamError with the place in the definition
 */
export function compileStream(
  name: string,
  definition: StreamDefinition,
  options: TemplateOptions = {},
): CompiledStream {
  const compiled = (mapped: Mapped, ...path: string[]): Read => compileMapped(mapped, path, name, options);
  const key = definition.key === undefined ? undefined : compiled(definition.key, "key");
  const identifiers = Object.entries(definition.identifiers ?? {}).map(([kind, mapped]) => ({
    kind,
    read: compiled(mapped, "identifiers", kind),
  }));
  checkFields(Object.keys(definition.fields ?? {}));
  const fields = Object.entries(definition.fields ?? {}).map(([field, mapped]) => ({
    names: field.split("."),
    read: compiled(mapped, "fields", field),
  }));

  const { limits, monotonicClock = () => performance.now() } = options;

  function map(payload: Json, { time = limits?.time, since }: TimeLimit = {}): MappedPayload {
    const found: { -readonly [P in keyof MappedPayload]: MappedPayload[P] } = {};
    const limit = time === undefined ? undefined : { time, since: since ?? monotonicClock() };
    try {
      const value = key?.(payload, limit);
      if (typeof value === "string") found.key = checkedKey(value);
      if (identifiers.length === 0) return found;
      const update = {
        identifiers: {} as Record<string, string | number | readonly (string | number)[]>,
        fields: {} as { [field: string]: Json },
      };
      for (const { kind, read } of identifiers) {
        const value = read(payload, limit);
        if (value !== undefined && value !== null) update.identifiers[kind] = checkedIdentifier(value, kind);
      }
      if (Object.keys(update.identifiers).length === 0) {
        const kinds = identifiers.map(({ kind }) => kind);
        const missing =
          kinds.length === 1 ? `${kinds[0]} is` : `${kinds.slice(0, -1).join(", ")} and ${kinds.at(-1)} are all`;
        return { ...found, problem: `no identifier: ${missing} missing or empty` };
      }
      for (const { names, read } of fields) {
        const value = read(payload, limit);
        if (value !== undefined) put(update.fields, names, value);
      }
      found.update = update;
    } catch (error) {
      found.problem = shortened(error instanceof Error ? error.message : String(error));
      if (error instanceof TemplateLimitError) found.limit = error.limit;
    }
    return found;
  }
  return { map };
}

function checkedKey(value: string): string {
  if (value.length > maxKeyLength) throw new Error(`key: it is longer than ${maxKeyLength} characters`);
  return value;
}

function checkedIdentifier(value: Json, kind: string): string | number | readonly (string | number)[] {
  const isOne = (one: Json): one is string | number => typeof one === "string" || typeof one === "number";
  if (isOne(value)) return value;
  if (isArray(value) && value.every(isOne)) return value;
  throw new Error(`identifiers.${kind}: an identifier is text or a number, or a list of these, not ${shown(value)}`);
}

/** Sets a field, and creates the levels above it. */
function put(fields: { [field: string]: Json }, names: readonly string[], value: Json): void {
  let level = fields;
  for (const [i, name] of names.entries()) {
    if (i === names.length - 1) setField(level, name, value);
    else {
      const inner = (ownField(level, name) as { [field: string]: Json } | undefined) ?? {};
      setField(level, name, inner);
      level = inner;
    }
  }
}

function checkFields(fields: readonly string[]): void {
  const known = new Set(fields);
  for (const field of fields) {
    const names = field.split(".");
    if (names.includes("")) throw new StreamError(`"${field}" has an empty name between its dots`, ["fields", field]);
    for (let i = 1; i < names.length; i++) {
      const outer = names.slice(0, i).join(".");
      if (known.has(outer))
        throw new StreamError(`${field} is part of ${outer}, which is mapped too`, ["fields", field]);
    }
  }
}

function compileMapped(mapped: Mapped, path: string[], stream: string, options: TemplateOptions): Read {
  if (typeof mapped !== "string" && "path" in mapped) return readPath(mapped.path, [...path, "path"]);
  const text = typeof mapped === "string" ? mapped : mapped.template;
  const as = typeof mapped === "string" ? "text" : mapped.as;
  const where = path.join(".");
  const place = typeof mapped === "string" ? path : [...path, "template"];
  const render = compileText(text, `${stream}.${where}`, place, options);
  const convert = conversions[as];
  return (payload, limit) => {
    const rendered = render(payload, limit);
    if (rendered === undefined || rendered.trim() === "") return undefined;
    const value = convert(rendered);
    if (value === undefined) throw new Error(`${where}: ${shown(rendered)} is no ${as === "json" ? "JSON" : as}`);
    return value;
  };
}

/** Compiles a template. It gives undefined if it fails and something that it reads is missing. */
function compileText(
  text: string,
  name: string,
  path: readonly string[],
  options: TemplateOptions,
): (payload: Json, limit?: TimeLimit) => string | undefined {
  let template: Template;
  try {
    // A missing value that would be printed fails, instead of becoming the text `<no value>`.
    template = compile(text, { ...options, name, missingKey: "required", escape: "none" });
  } catch (error) {
    if (error instanceof TemplateError) throw new StreamError(error.message, path, error);
    throw error;
  }
  const delims = options.delims ?? (["{{", "}}"] as const);
  const trees = parse(text, { name, delims: [delims[0] || "{{", delims[1] || "}}"], isFunction: () => true });
  const { paths } = readsOf(trees.get(name)!.root);
  return (payload, limit) => {
    try {
      return template.render(payload, limit);
    } catch (error) {
      if (error instanceof TemplateLimitError) throw error;
      if (error instanceof RenderAborted)
        throw new Error(`${path.join(".")}: the template called abort: ${error.reason}`);
      if (paths.some((names) => isMissing(payload, names))) return undefined;
      throw error;
    }
  };
}

function isMissing(payload: Json, names: readonly string[]): boolean {
  let value: Json | undefined = payload;
  for (const name of names) {
    if (value === undefined || value === null) return true;
    if (!isObject(value)) return false;
    value = ownField(value, name);
  }
  return value === undefined || value === null;
}

/**
 * Returns a reader of a path; empty text counts as missing. A dot before the first name is the payload, as in
 * templates.
 */
function readPath(path: string, place: readonly string[]): Read {
  const names = (path.startsWith(".") ? path.slice(1) : path).split(".");
  if (path !== "." && names.includes("")) {
    throw new StreamError(`"${path}" has an empty name between its dots`, place);
  }
  if (path === ".") return (payload) => payload;
  return (payload) => {
    let value: Json | undefined = payload;
    for (const name of names) {
      if (isObject(value)) value = ownField(value, name);
      else if (isArray(value) && /^\d{1,9}$/.test(name)) value = value[Number(name)];
      else return undefined;
    }
    return value === "" ? undefined : value;
  };
}

type As = Exclude<Mapped, string | { path: string }>["as"];

const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const booleans = new Map([
  ...["true", "yes", "on", "1"].map((text) => [text, true] as const),
  ...["false", "no", "off", "0"].map((text) => [text, false] as const),
]);

/** Convert text to a type; return undefined if it is not of that type. */
const conversions: Readonly<Record<As, (text: string) => Json | undefined>> = {
  text: (text) => text,
  number: (text) => {
    const trimmed = text.trim();
    const value = number.test(trimmed) ? Number(trimmed) : Number.NaN;
    return Number.isFinite(value) ? value : undefined;
  },
  boolean: (text) => booleans.get(text.trim().toLowerCase()),
  json: (text) => {
    try {
      return JSON.parse(text) as Json;
    } catch {
      return undefined;
    }
  },
};

function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60).toWellFormed()}…` : text;
}
