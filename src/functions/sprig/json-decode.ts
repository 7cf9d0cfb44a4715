import { canBackquote, isPrint, joinBytes, quote } from "../../../grammar/index.ts";
import { type Context, float } from "../../template/index.ts";
import { JsonError } from "./json-error.ts";
import { newMap } from "./value.ts";

/** Makes Go's error for a character in a wrong place. */
function invalid(char: string, where: string): JsonError {
  return new JsonError(`invalid character ${quoteChar(char)} ${where}`);
}

function quoteChar(char: string): string {
  if (char === "'") return "'\\''";
  if (char === '"') return "'\"'";
  const code = char.codePointAt(0)!;
  const short: Readonly<Record<number, string>> = { 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 92: "\\\\" }; // biome-ignore format: one line
  if (short[code]) return `'${short[code]}'`;
  if (code >= 0xdc80 && code <= 0xdcff) return `'\\x${(code - 0xdc00).toString(16)}'`;
  if (code < 0x20 || code === 0x7f) return `'\\x${code.toString(16).padStart(2, "0")}'`;
  return isPrint(code) ? `'${char}'` : `'\\u${code.toString(16).padStart(4, "0")}'`;
}

const invalidEscape = (source: string): JsonError =>
  new JsonError(`invalid escape sequence ${canBackquote(source) ? `\`${source}\`` : quote(source)} in string`);

const endOfInput = "unexpected end of JSON input";
const maxDepth = 10_000;

/**
 * Decodes as `json.Unmarshal` into an `interface {}`.
 * @param lenient numbers beyond a float64 are 0, which Go returns beside an error
 * @throws JsonError with Go's words
 */
export function decodeJson(context: Context, text: string, lenient = false): unknown {
  context.grow(text.length);
  context.spend(text.length >> 2);
  const reader = new Reader(context, joinBytes(text));
  const value = reader.document();
  if (reader.tooLarge && !lenient) throw reader.tooLarge;
  return value;
}

class Reader {
  readonly #context: Context;
  readonly #text: string;
  #at = 0;
  /** Keys and indexes of the path to the current value. */
  readonly #path: (string | number)[] = [];
  /** Error for the first number that no float64 holds. */
  tooLarge: JsonError | undefined;

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

  /** Returns the whole character that starts with `char`. */
  #shown(char: string): string {
    return char < "\x80" ? char : String.fromCodePoint(this.#text.codePointAt(this.#at)!);
  }

  /** Returns the next character that is not white space, without consuming it. */
  #next(): string | undefined {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? "")) this.#at++;
    return this.#text[this.#at];
  }

  #value(depth: number): unknown {
    const char = this.#next();
    if (char === undefined) throw new JsonError(endOfInput);
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
      if (char === undefined) throw new JsonError(endOfInput);
      if (char !== word[i]) throw invalid(this.#shown(char), `in literal ${word} (expecting ${quoteChar(word[i]!)})`);
    }
    this.#at++;
    return value;
  }

  #number(): unknown {
    const start = this.#at;
    const digits = (where: string): void => {
      const char = this.#text[this.#at];
      if (char === undefined) throw new JsonError(endOfInput);
      if (!(char >= "0" && char <= "9")) throw invalid(this.#shown(char), where);
      while (/[0-9]/.test(this.#text[this.#at] ?? "")) this.#at++;
    };
    if (this.#text[this.#at] === "-") this.#at++;
    if (this.#text[this.#at] === "0") this.#at++;
    else digits("in numeric literal");
    if (this.#text[this.#at] === ".") {
      this.#at++;
      digits("in numeric literal");
    }
    if (/[eE]/.test(this.#text[this.#at] ?? "")) {
      this.#at++;
      if (/[+-]/.test(this.#text[this.#at] ?? "")) this.#at++;
      digits("in numeric literal");
    }
    const text = this.#text.slice(start, this.#at);
    const value = Number(text);
    if (!Number.isFinite(value)) {
      const where = this.#path.length === 0 ? "Go value" : `.${this.#path.join(".")}`;
      this.tooLarge ??= new JsonError(`json: cannot unmarshal number ${text} into ${where} of type float64`);
      return float(0, this.#context.numbers);
    }
    return float(value, this.#context.numbers);
  }

  #string(): string {
    let text = "";
    this.#at++;
    for (;;) {
      const end = this.#text.slice(this.#at).search(stringSpecial);
      if (end < 0) throw new JsonError(endOfInput);
      text += this.#text.slice(this.#at, this.#at + end).toWellFormed();
      this.#at += end;
      const char = this.#text[this.#at]!;
      if (char === '"') {
        this.#at++;
        return text.toWellFormed();
      }
      if (char !== "\\") throw invalid(char, "in string");
      text += this.#escape();
    }
  }

  #escape(): string {
    const source = this.#text.slice(this.#at, this.#at + 6);
    const letter = source[1];
    if (letter === undefined) throw new JsonError(endOfInput);
    if (letter !== "u") {
      const known = escapes[letter];
      if (known === undefined) throw invalidEscape(`\\${this.#text.slice(this.#at + 1).match(/^./su)?.[0] ?? ""}`);
      this.#at += 2;
      return known;
    }
    if (/^\\u[0-9a-fA-F]{0,3}$/.test(source)) throw new JsonError(endOfInput);
    if (!/^\\u[0-9a-fA-F]{4}$/.test(source)) throw invalidEscape(source);
    this.#at += 6;
    return String.fromCharCode(Number.parseInt(source.slice(2), 16));
  }

  #array(depth: number): unknown[] {
    if (depth > maxDepth) throw new JsonError("exceeded max depth");
    this.#at++;
    const list: unknown[] = [];
    if (this.#next() === "]") {
      this.#at++;
      return list;
    }
    for (;;) {
      this.#path.push(list.length);
      list.push(this.#value(depth));
      this.#path.pop();
      if (this.#separator("]", "after array element")) return list;
    }
  }

  #object(depth: number): object {
    if (depth > maxDepth) throw new JsonError("exceeded max depth");
    this.#at++;
    const map = newMap();
    if (this.#next() === "}") {
      this.#at++;
      return map;
    }
    for (;;) {
      const quote = this.#next();
      if (quote === undefined) throw new JsonError(endOfInput);
      if (quote !== '"') throw invalid(this.#shown(quote), "looking for beginning of object key string");
      const key = this.#string();
      const colon = this.#next();
      if (colon === undefined) throw new JsonError(endOfInput);
      if (colon !== ":") throw invalid(this.#shown(colon), "after object key");
      this.#at++;
      this.#path.push(key);
      map[key] = this.#value(depth);
      this.#path.pop();
      if (this.#separator("}", "after object key:value pair")) return map;
    }
  }

  /** Consumes a comma or the end, and tells which. */
  #separator(end: string, where: string): boolean {
    const char = this.#next();
    if (char === undefined) throw new JsonError(endOfInput);
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
