import { encode, trimTrailingZeros } from "../../grammar/index.ts";

/** Formats and parses Go's `time.Duration`, in nanoseconds. */

const nanosecond = 1n;
export const microsecond = 1000n;
export const millisecond = 1_000_000n;
export const second = 1_000_000_000n;
export const minute = 60n * second;
export const hour = 60n * minute;

const maxMagnitude = 2n ** 63n;

/** `Duration.String`: `1h0m0.5s`, `1.5µs`, `0s`. */
export function formatDuration(nanos: bigint): string {
  if (nanos === 0n) return "0s";
  const sign = nanos < 0n ? "-" : "";
  const size = nanos < 0n ? -nanos : nanos;
  if (size < microsecond) return `${sign}${size}ns`;
  if (size < millisecond) return `${sign}${decimal(size, 3)}µs`;
  if (size < second) return `${sign}${decimal(size, 6)}ms`;
  const hours = size / hour;
  const minutes = (size / minute) % 60n;
  const seconds = `${decimal(size % minute, 9)}s`;
  if (hours > 0n) return `${sign}${hours}h${minutes}m${seconds}`;
  return minutes > 0n ? `${sign}${minutes}m${seconds}` : `${sign}${seconds}`;
}

/** `value / 10^digits`, without zeros at the end. */
function decimal(value: bigint, digits: number): string {
  const text = String(value).padStart(digits + 1, "0");
  const fraction = trimTrailingZeros(text.slice(-digits));
  return text.slice(0, -digits) + (fraction === "" ? "" : `.${fraction}`);
}

const units: Readonly<Record<string, bigint>> = {
  ns: nanosecond,
  us: microsecond,
  µs: microsecond,
  μs: microsecond,
  ms: millisecond,
  s: second,
  m: minute,
  h: hour,
};

/**
 * Parses as `time.ParseDuration`: `[-+]?([0-9]*(\.[0-9]*)?[a-z]+)+`, or 0.
 * @throws Error with Go's words
 */
export function parseDuration(text: string): bigint {
  const invalid = (what = "invalid duration"): Error => new Error(`time: ${what} ${quoteTime(text)}`);
  const negative = text.startsWith("-");
  let rest = /^[-+]/.test(text) ? text.slice(1) : text;
  if (rest === "0") return 0n;
  if (rest === "") throw invalid();
  let sum = 0n;
  while (rest !== "") {
    const [all, whole = "", point = "", unit = ""] = /^([0-9]*)(\.[0-9]*)?([^0-9.]*)/.exec(rest)!;
    const fraction = point.slice(1);
    if (whole === "" && fraction === "") throw invalid();
    const significant = whole.replace(/^0+/, "");
    if (significant.length > 19) throw invalid();
    const count = BigInt(significant);
    if (count > maxMagnitude) throw invalid();
    if (unit === "") throw invalid("missing unit in duration");
    const size = Object.hasOwn(units, unit) ? units[unit]! : undefined;
    if (size === undefined) throw invalid(`unknown unit ${quoteTime(unit)} in duration`);
    if (count > maxMagnitude / size) throw invalid();
    sum += count * size + partOf(fraction, size);
    if (sum > maxMagnitude) throw invalid();
    rest = rest.slice(all.length);
  }
  if (negative) return -sum;
  if (sum === maxMagnitude) throw invalid();
  return sum;
}

/** Reads the digits after the point as Go does: as many as fit, the rest by floats. */
function partOf(fraction: string, unit: bigint): bigint {
  let digits = 0n;
  let scale = 1;
  for (const digit of fraction) {
    if (digits > (maxMagnitude - 1n) / 10n) break;
    const next = digits * 10n + BigInt(digit);
    if (next > maxMagnitude) break;
    digits = next;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(digits) * (Number(unit) / scale)));
}

/** Quotes as Go's package time: characters that are not printable ASCII byte by byte. */
export function quoteTime(text: string): string {
  let quoted = "";
  for (const byte of encode(text)) {
    const char = String.fromCharCode(byte);
    if (byte >= 0x80 || byte < 0x20) quoted += `\\x${byte.toString(16).padStart(2, "0")}`;
    else quoted += char === '"' || char === "\\" ? `\\${char}` : char;
  }
  return `"${quoted}"`;
}
