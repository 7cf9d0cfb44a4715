import { trimTrailingZeros } from "../../grammar/index.ts";
/**
 * Formats times by Go's date layouts: text in which the parts of the reference time `Mon Jan 2 15:04:05 MST 2006` stand for
 * parts of a time. In: a layout and a time. Out: text. Go: package time, `Layout` and its neighbours.
 */
import { type Civil, civil, digits, months, offsetText, Time } from "../template/index.ts";

/** Names a part of a layout. `fraction` has a point or comma and digits; all unlisted text is `literal`. */
export type Element = (typeof elements)[number] | "literal" | "fraction0" | "fraction9";

export interface Piece {
  readonly element: Element;
  /** The text of the part in the layout. */
  readonly text: string;
}

/** In the order they are tried: of those that begin alike the longer ones first. */
// biome-ignore format: a table
const elements = [
  "January", "Jan", "Monday", "Mon", "MST", "01", "02", "03", "04", "05", "06", "002", "15", "1", "2006", "2", "_2006", "__2", "_2",
  "3", "4", "5", "PM", "pm",
  "-070000", "-07:00:00", "-0700", "-07:00", "-07", "Z070000", "Z07:00:00", "Z0700", "Z07:00", "Z07",
] as const;

const byFirst = Map.groupBy(elements, (element) => element[0]!);

export const weekdays = "Sunday,Monday,Tuesday,Wednesday,Thursday,Friday,Saturday".split(",");
export { months };

/** Returns the literal before the first element, that element, and the rest. Go: `nextStdChunk`. */
export function nextElement(layout: string): {
  readonly prefix: string;
  readonly piece?: Piece;
  readonly rest: string;
} {
  for (let i = 0; i < layout.length; i++) {
    const piece = elementAt(layout, i);
    if (!piece) continue;
    // In `_2006` the underscore is text.
    const underscore = piece.element === "_2006" ? 1 : 0;
    return {
      prefix: layout.slice(0, i + underscore),
      piece: underscore ? { element: "2006", text: "2006" } : piece,
      rest: layout.slice(i + piece.text.length),
    };
  }
  return { prefix: layout, rest: "" };
}

function elementAt(layout: string, at: number): Piece | undefined {
  const first = layout[at]!;
  if (first === "." || first === ",") return fractionAt(layout, at);
  for (const element of byFirst.get(first) ?? []) {
    if (!layout.startsWith(element, at)) continue;
    // `Janet` and `Month` are words.
    if ((element === "Jan" || element === "Mon") && /[a-z]/.test(layout[at + 3] ?? "")) continue;
    return { element, text: element };
  }
  return undefined;
}

/** `.000` or `.999`: zeros are all printed, nines only where they are not zero. No other digit may follow. */
function fractionAt(layout: string, at: number): Piece | undefined {
  const digit = layout[at + 1];
  if (digit !== "0" && digit !== "9") return undefined;
  let end = at + 1;
  while (layout[end] === digit) end++;
  if (/[0-9]/.test(layout[end] ?? "")) return undefined;
  return { element: digit === "0" ? "fraction0" : "fraction9", text: layout.slice(at, end) };
}

/** `Time.Format`. The text is at most four times as long as the layout. */
export function formatTime(time: Date | Time, layout: string): string {
  const t = Time.of(time);
  const zone = t.zone.at(t.seconds);
  const c = civil(t.seconds + zone.offset);
  let text = "";
  for (let rest = layout; rest !== ""; ) {
    const next = nextElement(rest);
    text += next.prefix;
    if (!next.piece) break;
    text += elementText(next.piece, c, t.nanos, zone);
    rest = next.rest;
  }
  return text;
}

const signed = (n: number, width: number): string => `${n < 0 ? "-" : ""}${digits(Math.abs(n), width)}`;

function elementText(
  { element, text }: Piece,
  c: Civil,
  nanos: number,
  zone: { readonly offset: number; readonly abbreviation: string },
): string {
  switch (element) {
    case "January":
      return months[c.month - 1]!;
    case "Jan":
      return months[c.month - 1]!.slice(0, 3);
    case "1":
      return String(c.month);
    case "01":
      return digits(c.month);
    case "Monday":
      return weekdays[c.weekday]!;
    case "Mon":
      return weekdays[c.weekday]!.slice(0, 3);
    case "2":
      return String(c.day);
    case "_2":
      return String(c.day).padStart(2);
    case "02":
      return digits(c.day);
    case "__2":
      return String(c.yearDay).padStart(3);
    case "002":
      return digits(c.yearDay, 3);
    case "15":
      return digits(c.hour);
    case "3":
      return String(c.hour % 12 || 12);
    case "03":
      return digits(c.hour % 12 || 12);
    case "4":
      return String(c.minute);
    case "04":
      return digits(c.minute);
    case "5":
      return String(c.second);
    case "05":
      return digits(c.second);
    case "2006":
    case "_2006":
      return signed(c.year, 4);
    case "06":
      return digits(Math.max(c.year, 0) % 100);
    case "PM":
      return c.hour >= 12 ? "PM" : "AM";
    case "pm":
      return c.hour >= 12 ? "pm" : "am";
    case "MST":
      return zone.abbreviation || offsetText(zone.offset);
    case "fraction0":
      return (
        text[0]! +
        digits(nanos, 9)
          .padEnd(text.length - 1, "0")
          .slice(0, text.length - 1)
      );
    case "fraction9": {
      const shown = trimTrailingZeros(digits(nanos, 9).slice(0, text.length - 1));
      return shown === "" ? "" : text[0]! + shown;
    }
    case "literal":
      return text;
    default:
      return element.startsWith("Z") && zone.offset === 0 ? "Z" : offsetElement(element.slice(1), zone.offset);
  }
}

/** Formats an offset. @param form `07`, `0700`, `07:00`, `070000` or `07:00:00` */
function offsetElement(form: string, offset: number): string {
  const separator = form.includes(":") ? ":" : "";
  const minutes = offsetText(offset, separator);
  if (form === "07") return minutes.slice(0, 3);
  return form.length > 5 ? `${minutes}${separator}${digits(Math.abs(offset) % 60)}` : minutes;
}
