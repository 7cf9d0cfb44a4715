import { canBackquote, encode, joinBytes, quote, quoteAscii } from "../../../grammar/index.ts";
import type { Output } from "./output.ts";
import type { Spec } from "./spec.ts";

/** Prints a string under a spec. Returns whether it knows the verb; if not, it has written nothing. */
export function printString(out: Output, text: string, spec: Spec, verb: string): boolean {
  switch (verb) {
    case "v":
      if (spec.sharpV) writeQuoted(out, text, spec);
      else writeString(out, text, spec);
      return true;
    case "s":
      writeString(out, text, spec);
      return true;
    case "q":
      writeQuoted(out, text, spec);
      return true;
    case "x":
      writeHex(out, text, spec, "0x");
      return true;
    case "X":
      writeHex(out, text, spec, "0X");
      return true;
    default:
      return false;
  }
}

export function writeString(out: Output, text: string, spec: Spec): void {
  out.padded(truncated(text, spec), spec);
}

/** Cuts a text to the precision, which counts runes. */
function truncated(text: string, spec: Spec): string {
  if (spec.precision < 0) return text;
  const whole = joinBytes(text);
  if (whole.length <= spec.precision) return whole;
  let end = 0;
  for (let runes = 0; runes < spec.precision && end < whole.length; runes++) {
    end += whole.codePointAt(end)! > 0xffff ? 2 : 1;
  }
  return whole.slice(0, end);
}

function writeQuoted(out: Output, text: string, spec: Spec): void {
  const cut = truncated(text, spec);
  out.reserve(cut.length);
  if (spec.sharp && canBackquote(cut)) out.padded(`\`${cut}\``, spec);
  else {
    const text = quoted(out, cut, spec.plus ? quoteAscii : quote);
    out.payer?.spend((text.length - cut.length) >> 2); // an escape costs as much as some hundred characters that need none
    out.padded(text, spec);
  }
}

const pieceLength = 1 << 16;

/** Writes a quoted text piece by piece, because it may become six times as long. */
function quoted(out: Output, text: string, quoteOf: (text: string) => string): string {
  if (text.length <= pieceLength) return quoteOf(text);
  const whole = joinBytes(text);
  let body = "";
  for (let from = 0; from < whole.length; ) {
    let to = Math.min(whole.length, from + pieceLength);
    if (whole.codePointAt(to - 1)! > 0xffff) to++;
    body += quoteOf(whole.slice(from, to)).slice(1, -1);
    out.reserve(body.length + 2);
    from = to;
  }
  return `"${body}"`;
}

/** Writes each byte as two digits. A precision counts bytes, a space flag separates them. */
function writeHex(out: Output, text: string, spec: Spec, prefix: "0x" | "0X"): void {
  // Each unit is at least one byte, and one more unit keeps a pair whole, so the part that is cut off need not be encoded.
  const all = encode(spec.precision >= 0 ? text.slice(0, spec.precision + 1) : text);
  const bytes = spec.precision >= 0 ? all.subarray(0, spec.precision) : all;
  if (bytes.length === 0) {
    out.fill(spec.width, spec);
    return;
  }
  const lead = spec.sharp ? prefix : "";
  const between = spec.space ? ` ${lead}` : "";
  const length = lead.length + 2 * bytes.length + between.length * (bytes.length - 1);
  out.reserve(length);
  if (!spec.minus) out.fill(spec.width - length, spec);
  out.write(lead);
  const digits = prefix === "0x" ? lowerHex : upperHex;
  for (let i = 0; i < bytes.length; i++) out.write(i === 0 ? digits[bytes[i]!]! : between + digits[bytes[i]!]!);
  if (spec.minus) out.fill(spec.width - length, spec);
}

const lowerHex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const upperHex = lowerHex.map((hex) => hex.toUpperCase());
