import { upperOf } from "../case.ts";

const words = new Intl.Segmenter("en", { granularity: "word" });

/** Letters that have a case. */
const cased = /\p{Cased}/u;

/** Georgian letters, which are not made large to begin a word. */
const georgian = /[\u10d0-\u10fa\u10fd-\u10ff]/;

/** Letters that are two in one: only the first of them is made large. */
const titles = new Map([..."ǄǅǅǅǆǅǇǈǈǈǉǈǊǋǋǋǌǋǱǲǲǲǳǲ"].map((_, i, all) => [all[i & ~1]!, all[i | 1]!] as const));

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

function titleOf(letter: string): string {
  if (georgian.test(letter) || /\p{Lt}/u.test(letter)) return letter;
  const upper = titles.get(letter) ?? letter.toUpperCase();
  if (upper.length > letter.length && upperOf(letter) !== letter) return upperOf(letter);
  const first = String.fromCodePoint(upper.codePointAt(0)!);
  const rest = upper.slice(first.length);
  return cased.test(first) ? first + rest.toLowerCase() : upper;
}

/** Behind a letter, so that a sigma knows whether it is the last. */
const lowerEnd = (text: string): string => `a${text}`.toLowerCase().slice(1);
