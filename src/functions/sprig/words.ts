import { isUpper, lowerRune, upperRune } from "./case.ts";
import { runesOf, space } from "./text.ts";

/** Splits names into words as the Go package xstrings (1.3). */

const isConnector = (char: string): boolean => char === "-" || char === "_" || space.test(char);

/** `some_words` to `SomeWords`. Connectors at the start stay. */
export function camelCase(text: string): string {
  const runes = runesOf(text);
  let result = "";
  let at = 0;
  while (at < runes.length && isConnector(runes[at]!)) result += runes[at++]!;
  // For a name of only connectors Go writes the last one twice.
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

/** Holds a character with the invalid bytes before it; at the end of the text these may be alone. */
interface Cell {
  readonly char: string | undefined;
  readonly text: string;
}

interface Word {
  readonly kind: WordKind;
  readonly cells: readonly Cell[];
}

function cellsOf(text: string): Cell[] {
  const cells: Cell[] = [];
  let invalid = "";
  for (const char of text) {
    if (char === "\ufffd" || !char.isWellFormed()) invalid += char;
    else {
      cells.push({ char, text: invalid + char });
      invalid = "";
    }
  }
  if (invalid !== "") cells.push({ char: undefined, text: invalid });
  return cells;
}

/** Tells letters; Chinese characters are none here. */
const isLetter = (char: string): boolean =>
  /^\p{L}$/u.test(char) && !/^[\u3400-\u4d85\u4e00-\u9fcc\u{20000}-\u{2b81d}]$/u.test(char);
const isNumber = (char: string): boolean => /^\p{N}$/u.test(char);
const isPunctuation = (char: string): boolean => /^\p{P}$/u.test(char);
const isSmall = (char: string): boolean => isLetter(char) && !isUpper(char);

/** `FirstName` to `first_name`. */
export function separated(text: string, connector: string): string {
  const words = splitWords(cellsOf(text));
  let result = "";
  let at = 0;
  const none: Word = { kind: "invalid", cells: [] };
  const write = ({ kind, cells }: Word): void => {
    for (const cell of cells) {
      if (kind !== "upper" && kind !== "connector") result += cell.text;
      else {
        for (const char of runesOf(cell.text)) {
          result += isConnector(char) ? connector : isUpper(char) ? lowerRune(char) : char;
        }
      }
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

function splitWords(cells: readonly Cell[]): Word[] {
  const words: Word[] = [];
  for (let at = 0; at < cells.length; ) {
    const word = wordAt(cells, at);
    words.push(word);
    at += word.cells.length;
  }
  return words;
}

function wordAt(cells: readonly Cell[], at: number): Word {
  const first = cells[at]!.char;
  const word = (kind: WordKind, end: number): Word => ({ kind, cells: cells.slice(at, end) });
  /**
   * Returns the end of the run that passes the test, from `from` on. Bytes that are not characters belong to those before
   * them.
   */
  const run = (test: (char: string) => boolean, from = at + 1): number => {
    let end = from;
    while (end < cells.length && (cells[end]!.char === undefined || test(cells[end]!.char!))) end++;
    return end;
  };
  if (first === undefined) return word("invalid", at + 1);
  if (isConnector(first)) return word("connector", run(isConnector));
  if (isPunctuation(first)) return word("punctuation", run(isPunctuation));
  if (isUpper(first)) {
    const second = cells[at + 1] && (cells[at + 1]!.char ?? first);
    if (second !== undefined && isUpper(second)) {
      const end = run(isUpper);
      const behind = cells[end]?.char;
      // `HTTPServer` is `HTTP` and `Server`.
      return word("upper", behind !== undefined && isLetter(behind) ? end - 1 : end);
    }
    return word("upper", second !== undefined && isLetter(second) ? run(isSmall) : at + 1);
  }
  if (isLetter(first)) return word("alphabet", run(isSmall));
  if (isNumber(first)) return word("number", run(isNumber));
  const isOther = (char: string) => !isConnector(char) && !isLetter(char) && !isNumber(char) && !isPunctuation(char);
  return word("other", run(isOther));
}
