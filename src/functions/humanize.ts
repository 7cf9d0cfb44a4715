import { parseNumber, quote } from "../../grammar/index.ts";
import { Float64, formatFloat, goTypeOf, kindOf, type Numbers, SizedInt, typeName } from "../template/index.ts";

/** Formats numbers as Prometheus, Alertmanager and Grafana do for people. Go: `common/helpers/templates`. */

/** Reads a number, text that is one, or a `time.Duration` in seconds. @throws Error with Go's words */
export function toFloat(value: unknown, numbers: Numbers): number {
  if (typeof value === "number") return value;
  if (typeof value === "string") return parseFloat64(value);
  if (value instanceof Float64) return value.value;
  if (goTypeOf(value)?.name === "time.Duration") return Number((value as SizedInt).value) / 1e9;
  const kind = kindOf(value, numbers);
  const type = typeName(value, numbers);
  if (kind === "int" && typeof value === "bigint") return Number(value);
  if (value instanceof SizedInt && ["int64", "uint", "uint64"].includes(type)) return Number(value.value);
  throw new Error(`can't convert ${type} to float`);
}

/** `strconv.ParseFloat`. */
function parseFloat64(text: string): number {
  const failed = (why: string) => new Error(`strconv.ParseFloat: parsing ${quote(text)}: ${why}`);
  const [, sign, special] = /^([+-]?)(?:(inf|infinity)|nan)$/i.exec(text) ?? [];
  if (sign !== undefined) return special === undefined ? Number.NaN : sign === "-" ? -Infinity : Infinity;
  if (/^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i.test(text)) {
    const value = Number(text.replaceAll("_", ""));
    if (!Number.isFinite(value)) throw failed("value out of range");
    return value;
  }
  if (/^[+-]?0x[0-9a-f_.]+p[+-]?\d+$/i.test(text)) return parseNumber(text, "number").float ?? Number.NaN;
  throw failed("invalid syntax");
}

const fourDigits = (value: number): string => formatFloat(value, "g", 4);

/** Formats seconds as `1d 2h 3m 4s`, `1.5s` or `12ms`. @param seconds may be anything that a float can be */
export function humanizeDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return fourDigits(seconds);
  if (seconds === 0) return `${fourDigits(seconds)}s`;
  if (Math.abs(seconds) < 1) return `${scaled(seconds, 1000, ["m", "u", "n", "p", "f", "a", "z", "y"])}s`;
  const sign = seconds < 0 ? "-" : "";
  const size = Math.abs(seconds);
  // Beyond an int64, amd64 gives the smallest int64.
  const whole = size < 2 ** 63 ? BigInt(Math.trunc(size)) : -(2n ** 63n);
  const parts = [whole / 86_400n, (whole / 3600n) % 24n, (whole / 60n) % 60n, whole % 60n];
  const first = parts.findIndex((part) => part !== 0n);
  if (first === 3) return `${sign}${fourDigits(size)}s`;
  const units = ["d", "h", "m", "s"];
  return (
    sign +
    parts
      .slice(first)
      .map((part, i) => `${part}${units[first + i]}`)
      .join(" ")
  );
}

/** Multiplies until the value is at least 1, and adds the prefix for it. */
function scaled(value: number, by: number, prefixes: readonly string[]): string {
  let prefix = "";
  let size = value;
  for (const next of prefixes) {
    if (Math.abs(size) >= 1) break;
    prefix = next;
    size *= by;
  }
  return fourDigits(size) + prefix;
}
