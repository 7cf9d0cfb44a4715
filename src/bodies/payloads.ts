import type { Json } from "../base/json.ts";
import { BodyError } from "./error.ts";
import { readJson } from "./json.ts";
import type { JsonLimits } from "./scan.ts";
import { decodeUtf8, isJsonType, unsupportedMediaType } from "./text.ts";

interface Payloads {
  readonly value: readonly Json[];
  readonly values: number;
}

/** Limits the payloads of one request. */
export const maxPayloads = 10_000;
/** Limits the lines of a body, including empty ones. */
const maxLines = 100_000;
/** Limits the fields of a form. */
const maxFields = 10_000;

const accepted = "application/json, application/x-ndjson, application/x-www-form-urlencoded";

const lineTypes: ReadonlySet<string> = new Set([
  "application/x-ndjson",
  "application/ndjson",
  "application/jsonl",
  "application/x-jsonlines",
]);

export interface PayloadLimits extends JsonLimits {
  /** Limits the bytes of JSON in one payload. */
  readonly maxPayloadBytes: number;
}

/**
 * Reads a body that was posted to a stream: a JSON object, an array of objects, NDJSON, or a form.
 * @param limits for all payloads together
 * @throws BodyError
 */
export function readPayloads(bytes: Uint8Array, mediaType: string, limits: PayloadLimits): Payloads {
  const read = readAll(bytes, mediaType, limits);
  // A body within the limit is taken as it is: written again, only its numbers may be longer (1e20 becomes 100000000000000000000).
  if (bytes.length > limits.maxPayloadBytes) checkLengths(read.value, limits.maxPayloadBytes);
  return read;
}

function checkLengths(payloads: readonly Json[], maxBytes: number): void {
  for (const [i, payload] of payloads.entries()) {
    const length = Buffer.byteLength(JSON.stringify(payload));
    if (length <= maxBytes) continue;
    const message = `a payload has at most ${maxBytes} bytes, and this one has ${length}`;
    throw new BodyError("too-large", `payload ${i + 1}: ${message}: send only what is needed of it`, {
      errors: [{ path: `/body/${i}`, message }],
    });
  }
}

function readAll(bytes: Uint8Array, mediaType: string, limits: JsonLimits): Payloads {
  if (isJsonType(mediaType)) {
    const { value, values } = readJson(decodeUtf8(bytes), "the body", {
      ...limits,
      maxItems: maxPayloads,
      items: "payloads",
    });
    if (!Array.isArray(value)) return { value: [checkObject(value, "/body")], values };
    return { value: value.map((one, i) => checkObject(one, `/body/${i}`)), values };
  }
  if (lineTypes.has(mediaType)) return readLines(decodeUtf8(bytes), limits);
  if (mediaType === "application/x-www-form-urlencoded") return readForm(decodeUtf8(bytes));
  throw unsupportedMediaType(mediaType, accepted);
}

function readLines(text: string, { maxNames, maxValues = Infinity }: JsonLimits): Payloads {
  const payloads: Json[] = [];
  let values = 0;
  let number = 1;
  for (let start = 0; start <= text.length; number++) {
    if (number > maxLines) throw tooMany(`${maxLines} lines`);
    const found = text.indexOf("\n", start);
    const end = found < 0 ? text.length : found;
    const line = text.slice(start, end);
    start = end + 1;
    if (line.trim() === "") continue;
    if (payloads.length >= maxPayloads) throw tooMany(`${maxPayloads} payloads`);
    const read = readJson(line, `line ${number}`, { maxNames, maxValues: maxValues - values });
    values += read.values;
    payloads.push(checkObject(read.value, `/body/${number - 1}`));
  }
  return { value: payloads, values };
}

const tooMany = (max: string): BodyError =>
  new BodyError("too-large", `the body has more than ${max}: send several requests`);

function checkObject(value: Json, path: string): Json {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return value;
  const message = "a payload must be an object";
  throw new BodyError("invalid", `${path}: ${message}, such as {"user": {"email": "ada@example.com"}}`, {
    errors: [{ path, message }],
  });
}

/** Reads a form; a name that occurs several times becomes a list. */
function readForm(text: string): Payloads {
  // curl -d sends JSON with this content type; a form would have encoded these characters as %7B and %5B.
  if (/^\s*[[{]/.test(text)) {
    throw new BodyError(
      "unsupported-media-type",
      "the body is JSON, but its content-type is that of a form: send it as application/json",
      { headers: { accept: accepted } },
    );
  }
  let count = 1;
  for (let at = text.indexOf("&"); at >= 0; at = text.indexOf("&", at + 1)) {
    if (++count > maxFields) throw new BodyError("too-large", `a form has at most ${maxFields} fields: send fewer`);
  }
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (name === "__proto__") {
      throw new BodyError("bad-request", "__proto__ is not allowed as the name of a field: rename it");
    }
    const known = fields.get(name);
    if (known === undefined) fields.set(name, value);
    else if (Array.isArray(known)) known.push(value);
    else fields.set(name, [known, value]);
  }
  return { value: [Object.fromEntries(fields)], values: count };
}
