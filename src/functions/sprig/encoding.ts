import { decode, encode } from "../../../grammar/index.ts";
import { type Context, define, type FunctionSet } from "../../template/index.ts";

/** Encodes and decodes base 64 and base 32 as Go's packages: line ends are skipped, and an error is returned as text. */

interface Base {
  readonly name: string;
  readonly alphabet: string;
  readonly bits: 5 | 6;
  /** Characters of a whole group. */
  readonly group: 4 | 8;
}

const base64: Base = { name: "base64", alphabet: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", bits: 6, group: 4 }; // biome-ignore format: one line
const base32: Base = { name: "base32", alphabet: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", bits: 5, group: 8 };

function encoded(context: Context, bytes: Uint8Array, { alphabet, bits, group }: Base): string {
  context.grow(Math.ceil((bytes.length * 8) / bits) + group);
  context.spend(bytes.length >> 3);
  let text = "";
  let left = 0;
  let count = 0;
  for (const byte of bytes) {
    left = ((left << 8) | byte) & 0xffff;
    count += 8;
    while (count >= bits) {
      count -= bits;
      text += alphabet[(left >> count) & ((1 << bits) - 1)];
    }
  }
  if (count > 0) text += alphabet[(left << (bits - count)) & ((1 << bits) - 1)];
  return text.padEnd(Math.ceil(text.length / group) * group, "=");
}

export const encodeBase64 = (context: Context, bytes: Uint8Array): string => encoded(context, bytes, base64);

/** Characters, padding aside, that a last group may have. */
const wholeEnds: Readonly<Record<number, readonly number[]>> = { 4: [2, 3], 8: [2, 4, 5, 7] };

/** Returns the bytes, or Go's error message. */
function decoded(context: Context, text: string, base: Base): Uint8Array | string {
  context.grow(text.length);
  context.spend(text.length >> 2);
  const bytesGiven = encode(text);
  // Go takes line ends out of base 32 before it counts; in base 64 they count.
  const source = base === base32 ? bytesGiven.filter((byte) => byte !== 10 && byte !== 13) : bytesGiven;
  const { alphabet, bits, group, name } = base;
  const corrupt = (at: number): string => `illegal ${name} data at input byte ${at}`;
  const bytes: number[] = [];
  const isLineEnd = (at: number): boolean => source[at] === 10 || source[at] === 13;
  let at = 0;
  /** Skips line ends. */
  const skip = (): void => {
    while (at < source.length && isLineEnd(at)) at++;
  };
  for (;;) {
    const values: number[] = [];
    let padded = false;
    while (values.length < group) {
      skip();
      if (at === source.length) {
        if (values.length === 0) return Uint8Array.from(bytes);
        return corrupt(base === base32 ? source.length - values.length : at - values.length);
      }
      const char = String.fromCharCode(source[at]!);
      const value = alphabet.indexOf(char);
      if (value >= 0) {
        values.push(value);
        at++;
        continue;
      }
      if (char !== "=") return corrupt(at);
      if (base === base32) {
        const wrong = base32Padding(source, at, values.length);
        if (wrong !== undefined) return corrupt(wrong);
      } else {
        if (values.length < 2) return corrupt(at);
        at++;
        if (values.length === 2) {
          skip();
          if (at === source.length) return corrupt(source.length);
          if (source[at] !== 0x3d) return corrupt(at);
          at++;
        }
        skip();
        if (at < source.length) return corrupt(at);
      }
      padded = true;
      break;
    }
    if (padded && !wholeEnds[group]!.includes(values.length)) return corrupt(at);
    let left = 0;
    let count = 0;
    for (const value of values) {
      left = ((left << bits) | value) & 0xffff;
      count += bits;
      if (count >= 8) {
        count -= 8;
        bytes.push((left >> count) & 0xff);
      }
    }
    if (padded) return Uint8Array.from(bytes);
  }
}

/** Returns the offset at which padding is wrong; it begins at `at`, after `before` characters of a group. */
function base32Padding(source: Uint8Array, at: number, before: number): number | undefined {
  const rest = source.subarray(at);
  if (before < 2) return at;
  if (rest.length + before < 8) return source.length;
  for (let i = 0; i < 8 - before; i++) if (rest[i] !== 0x3d) return at + i - 1;
  if (![2, 4, 5, 7].includes(before)) return at;
  return undefined;
}

const decoder = (base: Base) =>
  define({ params: ["string"], context: true }, (context, text) => {
    const bytes = decoded(context, text, base);
    return typeof bytes === "string" ? bytes : decode(bytes);
  });

export const encoding = {
  /** `b32dec TEXT`: the text that TEXT encodes in base 32, or the error message. `{{ b32dec "NBSWY3DP" }}` → `hello` */
  b32dec: decoder(base32),
  /** `b32enc TEXT`: TEXT in base 32. `{{ b32enc "hello" }}` → `NBSWY3DP` */
  b32enc: define({ params: ["string"], context: true }, (context, text) => encoded(context, encode(text), base32)),
  /** `b64dec TEXT`: the text that TEXT encodes in base 64, or the error message. `{{ b64dec "aGVsbG8=" }}` → `hello` */
  b64dec: decoder(base64),
  /** `b64enc TEXT`: TEXT in base 64. `{{ b64enc "hello" }}` → `aGVsbG8=` */
  b64enc: define({ params: ["string"], context: true }, (context, text) => encodeBase64(context, encode(text))),
} satisfies FunctionSet;
