/**
 * Bridges Go strings, which are bytes, and JavaScript strings, which are UTF-16. The convention, here and in `src/template`:
 * text is itself; a byte that is not part of valid UTF-8 (`"\xff"`, half a rune cut by `slice`) is the lone surrogate U+DC00 +
 * byte (U+DC80…U+DCFF); any other lone surrogate counts as U+FFFD, as Go's JSON decoder reads it.
 */

const rawByte = 0xdc00;

const isRawByte = (unit: number): boolean => unit >= 0xdc80 && unit <= 0xdcff;
const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** Returns the number of UTF-8 bytes of the code point (or raw byte) that starts at `index`. */
function widthAt(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  if (unit < 0x80) return 1;
  if (unit < 0x800) return 2;
  if (isHigh(unit) && isLow(text.charCodeAt(index + 1))) return 4;
  return isRawByte(unit) ? 1 : 3;
}

/** Returns the length in bytes, as Go's `len`. `from` and `to` are UTF-16 offsets. */
export function byteLength(text: string, from = 0, to: number = text.length): number {
  let bytes = 0;
  for (let i = from; i < to; i++) {
    const width = text.charCodeAt(i) < 0x80 ? 1 : widthAt(text, i);
    bytes += width;
    if (width === 4) i++;
  }
  return bytes;
}

/** Counts runes, as Go's `utf8.RuneCountInString`: a raw byte counts as one. */
export function runeCount(text: string): number {
  let runes = text.length;
  for (let i = 0; i + 1 < text.length; i++) {
    if (isHigh(text.charCodeAt(i)) && isLow(text.charCodeAt(i + 1))) {
      runes--;
      i++;
    }
  }
  return runes;
}

export function encode(text: string): Uint8Array {
  const bytes = new Uint8Array(byteLength(text));
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      bytes[at++] = unit;
      continue;
    }
    const width = widthAt(text, i);
    if (width === 1) {
      bytes[at++] = unit - rawByte;
      continue;
    }
    const code = width === 4 ? text.codePointAt(i)! : unit >= 0xd800 && unit <= 0xdfff ? 0xfffd : unit;
    if (width === 4) i++;
    bytes[at++] = width === 2 ? 0xc0 | (code >> 6) : width === 3 ? 0xe0 | (code >> 12) : 0xf0 | (code >> 18);
    if (width === 4) bytes[at++] = 0x80 | ((code >> 12) & 0x3f);
    if (width >= 3) bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
    bytes[at++] = 0x80 | (code & 0x3f);
  }
  return bytes;
}

/**
 * Decodes bytes to text. A byte that is not part of valid UTF-8 (Unicode table 3-7) becomes its lone surrogate; with `replace`
 * it becomes U+FFFD, one for each byte as in Go's decoders.
 */
export function decode(bytes: Uint8Array, replace = false): string {
  const pieces: string[] = [];
  let text = "";
  let i = 0;
  while (i < bytes.length) {
    if (text.length >= 8192) {
      pieces.push(text);
      text = "";
    }
    const b = bytes[i]!;
    const width = b < 0x80 ? 1 : b >= 0xc2 && b < 0xe0 ? 2 : b >= 0xe0 && b < 0xf0 ? 3 : b >= 0xf0 && b < 0xf5 ? 4 : 0;
    let code = width === 1 ? b : b & (0x7f >> width);
    let ok = width > 0 && i + width <= bytes.length;
    for (let k = 1; ok && k < width; k++) {
      const next = bytes[i + k]!;
      ok = (next & 0xc0) === 0x80;
      code = (code << 6) | (next & 0x3f);
    }
    ok &&= !(
      (width === 3 && (code < 0x800 || (code >= 0xd800 && code < 0xe000))) ||
      (width === 4 && (code < 0x10000 || code > 0x10ffff))
    );
    text += ok ? String.fromCodePoint(code) : replace ? "\ufffd" : String.fromCharCode(rawByte + b);
    i += ok ? width : 1;
  }
  return pieces.length === 0 ? text : pieces.join("") + text;
}

/** Returns the byte at a byte index; the caller checks the range. */
export function byteAt(text: string, index: number): number {
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const width = widthAt(text, i);
    if (index < at + width)
      return width === 1 && at === index ? text.charCodeAt(i) & 0xff : sliceOfOne(text, i)[index - at]!;
    at += width;
    if (width === 4) i++;
  }
  return 0;
}

const sliceOfOne = (text: string, i: number): Uint8Array => encode(text.slice(i, i + 2));

/** Returns `text[from:to]` by bytes; the caller checks the range. A rune that is cut leaves raw bytes. */
export function byteSlice(text: string, from: number, to: number): string {
  if (text.length === byteLength(text)) return text.slice(from, to); // only ASCII and raw bytes
  return decode(encode(text).subarray(from, to));
}

/** Compares as Go does, by bytes: negative, zero or positive. UTF-16 order differs above U+FFFF and for raw bytes. */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    let x = a.charCodeAt(i);
    let y = b.charCodeAt(i);
    if (x === y) continue;
    if (x < 0xd800 && y < 0xd800) return x - y;
    if (isRawByte(x) || isRawByte(y) || isLow(x) || isLow(y)) return compareEncoded(a, b);
    // Surrogate pairs are above every unit that is not a surrogate.
    if (isHigh(x)) x += 0x10000;
    if (isHigh(y)) y += 0x10000;
    return x - y;
  }
  return a.length - b.length;
}

function compareEncoded(a: string, b: string): number {
  const x = encode(a);
  const y = encode(b);
  const length = Math.min(x.length, y.length);
  for (let i = 0; i < length; i++) if (x[i] !== y[i]) return x[i]! - y[i]!;
  return x.length - y.length;
}

/** Replaces adjacent raw bytes that form a rune by that rune. */
export function joinBytes(text: string): string {
  return text.isWellFormed() ? text : decode(encode(text));
}

/**
 * Returns the text that a reader of the bytes sees: adjacent raw bytes form their rune, all other raw bytes are U+FFFD.
 * Well-formed text is returned as it is.
 */
export function toText(text: string): string {
  return text.isWellFormed() ? text : decode(encode(text), true);
}
