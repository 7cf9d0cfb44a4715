import { Buffer } from "node:buffer";
import { type Line, maxLineLength, readLines } from "../base/lines.ts";
import type { Numbers } from "../index.ts";
import { decode, type OpenFile } from "./file.ts";
import { InputError, type Place } from "./problem.ts";

/** One profile, or one on every line. */
export type Profiles = { readonly one: unknown } | { readonly many: AsyncIterable<readonly Line[]> };

/** Reads one profile, or NDJSON: recognized by the name of the file, or by a first line that is JSON by itself and not the last. */
export async function readProfiles({ file, stream }: OpenFile, numbers: Numbers): Promise<Profiles> {
  const batches = readLines(stream);
  if (/\.(ndjson|jsonl)$/i.test(file)) return { many: batches };
  const head: Line[] = [];
  let filled = 0;
  let candidate: boolean | undefined;
  for (let next = await batches.next(); !next.done; next = await batches.next()) {
    head.push(...next.value);
    for (const { bytes } of next.value) {
      if (isBlank(bytes)) continue;
      filled++;
      candidate ??= isJson(bytes);
    }
    if (candidate && filled > 1) return { many: chain(head, batches) };
  }
  const whole = head.map(({ bytes, number }) => bytes ?? tooLong({ file, line: number }));
  return { one: parseProfile(Buffer.concat(whole.flatMap((bytes) => [bytes, Buffer.from("\n")])), { file }, numbers) };
}

async function* chain(head: readonly Line[], rest: AsyncIterable<readonly Line[]>): AsyncGenerator<readonly Line[]> {
  yield head;
  yield* rest;
}

export const isBlank = (bytes: Buffer | undefined): boolean => bytes?.every((byte) => byte <= 0x20) ?? false;

function isJson(bytes: Buffer | undefined): boolean {
  try {
    JSON.parse(bytes?.toString("utf8").replace(/^\uFEFF/, "") ?? "");
    return true;
  } catch {
    return false;
  }
}

/** Reads one profile. @param place a file, or with `line` a line of NDJSON @throws {@link InputError} */
export function parseProfile(bytes: Buffer | undefined, place: Place, numbers: Numbers): unknown {
  const text = decode(bytes ?? tooLong(place), place);
  if (text.trim() === "") throw new InputError("no profile in this file; a profile is a JSON object", place);
  const profile = parseJson(text, place, numbers);
  if (Array.isArray(profile)) {
    throw new InputError(
      "a profile is a JSON object, this is an array; for several profiles write one per line (NDJSON)",
      place,
    );
  }
  if (profile === null || typeof profile !== "object") {
    const found = profile === null ? "null" : `a ${typeof profile === "bigint" ? "number" : typeof profile}`;
    throw new InputError(`a profile is a JSON object, this is ${found}`, place);
  }
  return profile;
}

function tooLong(place: Place): never {
  throw new InputError(`this line is longer than ${maxLineLength / 2 ** 20} MiB`, place);
}

function parseJson(text: string, place: Place, numbers: Numbers): unknown {
  try {
    // A reviver makes parsing several times slower, and only a long run of digits can need it.
    return numbers === "int" && /\d{16}/.test(text) ? JSON.parse(text, exactInteger as never) : JSON.parse(text);
  } catch (error) {
    if (error instanceof RangeError) throw new InputError("this JSON is nested too deeply", place);
    throw jsonProblem((error as Error).message, place);
  }
}

/** Keeps the digits of a large integer. `source` is how the number is written: new in ES2026, in V8 since 11.4. */
function exactInteger(_key: string, value: unknown, { source = "" }: { source?: string } = {}): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value) || !/^-?\d+$/.test(source)) return value;
  return BigInt(source);
}

/** Shortens V8's `Unexpected token, "…" is not valid JSON`. */
function quotedPart(message: string): string {
  const end = " is not valid JSON";
  const comma = message.endsWith(end) ? message.indexOf(", ") : -1;
  return comma < 0 ? message : `${message.slice(0, comma)} in ${message.slice(comma + 2, -end.length)}`;
}

/** Makes the error for text that is not JSON. V8 gives the place only in its message, and counts from the start of the line for NDJSON. */
function jsonProblem(message: string, place: Place): InputError {
  const [tail, line, column] = /(?: in JSON)? at position \d+ \(line (\d+) column (\d+)\)$/.exec(message) ?? [];
  const what = quotedPart(message.slice(0, message.length - (tail?.length ?? 0)));
  const several = place.line === undefined && what.startsWith("Unexpected non-whitespace character after JSON");
  return new InputError(`not JSON: ${what}${several ? "; for several profiles write one per line (NDJSON)" : ""}`, {
    ...place,
    line: place.line ?? (line ? Number(line) : undefined),
    column: column ? Number(column) : undefined,
  });
}
