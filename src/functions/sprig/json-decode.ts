import { isPrint, toText } from "../../../grammar/index.ts";
import { type Context, float } from "../../template/index.ts";
import { newMap } from "./value.ts";

/** Go's words for a character that does not belong where it is. */
function invalid(char: string, where: string): Error {
  return new Error(`invalid character ${quoteChar(char)} ${where}`);
}

function quoteChar(char: string): string {
  if (char === "'") return "'\\''";
  if (char === '"') return "'\"'";
  const code = char.codePointAt(0)!;
  const short: Readonly<Record<number, string>> = { 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 92: "\\\\" }; // biome-ignore format: one line
  if (short[code]) return `'${short[code]}'`;
  if (code < 0x20 || code === 0x7f) return `'\\x${code.toString(16).padStart(2, "0")}'`;
  return isPrint(code) ? `'${char}'` : `'\\u${code.toString(16).padStart(4, "0")}'`;
}

const endOfInput = "unexpected end of JSON input";
const deepest = 10_000;

/** `json.Unmarshal` into an `interface {}`. @throws Error with Go's words */
export function decodeJson(context: Context, text: string): unknown {
  context.grow(text.length);
  context.spend(text.length >> 2);
  return new Reader(context, toText(text)).document();
}

class Reader {
  readonly #context: Context;
  readonly #text: string;
  #at = 0;

  constructor(context: Context, text: string) {
    this.#context = context;
    this.#text = text;
  }

  document(): unknown {
    const value = this.#value(0);
    const rest = this.#next();
    if (rest !== undefined) throw invalid(this.#shown(rest), "after top-level value");
    return value;
  }

  /** The whole character of which this is the start. */
  #shown(char: string): string {
    return char < "\x80" ? char : String.fromCodePoint(this.#text.codePointAt(this.#at)!);
  }

  /** The next character that is no white space, without taking it. */
  #next(): string | undefined {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? "")) this.#at++;
    return this.#text[this.#at];
  }

  #value(depth: number): unknown {
    const char = this.#next();
    if (char === undefined) throw new Error(endOfInput);
    switch (char) {
      case "{":
        return this.#object(depth + 1);
      case "[":
        return this.#array(depth + 1);
      case '"':
        return this.#string();
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      case "n":
        return this.#word("null", null);
      default:
        if (char === "-" || (char >= "0" && char <= "9")) return this.#number();
        throw invalid(this.#shown(char), "looking for beginning of value");
    }
  }

  #word(word: string, value: boolean | null): boolean | null {
    for (let i = 1; i < word.length; i++) {
      const char = this.#text[++this.#at];
      if (char === undefined) throw new Error(endOfInput);
      if (char !== word[i]) throw invalid(this.#shown(char), `in literal ${word} (expecting ${quoteChar(word[i]!)})`);
    }
    this.#at++;
    return value;
  }

  #number(): unknown {
    const start = this.#at;
    const digits = (where: string): void => {
      const char = this.#text[this.#at];
      if (char === undefined) throw new Error(endOfInput);
      if (!(char >= "0" && char <= "9")) throw invalid(this.#shown(char), where);
      while (/[0-9]/.test(this.#text[this.#at] ?? "")) this.#at++;
    };
    if (this.#text[this.#at] === "-") this.#at++;
    if (this.#text[this.#at] === "0") this.#at++;
    else digits("in numeric literal");
    if (this.#text[this.#at] === ".") {
      this.#at++;
      digits("after decimal point in numeric literal");
    }
    if (/[eE]/.test(this.#text[this.#at] ?? "")) {
      this.#at++;
      if (/[+-]/.test(this.#text[this.#at] ?? "")) this.#at++;
      digits("in exponent of numeric literal");
    }
    const text = this.#text.slice(start, this.#at);
    const value = Number(text);
    if (!Number.isFinite(value)) {
      throw new Error(`json: cannot unmarshal number ${text} into Go value of type float64`);
    }
    return float(value, this.#context.numbers);
  }

  #string(): string {
    let text = "";
    this.#at++;
    for (;;) {
      const end = this.#text.slice(this.#at).search(stringSpecial);
      if (end < 0) throw new Error(endOfInput);
      text += this.#text.slice(this.#at, this.#at + end);
      this.#at += end;
      const char = this.#text[this.#at]!;
      if (char === '"') {
        this.#at++;
        return text.toWellFormed();
      }
      if (char !== "\\") throw invalid(char, "in string literal");
      text += this.#escape();
    }
  }

  #escape(): string {
    const char = this.#text[++this.#at];
    if (char === undefined) throw new Error(endOfInput);
    if (char !== "u") {
      const known = escapes[char];
      if (known === undefined) throw invalid(this.#shown(char), "in string escape code");
      this.#at++;
      return known;
    }
    for (let i = 0; i < 4; i++) {
      const digit = this.#text[++this.#at];
      if (digit === undefined) throw new Error(endOfInput);
      if (!/[0-9a-fA-F]/.test(digit)) throw invalid(this.#shown(digit), "in \\u hexadecimal character escape");
    }
    this.#at++;
    return String.fromCharCode(Number.parseInt(this.#text.slice(this.#at - 4, this.#at), 16));
  }

  #array(depth: number): unknown[] {
    if (depth > deepest) throw new Error("exceeded max depth");
    this.#at++;
    const list: unknown[] = [];
    if (this.#next() === "]") {
      this.#at++;
      return list;
    }
    for (;;) {
      list.push(this.#value(depth));
      if (this.#separator("]", "after array element")) return list;
    }
  }

  #object(depth: number): object {
    if (depth > deepest) throw new Error("exceeded max depth");
    this.#at++;
    const map = newMap();
    if (this.#next() === "}") {
      this.#at++;
      return map;
    }
    for (;;) {
      const quote = this.#next();
      if (quote === undefined) throw new Error(endOfInput);
      if (quote !== '"') throw invalid(this.#shown(quote), "looking for beginning of object key string");
      const key = this.#string();
      const colon = this.#next();
      if (colon === undefined) throw new Error(endOfInput);
      if (colon !== ":") throw invalid(this.#shown(colon), "after object key");
      this.#at++;
      map[key] = this.#value(depth);
      if (this.#separator("}", "after object key:value pair")) return map;
    }
  }

  /** Takes a comma, or the end, and tells which. */
  #separator(end: string, where: string): boolean {
    const char = this.#next();
    if (char === undefined) throw new Error(endOfInput);
    if (char !== "," && char !== end) throw invalid(this.#shown(char), where);
    this.#at++;
    return char === end;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids control characters
const stringSpecial = /["\\\0-\x1f]/;

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};
