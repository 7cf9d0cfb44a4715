/** A text with escapes undone, and where its characters come from. */
export interface Level {
  readonly text: string;
  /** Returns the place in the original text at which the character at this place of `text` begins. */
  startOf(place: number): number;
  /** Returns the place in the original text at which the character before this place of `text` ends. */
  endOf(place: number): number;
}

/** Escapes of URLs, JSON and HTML, and line ends, which base64 is broken with. Each part is of bounded length, or of one kind. */
const escapes = /(?:%[\da-f]{2})+|\\u[\da-f]{4}|\\[^u]|&(?:amp|lt|gt|quot|apos|#\d{1,5}|#x[\da-f]{1,4});|\r?\n/gi;
/** The start of an escape that a text was cut in. */
export const cutEscape = /(?:%[\da-f]?|\\(?:u[\da-f]{0,3})?|&(?:#x?[\da-f]{0,5}|[a-z]{0,4}))$/i;

/** Texts are escaped as often as they are passed on; more than this is not undone. */
const maxLevels = 4;

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const controls: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };

/** Returns the text itself, and what comes out when its escapes are undone once, twice and so on, as long as there are any. */
export function levelsOf(text: string): readonly Level[] {
  const levels: Level[] = [{ text, startOf: (place) => place, endOf: (place) => place }];
  while (levels.length <= maxLevels) {
    const next = undone(levels.at(-1)!);
    if (next === undefined) break;
    levels.push(next);
  }
  return levels;
}

function undone({ text, startOf, endOf }: Level): Level | undefined {
  let result = "";
  let done = 0;
  // Up to each of `places`, characters are `shifts` further on in the text than here.
  const places: number[] = [];
  const shifts: number[] = [];
  const isLeftOut: boolean[] = [];
  const put = (decoded: string, start: number, length: number): void => {
    result += text.slice(done, start) + decoded;
    done = start + length;
    places.push(result.length);
    shifts.push(done - result.length);
    isLeftOut.push(decoded === "");
  };
  for (const { 0: sequence, index } of text.matchAll(escapes)) {
    if (sequence.startsWith("%")) {
      let start = index;
      for (const char of percentDecoded(sequence)) {
        const length = char === "\ufffd" ? 3 : 3 * Buffer.byteLength(char);
        put(char, start, length);
        start += length;
      }
    } else put(unescaped(sequence), index, sequence.length);
  }
  if (places.length === 0) return undefined;
  result += text.slice(done);
  const shiftOf = (count: number): number => (count === 0 ? 0 : shifts[count - 1]!);
  return {
    text: result,
    startOf: (place) => startOf(place + shiftOf(countUpTo(place, places))),
    // A line end that is left out is not part of the character before it.
    endOf: (place) => endOf(place === 0 ? 0 : place + shiftOf(countUpTo(place - 1, places)) + lengthOf(place)),
  };

  /** By how much the character before this place is shorter here than in the text. */
  function lengthOf(place: number): number {
    const before = countUpTo(place - 1, places);
    return places[before] === place && !isLeftOut[before] ? shifts[before]! - shiftOf(before) : 0;
  }
}

/** How many of the places are not after this one. */
function countUpTo(place: number, places: readonly number[]): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle]! <= place) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What is no UTF-8 stays as many characters as it has bytes. */
function percentDecoded(run: string): string {
  const bytes = Buffer.from(run.replaceAll("%", ""), "hex");
  const text = bytes.toString();
  return text.includes("\ufffd") ? bytes.toString("latin1").replace(/[\x80-\xff]/g, "\ufffd") : text;
}

function unescaped(sequence: string): string {
  if (sequence.startsWith("\\u")) return String.fromCharCode(Number.parseInt(sequence.slice(2), 16));
  if (sequence.startsWith("\\")) return controls[sequence[1]!] ?? sequence.slice(1);
  if (!sequence.startsWith("&")) return "";
  const name = sequence.slice(1, -1).toLowerCase();
  if (name.startsWith("#x")) return String.fromCharCode(Number.parseInt(name.slice(2), 16));
  return name.startsWith("#") ? String.fromCharCode(Number(name.slice(1))) : entities[name]!;
}
