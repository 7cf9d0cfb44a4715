import { sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { encode } from "../../../grammar/index.ts";
import { type Context, define, type FunctionSet } from "../../template/index.ts";

/** Computes checksums of the bytes of a text. */

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

function bytesOf(context: Context, text: string): Uint8Array {
  context.spend(text.length >> 2);
  return encode(text);
}

function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return b * 65_536 + a;
}

const checksum = (sum: (bytes: Uint8Array) => string) =>
  define({ params: ["string"], context: true }, (context, text) => sum(bytesOf(context, text)));

export const checksums = {
  /** `adler32sum TEXT`: the Adler-32 checksum of TEXT, in decimal. `{{ adler32sum "hello" }}` → `103547413` */
  adler32sum: checksum((bytes) => String(adler32(bytes))),
  /** `sha1sum TEXT`: the SHA-1 of TEXT, in hexadecimal. `{{ sha1sum "hello" }}` → `aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d` */
  sha1sum: checksum((bytes) => hex(sha1(bytes))),
  /** `sha256sum TEXT`: the SHA-256 of TEXT, in hexadecimal. `{{ sha256sum "hello" }}` → `2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824` */
  sha256sum: checksum((bytes) => hex(sha256(bytes))),
} satisfies FunctionSet;
