import { setImmediate as othersTurn } from "node:timers/promises";
import type { Json } from "../base/json.ts";

/**
 * A value cut into parts that take little time each, so that a thread can hand a large one to another that must not be held
 * up: there each part is read in a turn of its own. A clone would be read in one, and takes longer than JSON.
 */
export interface Parts {
  /** All of them, one after the other; shared, so that nothing is copied. */
  readonly bytes: SharedArrayBuffer;
  readonly list: readonly Part[];
}

interface Part {
  /** Of what is made: names and indexes, from the outermost. */
  readonly at: readonly (string | number)[];
  /** JSON of the whole value, of more elements, or of more members; or a text, in one byte or in two for each character. */
  readonly how: "value" | "items" | "members" | "latin1" | "utf16le";
  /** Where its bytes end. */
  readonly end: number;
}

/** Limits the weight of a part: its values, where 32 characters count as one. */
const maxWeight = 4_000;
/** Longer texts are parts of their own, as their bytes. */
const maxText = 65_536;

export function toParts(value: Json): Parts {
  const heavy = new Set<Json>();
  weigh(value, heavy);
  const found: { readonly at: Part["at"]; readonly how: Part["how"]; readonly bytes: Buffer }[] = [];

  /** Writes what stands in the place of a value; of what is heavy the rest is found later. */
  function write(value: Json, at: Part["at"]): string {
    if (typeof value === "string" && value.length > maxText) {
      found.push({ at, ...encoded(value) });
      return '""';
    }
    if (!heavy.has(value)) return JSON.stringify(value);
    const isList = Array.isArray(value);
    let pieces: string[] = [];
    let weight = 0;
    const flush = (): void => {
      const text = isList ? `[${pieces.join()}]` : `{${pieces.join()}}`;
      found.push({ at, how: isList ? "items" : "members", bytes: Buffer.from(text) });
      pieces = [];
      weight = 0;
    };
    const add = (step: string | number, inner: Json): void => {
      const text = write(inner, [...at, step]);
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

  const root = { at: [], how: "value", bytes: Buffer.from(write(value, [])) } as const;
  // What stands further outside is there first; of one thing the parts stay in their order.
  const ordered = [root, ...found.sort((a, b) => a.at.length - b.at.length)];
  const bytes = new SharedArrayBuffer(ordered.reduce((sum, part) => sum + part.bytes.length, 0));
  const into = Buffer.from(bytes);
  let end = 0;
  const list = ordered.map(({ at, how, bytes }) => {
    end += bytes.copy(into, end);
    return { at, how, end };
  });
  return { bytes, list };
}

/** Limits how long parts are read before others get a turn, in ms. */
const maxTurn = 5;

/** Puts a value together, and lets others have their turns between its parts. */
export async function fromParts({ bytes, list }: Parts): Promise<Json> {
  const all = Buffer.from(bytes);
  // In an object, which is followed like what is in it.
  const whole: { root: Json } = { root: null };
  let start = 0;
  let since = performance.now();
  for (const { at, how, end } of list) {
    const part = all.subarray(start, end);
    start = end;
    put(whole, at, how, part);
    if (performance.now() - since < maxTurn) continue;
    await othersTurn();
    since = performance.now();
  }
  return whole.root;
}

type Container = { [step: string | number]: Json };

function put(whole: { root: Json }, at: Part["at"], how: Part["how"], bytes: Buffer): void {
  const steps = ["root", ...at];
  const last = steps.pop()!;
  let container: Container = whole;
  for (const step of steps) container = container[step] as Container;
  if (how === "latin1" || how === "utf16le") {
    container[last] = bytes.toString(how);
    return;
  }
  const value: Json = JSON.parse(bytes.toString());
  if (how === "value") container[last] = value;
  else if (how === "members") Object.assign(container[last] as object, value);
  else for (const item of value as Json[]) (container[last] as Json[]).push(item);
}

function encoded(text: string): { readonly how: "latin1" | "utf16le"; readonly bytes: Buffer } {
  const short = Buffer.from(text, "latin1");
  return short.toString("latin1") === text
    ? { how: "latin1", bytes: short }
    : { how: "utf16le", bytes: Buffer.from(text, "utf16le") };
}

/** Weighs a value; what is more than a part may have is noted, as all is in which that stands. */
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
