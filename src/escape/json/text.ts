import { type Context, describe, isAtKey, outermost, topOf } from "./context.ts";

/** Holds text to write, or marks the place of a comma that is written if something came before it. */
export type Piece = string | { readonly comma: true };

/** Reports invalid JSON in a text, with its offset. */
export class Misplaced extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Matches everything that could be a bare word, not only JSON's numbers, so that messages show it whole. */
const word = /[^\s"{}[\]:,]+/y;
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const escapeSequence = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON allows none inside a string (RFC 8259, section 7)
const plain = /[^"\\\u0000-\u001f]+/y;

/** Reads one text of a template as JSON. */
export class Scanner {
  /** Pieces to write instead of the text. */
  readonly pieces: Piece[] = [];
  readonly #text: string;
  #context: Context;
  #at = 0;
  #from = 0;
  /** Offset of a comma of this text after which nothing has come yet. */
  #comma = -1;

  constructor(text: string, context: Context) {
    this.#text = text;
    this.#context = context;
  }

  /**
   * Reads the text.
   * @param isFollowed whether something that writes a value follows, so that a comma at the end belongs to it
   * @returns the place after the text
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
        if (isAtKey(this.#context)) this.#fail(`${char} is not allowed where a key is expected`);
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
    else if (char === "\\") this.#fail("\\ does not start a JSON escape");
    else if (char === "\n" || char === "\r") this.#fail("a string contains a line break: write \\n");
    else this.#fail("a string contains a control character: write an escape such as \\t or \\u0009");
  }

  #word(): void {
    word.lastIndex = this.#at;
    const found = word.exec(this.#text)?.[0] ?? this.#text[this.#at]!;
    if (isAtKey(this.#context)) this.#fail(`${shown(found)} cannot be a key: JSON keys are strings in double quotes`);
    if (!["true", "false", "null"].includes(found) && !number.test(found)) {
      this.#fail(`${shown(found)} is not a JSON value`);
    }
    this.#begin();
    this.#move("after");
    this.#at += found.length;
  }

  #close(char: "}" | "]"): void {
    const { stack, at } = this.#context;
    const opener = char === "}" ? "{" : "[";
    if (stack.length === 1 || topOf(this.#context) !== opener) this.#fail(`${char} closes nothing`);
    if (at === "comma") this.#fail(`${char} is not allowed after a comma`);
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

  /** Starts a value or key: writes the comma before it, if it is not written yet. */
  #begin(): void {
    const { at } = this.#context;
    if (at === "after" || at === "colon") {
      const start = shown(this.#text.slice(this.#at));
      const isOver = at === "after" && topOf(this.#context) === outermost.document;
      const missing = at === "colon" ? "a colon" : "a comma";
      this.#fail(`${start} ${isOver ? "is not allowed after the end of the JSON" : `needs ${missing} before it`}`);
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

  /** Writes the text read up to an offset. */
  #take(to: number): void {
    if (to > this.#from) this.pieces.push(this.#text.slice(this.#from, to));
    this.#from = Math.max(this.#from, to);
  }

  #skip(from: number, length: number): void {
    this.#take(from);
    this.#from = from + length;
  }

  #misplaced(char: string): never {
    this.#fail(`${char} is not allowed ${describe(this.#context)}`);
  }

  #fail(message: string): never {
    throw new Misplaced(message, this.#at);
  }
}

const shown = (text: string): string => JSON.stringify(text.length > 20 ? `${text.slice(0, 20)}…` : text);
