import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** A body that costs whoever reads it far more than whoever sends it. */
export interface HostileBody {
  readonly name: string;
  readonly body: Buffer;
  readonly type: string;
  readonly encoding?: "br" | "gzip";
}

const MiB = 2 ** 20;
const json = "application/json";

/** Repeats a text until `bytes` are nearly full. Texts here are ASCII. */
const filled = (bytes: number, text: string): string => text.repeat(Math.max(1, Math.floor(bytes / text.length)));

const members = (bytes: number, member: (i: number) => string): string => {
  let text = "{";
  for (let i = 0; text.length < bytes - 40; i++) text += `${i === 0 ? "" : ","}${member(i)}`;
  return `${text}}`;
};

/** JSON, NDJSON and forms of the worst shapes, `bytes` long. */
const shapes: Readonly<Record<string, { readonly type: string; text(bytes: number): string }>> = {
  "one number of many digits": { type: json, text: (bytes) => `{"n":${filled(bytes - 6, "1")}}` },
  "long numbers": { type: json, text: (bytes) => `[${filled(bytes - 20, "12345678901234567,")}1]` },
  "one long number among short ones": { type: json, text: (bytes) => `[1234567890123456${filled(bytes - 20, ",1")}]` },
  "empty objects": { type: json, text: (bytes) => `[${filled(bytes - 4, "{},")}{}]` },
  "empty lists": { type: json, text: (bytes) => `[${filled(bytes - 4, "[],")}[]]` },
  "many names": { type: json, text: (bytes) => members(bytes, (i) => `"k${i}":1`) },
  "many escaped names": { type: json, text: (bytes) => members(bytes, (i) => `"\\u0061${i}":1`) },
  "one name over and over": { type: json, text: (bytes) => members(bytes, () => '"a":1') },
  "escapes in a text": { type: json, text: (bytes) => `{"a":"${filled(bytes - 8, "\\u0061")}"}` },
  "backslashes in a text": { type: json, text: (bytes) => `{"a":"${filled(bytes - 8, "\\\\")}"}` },
  "quotes in a text": { type: json, text: (bytes) => `{"a":"${filled(bytes - 8, '\\"')}"}` },
  "a text that does not end": { type: json, text: (bytes) => `{"a":"${filled(bytes - 8, '\\"')}` },
  "one long text": { type: json, text: (bytes) => `{"a":"${filled(bytes - 8, "x")}"}` },
  nesting: { type: json, text: (bytes) => filled(bytes, "[") },
  "nested objects": { type: json, text: (bytes) => filled(bytes, '{"a":') },
  "white space": { type: json, text: (bytes) => `${filled(bytes - 2, " ")}{}` },
  "short lines": { type: "application/x-ndjson", text: (bytes) => filled(bytes, "{}\n") },
  "empty lines": { type: "application/x-ndjson", text: (bytes) => filled(bytes, "\n") },
  "one long line": {
    type: "application/x-ndjson",
    text: (bytes) => `${filled(30_000, "{}\n").slice(0, 29_997)}{"a":"${filled(bytes - 30_010, "x")}"}`,
  },
  "a form of one name": { type: "application/x-www-form-urlencoded", text: (bytes) => filled(bytes, "a=1&") },
  "a form of percents": { type: "application/x-www-form-urlencoded", text: (bytes) => `a=${filled(bytes - 2, "%61")}` },
};

/** Is the largest size that a body may have. */
export const largest = 10 * MiB - 16;

/**
 * Bodies small and large, as they are and compressed to almost nothing. Takes about a second to make at full size.
 * @param bytes how long large ones are; what is inflated is 20 times as long
 */
export function hostileBodies(bytes = largest): readonly HostileBody[] {
  const all: HostileBody[] = [];
  for (const [name, { type, text }] of Object.entries(shapes)) {
    const large = Buffer.from(text(bytes));
    all.push(
      { name, type, body: Buffer.from(text(1_000)) },
      { name: `${name}, large`, type, body: large },
      { name: `${name}, brotli`, type, body: brotli(large), encoding: "br" },
      { name: `${name}, gzip`, type, body: gzipSync(large, { level: 1 }), encoding: "gzip" },
    );
  }
  const zeros = Buffer.alloc(20 * bytes);
  const cut = gzipSync(zeros.subarray(0, MiB));
  return [
    ...all,
    { name: "zeros, brotli", type: json, body: brotli(zeros), encoding: "br" },
    { name: "zeros, gzip", type: json, body: gzipSync(zeros, { level: 1 }), encoding: "gzip" },
    { name: "gzip in gzip", type: json, body: gzipSync(gzipSync(zeros, { level: 1 })), encoding: "gzip" },
    { name: "gzip that is cut", type: json, body: cut.subarray(0, cut.length >> 1), encoding: "gzip" },
    { name: "what is no brotli", type: json, body: Buffer.from("{}"), encoding: "br" },
    { name: "what is no UTF-8", type: json, body: Buffer.alloc(100_000, 0xff) },
  ];
}

const brotli = (bytes: Buffer): Buffer =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
