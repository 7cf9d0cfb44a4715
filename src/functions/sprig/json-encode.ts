import { toText } from "../../../grammar/index.ts";
import {
  type Context,
  elementsOf,
  floatOf,
  formatFloat,
  goTypeOf,
  intOf,
  kindOf,
  LimitReached,
  sortedEntries,
  Time,
  typeName,
} from "../../template/index.ts";
import { formatTime } from "../layout.ts";
import { JsonError } from "./json-error.ts";
import { isNilValue } from "./value.ts";

interface Form {
  readonly indent: string;
  /** Tells whether `<`, `>` and `&` are escaped. */
  readonly html: boolean;
}

/** Encodes a value as JSON. @throws JsonError with Go's words for a value that JSON cannot express */
export function encodeJson(context: Context, value: unknown, form: Form): string {
  const writer = new Writer(context, form);
  writer.value(value, 0);
  return writer.done();
}

class Writer {
  readonly #context: Context;
  readonly #form: Form;
  #pieces: string[] = [];
  #text = "";
  #length = 0;

  constructor(context: Context, form: Form) {
    this.#context = context;
    this.#form = form;
  }

  done(): string {
    return this.#pieces.join("") + this.#text;
  }

  #write(text: string): void {
    this.#length += text.length;
    if (this.#length > this.#context.limits.output) throw new LimitReached("output");
    this.#text += text;
    if (this.#text.length < 4096) return;
    this.#context.spend(this.#text.length >> 6);
    this.#pieces.push(this.#text);
    this.#text = "";
  }

  value(value: unknown, depth: number): void {
    if (depth > this.#context.limits.depth) throw new LimitReached("depth");
    const { numbers } = this.#context;
    switch (kindOf(value, numbers)) {
      case "invalid":
        this.#write("null");
        return;
      case "bool":
        this.#write(String(value));
        return;
      case "int":
      case "uint":
        this.#write(String(intOf(value)));
        return;
      case "float":
        this.#write(jsonFloat(floatOf(value)));
        return;
      case "string":
        this.#string(value as string);
        return;
      case "time":
        this.#string(formatTime(Time.of(value as Date | Time), "2006-01-02T15:04:05.999999999Z07:00"));
        return;
      case "list":
        if (isNilValue(value)) this.#write("null");
        else this.#list(value as object, depth);
        return;
      case "map":
        if (isNilValue(value)) this.#write("null");
        else this.#map(value as object, depth);
        return;
      case "struct":
        if (goTypeOf(value)?.fields) this.#struct(value as object, depth);
        else this.#string(structText(value, this.#context));
        return;
      default:
        throw unsupported(value, this.#context);
    }
  }

  #list(list: object, depth: number): void {
    const elements = elementsOf(list);
    this.#context.spend(elements.length);
    if (elements.length === 0) {
      this.#write("[]");
      return;
    }
    for (let i = 0; i < elements.length; i++) {
      this.#write(i === 0 ? "[" : ",");
      this.#line(depth + 1);
      this.value(elements[i], depth + 1);
    }
    this.#line(depth);
    this.#write("]");
  }

  #map(map: object, depth: number): void {
    this.#object(sortedEntries(map, this.#context), depth);
  }

  #struct(struct: object, depth: number): void {
    const { fields, jsonName = (name) => name } = goTypeOf(struct)!;
    // The type decides how many there are, so a profile cannot add any.
    const named = Object.entries(fields!(struct)).map(([name, value]) => [jsonName(name), value] as const);
    this.#object(
      named.filter(([name]) => name !== ""),
      depth,
    );
  }

  #object(entries: readonly (readonly [name: string, value: unknown])[], depth: number): void {
    if (entries.length === 0) {
      this.#write("{}");
      return;
    }
    for (const [i, [key, value]] of entries.entries()) {
      this.#write(i === 0 ? "{" : ",");
      this.#line(depth + 1);
      this.#string(key);
      this.#write(this.#form.indent === "" ? ":" : ": ");
      this.value(value, depth + 1);
    }
    this.#line(depth);
    this.#write("}");
  }

  #line(depth: number): void {
    const { indent } = this.#form;
    if (indent !== "") this.#write(`\n${indent.repeat(depth)}`);
  }

  #string(text: string): void {
    const special = this.#form.html ? htmlSpecial : plainSpecial;
    this.#write('"');
    // Piece by piece, because escaped text may be six times as long.
    const whole = toText(text);
    for (let from = 0; from < whole.length; ) {
      let to = Math.min(whole.length, from + 4096);
      if (whole.codePointAt(to - 1)! > 0xffff) to++;
      this.#write(whole.slice(from, to).replace(special, escapeChar));
      from = to;
    }
    this.#write('"');
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes control characters
const plainSpecial = /["\\\0-\x1f\u2028\u2029\ufffd]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const htmlSpecial = /["\\\0-\x1f\u2028\u2029\ufffd<>&]/g;

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\ufffd": "\ufffd",
};

const escapeChar = (char: string): string =>
  shortEscapes[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** Formats a float as JavaScript does, except for the digits of the exponent. */
function jsonFloat(value: number): string {
  if (!Number.isFinite(value)) throw new JsonError(`json: unsupported value: ${formatFloat(value, "g")}`);
  const size = Math.abs(value);
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  return size < 1e-6 || size >= 1e21 ? value.toExponential() : formatFloat(value, "f");
}

/** Returns the text of a struct that has its own. */
function structText(value: unknown, context: Context): string {
  const text = goTypeOf(value)?.text;
  if (!text) throw unsupported(value, context);
  return text(value);
}

const unsupported = (value: unknown, { numbers }: Context): JsonError =>
  new JsonError(`json: unsupported type: ${typeName(value, numbers)}`);
