/** Holds a text whose escapes were undone, and maps its characters to those of the original text. */
export interface Level {
  readonly text: string;
  /** Returns the place in the original text at which the character at this place of `text` begins. */
  startOf(place: number): number;
  /** Returns the place in the original text at which the character before this place of `text` ends. */
  endOf(place: number): number;
}

/** Matches escapes of URLs, JSON and HTML, and line ends, with which base64 is wrapped. Each alternative is bounded, so matching is linear. */
const escapes = /(?:%[\da-f]{2})+|\\u[\da-f]{4}|\\[^u]|&(?:amp|lt|gt|quot|apos|#\d{1,5}|#x[\da-f]{1,4});|\r?\n/gi;
/** Matches the start of an escape at the end of a text that was cut within it. */
export const cutEscape = /(?:%[\da-f]?|\\(?:u[\da-f]{0,3})?|&(?:#x?[\da-f]{0,5}|[a-z]{0,4}))$/i;

/** Levels of escaping that are undone, at most. A text is escaped once more each time it is passed on. */
const maxLevels = 4;

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const controls: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };

/** Returns the text itself, and the text with its escapes undone once, twice and so on, as long as there are any. */
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
  // From each of `places` in the result on, a character is `shifts` further on in the text.
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
    // A line end that was left out does not belong to the character before it.
    endOf: (place) => endOf(place === 0 ? 0 : place + shiftOf(countUpTo(place - 1, places)) + lengthOf(place)),
  };

  /** Returns by how much the character before a place is shorter in the result than in the text. */
  function lengthOf(place: number): number {
    const before = countUpTo(place - 1, places);
    return places[before] === place && !isLeftOut[before] ? shifts[before]! - shiftOf(before) : 0;
  }
}

/** Counts the places up to this one, by binary search. */
function countUpTo(place: number, places: readonly number[]): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle]! <= place) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Decodes a run of %XX. If it is not UTF-8, each byte becomes one character. */
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
