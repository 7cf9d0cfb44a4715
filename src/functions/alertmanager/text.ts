import { isTitle, titleRune } from "../sprig/case.ts";

const words = new Intl.Segmenter("en", { granularity: "word" });

/** Matches letters that have a case. */
const cased = /\p{Cased}/u;

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
    result += segment.slice(0, at) + titleOf(first) + lowerEnd(segment.slice(at + first.length));
  }
  return result;
}

/** Puts a letter in title case; if it becomes several letters, only the first is in upper case. */
function titleOf(letter: string): string {
  const title = titleRune(letter);
  const several = letter.toUpperCase();
  if (title !== letter || several.length === letter.length || isTitle(letter)) return title;
  const first = String.fromCodePoint(several.codePointAt(0)!);
  return cased.test(first) ? first + several.slice(first.length).toLowerCase() : several;
}

/** Lowers text that follows a letter, so that JavaScript recognises a sigma at the end of a word. */
const lowerEnd = (text: string): string => `a${text}`.toLowerCase().slice(1);
