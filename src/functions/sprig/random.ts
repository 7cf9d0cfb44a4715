import { type Context, define, type FunctionSet } from "../../template/index.ts";
import { encodeBase64 } from "./encoding.ts";
import { runesOf } from "./text.ts";
import { payForList } from "./value.ts";

/** Makes random values, all of them from the option `random`. */

const below = (context: Context, count: number): number => Math.floor(context.random() * count);

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const digits = "0123456789";
const ascii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join("");

const randomText = (alphabet: string) =>
  define({ params: ["int"], context: true, nonDeterministic: true }, (context, count) => {
    if (count <= 0) return "";
    payForList(context, Number(count));
    let text = "";
    for (let i = 0; i < count; i++) text += alphabet[below(context, alphabet.length)];
    return text;
  });

function randomBytes(context: Context, count: number): Uint8Array {
  payForList(context, count);
  return Uint8Array.from({ length: count }, () => below(context, 256));
}

function uuid(context: Context): string {
  const bytes = randomBytes(context, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

export const random = {
  /** `randAlpha COUNT`: COUNT random letters. `{{ randAlpha 5 }}` → `aaaaa` */
  randAlpha: randomText(letters),
  /** `randAlphaNum COUNT`: COUNT random letters and digits. `{{ randAlphaNum 5 }}` → `fffff` */
  randAlphaNum: randomText(letters + digits),
  /** `randAscii COUNT`: COUNT random printable ASCII characters. `{{ randAscii 5 }}` → `OOOOO` */
  randAscii: randomText(ascii),
  /** `randBytes COUNT`: COUNT random bytes, in base 64. `{{ randBytes 3 }}` → `gICA` */
  randBytes: define({ params: ["int"], context: true, nonDeterministic: true }, (context, count) => {
    if (count < 0) throw new Error("runtime error: makeslice: len out of range");
    return encodeBase64(context, randomBytes(context, Number(count)));
  }),
  /** `randInt LEAST END`: a random int from LEAST up to but not including END. `{{ randInt 10 20 }}` → `15` */
  randInt: define(
    { params: ["int", "int"], returns: "int", context: true, nonDeterministic: true },
    (context, start, end) => {
      const size = BigInt.asIntN(64, BigInt(end) - BigInt(start));
      if (size <= 0n) throw new Error("invalid argument to Intn");
      return BigInt(start) + BigInt(Math.floor(context.random() * Number(size)));
    },
  ),
  /** `randNumeric COUNT`: COUNT random digits. `{{ randNumeric 5 }}` → `55555` */
  randNumeric: randomText(digits),
  /** `shuffle TEXT`: the characters of TEXT in random order. `{{ shuffle "abcd" }}` → `adbc` */
  shuffle: define({ params: ["string"], context: true, nonDeterministic: true }, (context, text) => {
    const runes = runesOf(text);
    payForList(context, runes.length);
    for (let i = runes.length - 1; i > 0; i--) {
      const other = below(context, i + 1);
      [runes[i], runes[other]] = [runes[other]!, runes[i]!];
    }
    return runes.join("");
  }),
  /** `uuidv4`: a random identifier. `{{ uuidv4 }}` → `80808080-8080-4080-8080-808080808080` */
  uuidv4: define({ params: [], context: true, nonDeterministic: true }, uuid),
} satisfies FunctionSet;
