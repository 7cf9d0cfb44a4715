import { type Context, describe, isAtKey, outermost, topOf } from "./context.ts";

/** A piece of text that is written, or the place where a comma is if something was written before. */
export type Piece = string | { readonly comma: true };

/** What a text is not, and where in it. */
export class Misplaced extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Not JSON's grammar of numbers alone: everything that could be a bare word, so that messages show it whole. */
const word = /[^\s"{}[\]:,]+/y;
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const escapeSequence = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON allows none inside a string (RFC 8259, section 7)
const plain = /[^"\\\u0000-\u001f]+/y;

/** Reads one text of a template as JSON. */
export class Scanner {
  /** What is written of the text. */
  readonly pieces: Piece[] = [];
  readonly #text: string;
  #context: Context;
  #at = 0;
  #from = 0;
  /** Offset of a comma of this text that nothing has followed yet. */
  #comma = -1;

  constructor(text: string, context: Context) {
    this.#text = text;
    this.#context = context;
  }

  /**
   * @param isFollowed by something that writes a value, so that a comma at the end belongs to it
   * @returns where the text ends
   * @throws Misplaced
   */
  scan(isFollowed: boolean): Context {
    while (this.#at < this.#text.length) {
      if (this.#context.at === "string" || this.#context.at === "keyString") this.#inString(this.#context.at);
      else this.#structure();
    }
    if (this.#context.at === "comma" && this.#comma >= 0) {
      if (isFollowed) this.#move(topOf(this.#context) === outermost.object ? "key" : "value");
      else this.#skip(this.#comma, 1);
    }
    this.#take(this.#text.length);
    return this.#context;
  }

  #structure(): void {
    const char = this.#text[this.#at]!;
    switch (char) {
      case " ":
      case "\t":
      case "\n":
      case "\r":
        this.#at++;
        return;
      case "{":
      case "[":
        if (isAtKey(this.#context)) this.#fail(`${char} stands where a key must come`);
        this.#begin();
        this.#context = { stack: this.#context.stack + char, at: "first" };
        this.#at++;
        return;
      case "}":
      case "]":
        this.#close(char);
        return;
      case ",":
        this.#separate();
        return;
      case ":":
        if (this.#context.at !== "colon") this.#misplaced(":");
        this.#move("value");
        this.#at++;
        return;
      case '"': {
        const isKey = isAtKey(this.#context);
        this.#begin();
        this.#move(isKey ? "keyString" : "string");
        this.#at++;
        return;
      }
      default:
        this.#word();
    }
  }

  #inString(at: "string" | "keyString"): void {
    plain.lastIndex = this.#at;
    const found = plain.exec(this.#text);
    if (found !== null) this.#at += found[0].length;
    const char = this.#text[this.#at];
    if (char === undefined) return;
    if (char === '"') {
      this.#move(at === "keyString" ? "colon" : "after");
      this.#at++;
      return;
    }
    escapeSequence.lastIndex = this.#at;
    const escaped = escapeSequence.exec(this.#text)?.[0];
    if (escaped !== undefined) this.#at += escaped.length;
    else if (char === "\\") this.#fail("\\ begins no escape of JSON in this string");
    else if (char === "\n" || char === "\r") this.#fail("a line ends inside a string; JSON writes \\n for that");
    else this.#fail("a control character stands inside a string; JSON writes \\t or \\u0009 for it");
  }

  #word(): void {
    word.lastIndex = this.#at;
    const found = word.exec(this.#text)?.[0] ?? this.#text[this.#at]!;
    if (isAtKey(this.#context)) this.#fail(`${shown(found)} stands where a key must come, which is a string`);
    if (!["true", "false", "null"].includes(found) && !number.test(found)) {
      this.#fail(`${shown(found)} is no value of JSON`);
    }
    this.#begin();
    this.#move("after");
    this.#at += found.length;
  }

  #close(char: "}" | "]"): void {
    const { stack, at } = this.#context;
    const opener = char === "}" ? "{" : "[";
    if (stack.length === 1 || topOf(this.#context) !== opener) this.#fail(`${char} closes what is not open here`);
    if (at === "comma") this.#fail(`${char} stands behind a comma`);
    if (at !== "first" && at !== "between" && at !== "after") this.#misplaced(char);
    this.#context = { stack: stack.slice(0, -1), at: "after" };
    this.#at++;
  }

  #separate(): void {
    const { at } = this.#context;
    if ((at !== "after" && at !== "between") || topOf(this.#context) === outermost.document) this.#misplaced(",");
    if (at === "after") {
      this.#move("comma");
      this.#comma = this.#at;
    } else this.#skip(this.#at, 1);
    this.#at++;
  }

  /** A value or a key starts here. Writes the comma before it, where it is not written yet. */
  #begin(): void {
    const { at } = this.#context;
    if (at === "after" || at === "colon") {
      const start = shown(this.#text.slice(this.#at));
      const isOver = at === "after" && topOf(this.#context) === outermost.document;
      const missing = at === "colon" ? "a colon" : "a comma";
      this.#fail(`${start} stands ${isOver ? "behind the end of the JSON" : `without ${missing} before it`}`);
    }
    if (at === "comma" && this.#comma < 0) {
      this.#take(this.#at);
      this.pieces.push(",");
    } else if (at === "between") {
      this.#take(this.#at);
      this.pieces.push({ comma: true });
    }
    this.#comma = -1;
  }

  #move(at: Context["at"]): void {
    this.#context = { stack: this.#context.stack, at };
  }

  /** Writes what was read up to here. */
  #take(to: number): void {
    if (to > this.#from) this.pieces.push(this.#text.slice(this.#from, to));
    this.#from = Math.max(this.#from, to);
  }

  #skip(from: number, length: number): void {
    this.#take(from);
    this.#from = from + length;
  }

  #misplaced(char: string): never {
    this.#fail(`${char} stands ${describe(this.#context)}`);
  }

  #fail(message: string): never {
    throw new Misplaced(message, this.#at);
  }
}

const shown = (text: string): string => JSON.stringify(text.length > 20 ? `${text.slice(0, 20)}…` : text);
