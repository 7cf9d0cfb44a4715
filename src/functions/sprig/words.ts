import { isUpper, lowerRune, upperRune } from "./case.ts";
import { runesOf, space } from "./text.ts";

/** Names cut into words, as the Go package xstrings (1.3) does it. */

const isConnector = (char: string): boolean => char === "-" || char === "_" || space.test(char);

/** `some_words` to `SomeWords`. Connectors at the start stay. */
export function camelCase(text: string): string {
  const runes = runesOf(text);
  let result = "";
  let at = 0;
  while (at < runes.length && isConnector(runes[at]!)) result += runes[at++]!;
  // Of nothing but connectors Go writes the last one twice.
  if (at === runes.length) return result + (runes.at(-1) ?? "");
  let current = upperRune(runes[at++]!);
  for (; at < runes.length; at++) {
    const before = current;
    current = runes[at]!;
    if (isConnector(current) && isConnector(before)) {
      result += before;
      continue;
    }
    if (isConnector(before)) current = upperRune(current);
    else {
      current = lowerRune(current);
      result += before;
    }
  }
  return result + current;
}

type WordKind = "number" | "upper" | "alphabet" | "connector" | "punctuation" | "other" | "invalid";

interface Word {
  readonly kind: WordKind;
  readonly runes: readonly string[];
}

/** Chinese characters are no letters here. */
const isLetter = (char: string): boolean =>
  /^\p{L}$/u.test(char) && !/^[\u3400-\u4d85\u4e00-\u9fcc\u{20000}-\u{2b81d}]$/u.test(char);
const isNumber = (char: string): boolean => /^\p{N}$/u.test(char);
const isPunctuation = (char: string): boolean => /^\p{P}$/u.test(char);
const isSmall = (char: string): boolean => isLetter(char) && !isUpper(char);

/** `FirstName` to `first_name`. */
export function separated(text: string, connector: string): string {
  const words = splitWords(runesOf(text));
  let result = "";
  let at = 0;
  const none: Word = { kind: "invalid", runes: [] };
  const write = ({ kind, runes }: Word): void => {
    for (const char of runes) {
      if (kind !== "upper" && kind !== "connector") result += char;
      else result += isConnector(char) ? connector : isUpper(char) ? lowerRune(char) : char;
    }
  };
  const joins = ({ kind }: Word): boolean => kind !== "connector" && kind !== "punctuation";
  const next = (): Word => words[at++] ?? none;
  const atEnd = (): boolean => at >= words.length;
  let word = next();
  while (!atEnd()) {
    if (word.kind !== "connector") write(word);
    const last = word;
    word = next();
    switch (last.kind) {
      case "number":
        while (word.kind === "alphabet" || word.kind === "number") {
          write(word);
          word = next();
        }
        if (word.kind !== "invalid" && joins(word)) result += connector;
        break;
      case "connector":
        write(last);
        break;
      case "punctuation":
        break;
      default: {
        if (word.kind !== "number") {
          if (joins(word)) result += connector;
          break;
        }
        if (atEnd()) break;
        const number = word;
        word = next();
        // A number belongs to the word before it, unless small letters follow.
        if (word.kind !== "alphabet") {
          write(number);
          if (joins(word)) result += connector;
          break;
        }
        result += connector;
        write(number);
        while (word.kind === "alphabet" || word.kind === "number") {
          write(word);
          word = next();
        }
        if (word.kind !== "invalid" && joins(word)) result += connector;
      }
    }
  }
  write(word);
  return result;
}

function splitWords(runes: readonly string[]): Word[] {
  const words: Word[] = [];
  for (let at = 0; at < runes.length; ) {
    const word = wordAt(runes, at);
    words.push(word);
    at += word.runes.length;
  }
  return words;
}

function wordAt(runes: readonly string[], at: number): Word {
  const first = runes[at]!;
  const word = (kind: WordKind, end: number): Word => ({ kind, runes: runes.slice(at, end) });
  /** The end of what passes the test, from `from` on. */
  const run = (test: (char: string) => boolean, from = at + 1): number => {
    let end = from;
    while (end < runes.length && test(runes[end]!)) end++;
    return end;
  };
  if (isConnector(first)) return word("connector", run(isConnector));
  if (isPunctuation(first)) return word("punctuation", run(isPunctuation));
  if (isUpper(first)) {
    const second = runes[at + 1];
    if (second !== undefined && isUpper(second)) {
      const end = run(isUpper);
      // `HTTPServer` is `HTTP` and `Server`.
      return word("upper", end < runes.length && isLetter(runes[end]!) ? end - 1 : end);
    }
    return word("upper", second !== undefined && isLetter(second) ? run(isSmall) : at + 1);
  }
  if (isLetter(first)) return word("alphabet", run(isSmall));
  if (isNumber(first)) return word("number", run(isNumber));
  const isOther = (char: string) => !isConnector(char) && !isLetter(char) && !isNumber(char) && !isPunctuation(char);
  return word("other", run(isOther));
}
