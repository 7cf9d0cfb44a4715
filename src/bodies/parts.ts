import { setImmediate as yieldToEventLoop } from "node:timers/promises";
import type { Json } from "../base/json.ts";

/**
 * Holds a value cut into parts that each take little time to read, so that one thread can hand a large value to another without
 * blocking it: the receiver reads each part in a turn of its event loop. A structured clone would be read in one turn, and takes
 * longer than JSON.
 */
export interface Parts {
  /** Bytes of all parts, one after the other; shared between threads, so that nothing is copied. */
  readonly bytes: SharedArrayBuffer;
  readonly list: readonly Part[];
}

interface Part {
  /** Names and indexes that lead to the part's value, outermost first. */
  readonly path: readonly (string | number)[];
  /** `value`, `items`, `members`: JSON of a whole value, of further elements, of further members. Else a text, in one or two bytes per character. */
  readonly encoding: "value" | "items" | "members" | "latin1" | "utf16le";
  /** Offset at which the part's bytes end. */
  readonly end: number;
}

/** Limits the weight of a part: the number of its values, where 32 characters count as one. */
const maxWeight = 4_000;
/** Limits the characters of a text within a part; longer texts are parts of their own, as bytes. */
const maxText = 65_536;

/** Cuts a value into parts. */
export function toParts(value: Json): Parts {
  const heavy = new Set<Json>();
  weigh(value, heavy);
  const found: { readonly path: Part["path"]; readonly encoding: Part["encoding"]; readonly bytes: Buffer }[] = [];

  /** Returns the JSON that stands in the place of a value; the content of a heavy value goes into parts of its own. */
  function write(value: Json, path: Part["path"]): string {
    if (typeof value === "string" && value.length > maxText) {
      found.push({ path, ...encoded(value) });
      return '""';
    }
    if (!heavy.has(value)) return JSON.stringify(value);
    const isList = Array.isArray(value);
    let pieces: string[] = [];
    let weight = 0;
    const flush = (): void => {
      const text = isList ? `[${pieces.join()}]` : `{${pieces.join()}}`;
      found.push({ path, encoding: isList ? "items" : "members", bytes: Buffer.from(text) });
      pieces = [];
      weight = 0;
    };
    const add = (step: string | number, inner: Json): void => {
      const text = write(inner, [...path, step]);
      pieces.push(isList ? text : `${JSON.stringify(step)}:${text}`);
      weight += heavy.has(inner) ? 1 : weigh(inner, undefined) + 1;
      if (typeof step === "string") weight += step.length / 32;
      if (weight > maxWeight) flush();
    };
    if (isList) value.forEach((inner, i) => void add(i, inner));
    else for (const [name, inner] of Object.entries(value as object)) add(name, inner);
    if (pieces.length > 0) flush();
    return isList ? "[]" : "{}";
  }

  const root = { path: [], encoding: "value", bytes: Buffer.from(write(value, [])) } as const;
  // Outer values come before inner ones; the sort is stable, so the parts of one value stay in order.
  const ordered = [root, ...found.sort((a, b) => a.path.length - b.path.length)];
  const bytes = new SharedArrayBuffer(ordered.reduce((sum, part) => sum + part.bytes.length, 0));
  const into = Buffer.from(bytes);
  let end = 0;
  const list = ordered.map(({ path, encoding, bytes }) => {
    end += bytes.copy(into, end);
    return { path, encoding, end };
  });
  return { bytes, list };
}

/** Limits how long parts are read before the event loop gets a turn, in ms. */
const maxTurn = 5;

/** Puts a value together from its parts, and yields to the event loop between them. */
export async function fromParts({ bytes, list }: Parts): Promise<Json> {
  const all = Buffer.from(bytes);
  // An object around the value, so that the outermost value is assigned like any other.
  const whole: { root: Json } = { root: null };
  let start = 0;
  let since = performance.now();
  for (const { path, encoding, end } of list) {
    const part = all.subarray(start, end);
    start = end;
    put(whole, path, encoding, part);
    if (performance.now() - since < maxTurn) continue;
    await yieldToEventLoop();
    since = performance.now();
  }
  return whole.root;
}

type Container = { [step: string | number]: Json };

function put(whole: { root: Json }, path: Part["path"], encoding: Part["encoding"], bytes: Buffer): void {
  const steps = ["root", ...path];
  const last = steps.pop()!;
  let container: Container = whole;
  for (const step of steps) container = container[step] as Container;
  if (encoding === "latin1" || encoding === "utf16le") {
    container[last] = bytes.toString(encoding);
    return;
  }
  const value: Json = JSON.parse(bytes.toString());
  if (encoding === "value") container[last] = value;
  else if (encoding === "members") Object.assign(container[last] as object, value);
  else for (const item of value as Json[]) (container[last] as Json[]).push(item);
}

function encoded(text: string): { readonly encoding: "latin1" | "utf16le"; readonly bytes: Buffer } {
  const short = Buffer.from(text, "latin1");
  return short.toString("latin1") === text
    ? { encoding: "latin1", bytes: short }
    : { encoding: "utf16le", bytes: Buffer.from(text, "utf16le") };
}

/** Returns the weight of a value. Adds values heavier than a part may be, and all that contain them, to `heavy`. */
function weigh(value: Json, heavy: Set<Json> | undefined): number {
  if (typeof value === "string") return value.length > maxText ? maxWeight + 1 : 1 + value.length / 32;
  if (value === null || typeof value !== "object") return 1;
  let weight = 1;
  if (Array.isArray(value)) for (let i = 0; i < value.length; i++) weight += weigh(value[i], heavy);
  else {
    const object = value as { readonly [name: string]: Json };
    for (const name in object) weight += 1 + name.length / 32 + weigh(object[name]!, heavy);
  }
  if (weight > maxWeight) heavy?.add(value);
  return weight;
}
