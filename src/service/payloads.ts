import type { Json } from "../dispatch/index.ts";
import { isJson, textOf, unreadable } from "./body.ts";
import { parseJson } from "./json.ts";
import { Problem } from "./problem.ts";

/** At most so many in one request. */
export const mostPayloads = 10_000;

const accepted = "application/json, application/x-ndjson, application/x-www-form-urlencoded";

const lineTypes: ReadonlySet<string> = new Set([
  "application/x-ndjson",
  "application/ndjson",
  "application/jsonl",
  "application/x-jsonlines",
]);

/**
 * The payloads of a body that was posted to a stream: a JSON object, the objects of an array, one a line, or a form.
 * @throws Problem
 */
export function payloadsOf(decoded: Buffer, mediaType: string): readonly Json[] {
  const payloads = read(decoded, mediaType);
  if (payloads.length > mostPayloads) {
    throw new Problem("too-large", `a request has at most ${mostPayloads} payloads: send them in several requests`);
  }
  return payloads;
}

function read(decoded: Buffer, mediaType: string): readonly Json[] {
  if (isJson(mediaType)) {
    const value = parseJson(textOf(decoded));
    if (Array.isArray(value)) return value.map((one, i) => checked(one, `/body/${i}`));
    return [checked(value, "/body")];
  }
  if (lineTypes.has(mediaType)) {
    return textOf(decoded)
      .split("\n")
      .flatMap((line, i) => (line.trim() === "" ? [] : [checked(parseJson(line, `line ${i + 1}`), `/body/${i}`)]));
  }
  if (mediaType === "application/x-www-form-urlencoded") return [formOf(textOf(decoded))];
  throw unreadable(mediaType, accepted);
}

function checked(value: Json, path: string): Json {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return value;
  const message = "a payload is an object";
  throw new Problem("invalid", `${path} is none: ${message}, as in {"user": {"email": "ada@example.com"}}`, {
    errors: [{ path, message }],
  });
}

/** A name that is there several times is a list. */
function formOf(text: string): Json {
  // As curl -d sends it; a form would have written these as %7B and %5B.
  if (/^\s*[[{]/.test(text)) {
    throw new Problem(
      "unsupported-media-type",
      "the body is JSON and its content-type a form's: send application/json",
      {
        headers: { accept: accepted },
      },
    );
  }
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (name === "__proto__")
      throw new Problem("bad-request", "a field cannot be called __proto__: call it something else");
    const known = fields.get(name);
    if (known === undefined) fields.set(name, value);
    else if (Array.isArray(known)) known.push(value);
    else fields.set(name, [known, value]);
  }
  return Object.fromEntries(fields);
}
