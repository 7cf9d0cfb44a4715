import { toLower, upperOf } from "../case.ts";

const words = new Intl.Segmenter("en", { granularity: "word" });

/** Letters that have a case. */
const cased = /\p{Cased}/u;

/** Letters whose upper case is not what begins a word. */
const titles: Readonly<Record<string, string>> = { ǆ: "ǅ", Ǆ: "ǅ", ǅ: "ǅ", ǉ: "ǈ", Ǉ: "ǈ", ǈ: "ǈ", ǌ: "ǋ", Ǌ: "ǋ", ǋ: "ǋ", ǳ: "ǲ", Ǳ: "ǲ", ǲ: "ǲ" }; // biome-ignore format: a table

/** `cases.Title(language.AmericanEnglish)`: the first letter of each word large, the others small. */
export function titleCase(text: string): string {
  let result = "";
  for (const { segment } of words.segment(text)) {
    const at = segment.search(cased);
    if (at < 0) {
      result += segment;
      continue;
    }
    const first = String.fromCodePoint(segment.codePointAt(at)!);
    result += segment.slice(0, at) + (titles[first] ?? upperOf(first)) + toLower(segment.slice(at + first.length));
  }
  return result;
}
