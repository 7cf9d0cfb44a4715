import type { Json } from "../dispatch/index.ts";
import { Problem } from "./problem.ts";

/** Arrays and objects within each other. */
const mostDepth = 64;

/**
 * What JSON says, if everybody reads the same in it: names are there once, none of them is `__proto__`, numbers are finite,
 * texts have no half characters.
 * @param what as messages call it: `the body`, `line 3`
 * @throws Problem
 */
export function parseJson(text: string, what = "the body"): Json {
  const repeated = scan(text, what);
  let value: Json;
  try {
    // A reviver makes parsing several times slower, and only a long run of digits can need it.
    value = /\d{16}/.test(text) ? JSON.parse(text, exactInteger as never) : JSON.parse(text);
  } catch (error) {
    throw new Problem("bad-request", `${what} is not JSON: ${withoutText((error as Error).message)}`);
  }
  if (repeated !== undefined) {
    throw new Problem("bad-request", `${what} has the name ${shown(repeated)} twice in one object: send it once`);
  }
  const fault = faultOf(value);
  if (fault !== undefined) {
    const place = pointer(fault.path.reverse());
    throw new Problem("bad-request", `${what}: ${place.slice(0, 200) || "it"} ${fault.message}: ${fault.advice}`, {
      errors: [{ path: `/body${place}`, message: fault.message }],
    });
  }
  return value;
}

/** Whole numbers beyond 2^53 are taken as text: as a number they would lose digits. `source`: how it is written (ES2026). */
function exactInteger(_name: string, value: unknown, { source = "" }: { readonly source?: string } = {}): unknown {
  const isExact = typeof value !== "number" || Number.isSafeInteger(value) || !/^-?\d+$/.test(source);
  return isExact ? value : source;
}

/** As RFC 6901 writes it. */
export const pointer = (path: readonly PropertyKey[]): string =>
  path.map((step) => `/${String(step).toWellFormed().replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/** Node quotes what it could not read; that may be anybody's data. */
const withoutText = (message: string): string => message.replace(/, (?:\.\.\.)?".*$/s, "");

const shown = (name: string): string => JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);

/**
 * Looks at brackets and names alone, before anything is made of them.
 * @returns a name that is twice in one object
 */
function scan(text: string, what: string): string | undefined {
  /** Of each object that is open its names; of an array nothing. */
  const open: (Set<string> | undefined)[] = [];
  let repeated: string | undefined;
  let last: string | undefined;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: {
        const end = endOfString(text, i);
        if (open.length > 0 && open[open.length - 1] !== undefined) last = text.slice(i + 1, end);
        i = end;
        break;
      }
      case 0x3a: {
        const names = open[open.length - 1];
        if (names === undefined || last === undefined) break;
        const name = last.includes("\\") ? unescaped(last) : last;
        if (names.has(name)) repeated ??= name;
        names.add(name);
        break;
      }
      case 0x5b:
      case 0x7b:
        if (open.length >= mostDepth) {
          throw new Problem("bad-request", `${what} is nested more than ${mostDepth} deep: send it flatter`);
        }
        open.push(text.charCodeAt(i) === 0x7b ? new Set() : undefined);
        break;
      case 0x5d:
      case 0x7d:
        open.pop();
        break;
      default:
    }
  }
  return repeated;
}

/** Of the quote that ends what begins at `start`, or of the text. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

function unescaped(name: string): string {
  try {
    return JSON.parse(`"${name}"`);
  } catch {
    return name;
  }
}

interface Fault {
  readonly message: string;
  readonly advice: string;
  /** Names and indexes, the innermost first. */
  readonly path: (string | number)[];
}

function faultOf(value: Json): Fault | undefined {
  if (typeof value === "string") {
    return value.isWellFormed() ? undefined : fault("is a text with half a character (a lone surrogate)");
  }
  if (typeof value === "number") {
    return Number.isFinite(value) ? undefined : fault("is a number beyond 1.8e308", "send it as a text");
  }
  if (value === null || typeof value !== "object") return undefined;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const found = faultOf(value[i]);
      if (found !== undefined) return within(found, i);
    }
    return undefined;
  }
  for (const [name, inner] of Object.entries(value)) {
    if (!name.isWellFormed()) return fault("has a name with half a character");
    const found = name === "__proto__" ? fault("is a name that is refused", "call it something else") : faultOf(inner);
    if (found !== undefined) return within(found, name);
  }
  return undefined;
}

const fault = (message: string, advice = "send it as UTF-8"): Fault => ({ message, advice, path: [] });

function within(fault: Fault, step: string | number): Fault {
  fault.path.push(step);
  return fault;
}
