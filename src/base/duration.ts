/** Units of time, in ms. */
const second = 1_000;
const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

const units = { d: day, h: hour, m: minute, s: second, ms: 1 } as const;
type Unit = keyof typeof units;

const sizes = Object.entries(units);

/** Parses a duration such as `1h30m`, `1.5s` or `250ms` into ms; `0` needs no unit. Returns undefined for any other text. */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  let total = 0;
  let end = 0;
  for (const part = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/y; end < text.length; end = part.lastIndex) {
    const found = part.exec(text);
    if (!found) return undefined;
    total += Number(found[1]) * units[found[2] as Unit];
  }
  return end === 0 ? undefined : Math.round(total);
}

/** Formats whole ms exactly, as {@link parseDuration} reads it: `1m30s`, `3d`, `0`. */
export function formatDuration(ms: number): string {
  let rest = ms;
  let text = "";
  for (const [unit, size] of sizes) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text || "0";
}

/** Formats ms for people, with the two largest units: `3d 4h`, `2m`, `45.4s`, `12ms`. A negative value is `0ms`. */
export function formatElapsed(ms: number): string {
  if (ms < second) return `${Math.max(0, Math.round(ms))}ms`;
  if (ms < minute) return `${Number((ms / second).toFixed(1))}s`;
  const first = sizes.findIndex(([, size]) => ms >= size);
  const [[unit, size], [nextUnit, nextSize]] = [sizes[first]!, sizes[first + 1]!];
  const rest = Math.floor((ms % size) / nextSize);
  return `${Math.floor(ms / size)}${unit}${rest === 0 ? "" : ` ${rest}${nextUnit}`}`;
}
