import { joinBytes, trimTrailingZeros } from "../../../grammar/index.ts";
import {
  elementsOf,
  escapePieces,
  floatOf,
  goTypeOf,
  intOf,
  kindOf,
  LimitReached,
  type Run,
  sortedEntries,
  Time,
  textOf,
  typeName,
} from "../../template/index.ts";

/** Writes JSON as Go's `json.Marshal`, for the values that templates can see. */

/** Reports a value that JSON cannot express, in Go's words. */
export class Unmarshalable extends Error {}

/**
 * Writes a value as JSON. @throws Unmarshalable for functions, iterators, complex numbers, NaN and infinities anywhere in the
 * value
 */
export function marshal(value: unknown, run: Run, level = 0): string {
  const { numbers } = run.settings;
  switch (kindOf(value, numbers)) {
    case "invalid":
      return "null";
    case "bool":
      return String(value);
    case "int":
    case "uint":
      return intOf(value).toString();
    case "float":
      return marshalFloat(floatOf(value));
    case "string":
      return marshalString(textOf(value), run);
    case "time":
      return marshalTime(Time.of(value as Date | Time));
    case "list":
      return inside(run, level, elementsOf(value).length, () => marshalList(elementsOf(value), run, level + 1));
    case "map": {
      const entries = sortedEntries(value as object, run);
      return inside(run, level, 0, () => marshalMap(entries, run, level + 1));
    }
    case "struct": {
      // The structs that there are write their text.
      const text = goTypeOf(value)?.text?.(value);
      if (text !== undefined) return marshalString(text, run);
      throw new Unmarshalable(`json: unsupported type: ${typeName(value, numbers)}`);
    }
    default:
      throw new Unmarshalable(`json: unsupported type: ${typeName(value, numbers)}`);
  }
}

function inside(run: Run, level: number, size: number, write: () => string): string {
  if (level > run.settings.limits.depth) throw new LimitReached("depth");
  run.spend(size);
  return write();
}

function marshalList(elements: ArrayLike<unknown>, run: Run, level: number): string {
  let json = "";
  for (let i = 0; i < elements.length; i++) {
    json = within(run, `${json}${i === 0 ? "" : ","}${marshal(elements[i], run, level)}`);
  }
  return `[${json}]`;
}

function marshalMap(entries: readonly (readonly [string, unknown])[], run: Run, level: number): string {
  let json = "";
  for (const [key, value] of entries) {
    const separator = json === "" ? "" : ",";
    json = within(run, `${json}${separator}${marshalString(key, run)}:${marshal(value, run, level)}`);
  }
  return `{${json}}`;
}

function within(run: Run, json: string): string {
  if (json.length > run.settings.limits.output) throw new LimitReached("output");
  return json;
}

function marshalFloat(value: number): string {
  if (!Number.isFinite(value)) {
    const name = Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
    throw new Unmarshalable(`json: unsupported value: ${name}`);
  }
  return Object.is(value, -0) ? "-0" : String(value); // JavaScript prints numbers as JSON does
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes control characters
const special = /[\0-\x1f"\\<>&\u2028\u2029\ud800-\udfff]/u;
const every = new RegExp(special, "gu");
const short: Readonly<Record<string, string>> = {
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  '"': '\\"',
  "\\": "\\\\",
};

function marshalString(text: string, run: Run): string {
  if (text.length > 16) run.spend(text.length >> 4);
  if (!special.test(text)) return `"${text}"`;
  const escapePiece = (piece: string): string =>
    joinBytes(piece).replace(every, (char) => {
      const code = char.charCodeAt(0);
      if (code >= 0xd800 && code <= 0xdfff) return "\ufffd";
      return short[char] ?? `\\u${code.toString(16).padStart(4, "0")}`;
    });
  return `"${escapePieces(text, escapePiece, run.settings.limits.output)}"`;
}

/** Writes RFC 3339 in the time's own zone, with as many digits after the seconds as needed. */
function marshalTime({ seconds, nanos, zone }: Time): string {
  const { offset } = zone.at(seconds);
  const local = new Date((seconds + offset) * 1000);
  const year = local.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) {
    const reason = "Time.MarshalJSON: year outside of range [0,9999]";
    throw new Unmarshalable(`json: error calling MarshalJSON for type time.Time: ${reason}`);
  }
  const fraction = nanos === 0 ? "" : `.${trimTrailingZeros(String(nanos).padStart(9, "0"))}`;
  const minutes = Math.floor(Math.abs(offset) / 60);
  const two = (n: number): string => String(n).padStart(2, "0");
  const sign = offset < 0 ? "-" : "+";
  const written = offset === 0 ? "Z" : `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return `"${local.toISOString().slice(0, 19)}${fraction}${written}"`;
}
