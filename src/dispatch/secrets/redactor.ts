import type { Exchange, Sent } from "../delivery.ts";
import { formsOf, maxKeyLength, type Secret, type SecretForm } from "./forms.ts";
import { cutEscape, type Level, levelsOf } from "./levels.ts";

/** A text that was cut may end in the beginning of a secret: so many characters of it are enough to go. */
const minCutLength = 4;
/** Texts shorter than this were cut by nobody, unless they are bodies. */
const shortestCut = 100;
/** How a text ends that was cut here: with a mark, or half a character. */
const cutMark = /(?:…(?: \(\d{1,15} (?:characters|bytes)\))?|\ufffd{1,3})$/;
const maxCutMark = 40;
/** Characters at the end of a text in which the beginning of a secret is looked for, escaped or not. */
const maxCutLength = 512;
const maxEscapeLength = 8;

type Message = NonNullable<Exchange["request"]>;

const textsOf = (message: Message | undefined): readonly string[] =>
  message === undefined ? [] : [message.line, ...Object.entries(message.headers ?? {}).flat(), message.body ?? ""];

interface Span {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/**
 * Replaces secrets in texts: by their names if they have one, else by `…`. Takes time linear in the text for each form of a
 * secret, whatever the text is.
 */
export class Redactor {
  #forms: readonly SecretForm[];

  constructor(secrets: readonly Secret[], base?: Redactor) {
    const own = secrets.flatMap(formsOf);
    this.#forms = base === undefined ? own : own.length === 0 ? base.#forms : [...base.#forms, ...own];
  }

  static #of(forms: readonly SecretForm[]): Redactor {
    const redactor = new Redactor([]);
    redactor.#forms = forms;
    return redactor;
  }

  /** Returns one of these secrets and others. */
  with(secrets: readonly Secret[]): Redactor {
    return secrets.length === 0 ? this : new Redactor(secrets, this);
  }

  /** Replaces them in all that the journal keeps of an attempt. */
  sent({ request, answer, outcome }: Sent): Sent {
    const reason = "reason" in outcome ? outcome.reason : "";
    const texts = [...textsOf(request), ...textsOf(answer), reason].join("\n");
    const found = this.#foundIn(texts);
    return {
      ...(request !== undefined && { request: this.#message(request, found) }),
      ...(answer !== undefined && { answer: this.#message(answer, found) }),
      outcome: "reason" in outcome ? { ...outcome, reason: found.text(this.#uncut(reason)) } : outcome,
    };
  }

  #message<T extends Message>({ line, headers, body }: T, found: Redactor): Message {
    return {
      line: found.text(this.#uncut(line)),
      ...(headers !== undefined && { headers: found.json(headers) }),
      ...(body !== undefined && { body: found.text(this.#uncut(body, true)) }),
    };
  }

  /** Returns those of them that occur: mostly none, so that texts are not searched one by one for all. */
  #foundIn(text: string): Redactor {
    const levels = levelsOf(text);
    const forms = this.#forms.filter(({ key }) => levels.some((level) => level.text.includes(key)));
    return forms.length === this.#forms.length ? this : Redactor.#of(forms);
  }

  text(text: string): string {
    if (this.#forms.length === 0) return text;
    const spans: Span[] = [];
    for (const level of levelsOf(text)) {
      for (const form of this.#forms) find(form, level, spans);
    }
    return spans.length === 0 ? text : replaced(text, spans);
  }

  /** Replaces the beginning of a secret that the text ends with. @param cut whether the text may have been cut there */
  #uncut(text: string, cut = text.length >= shortestCut): string {
    if (!cut || this.#forms.length === 0) return text;
    const mark = cutMark.exec(text.slice(-maxCutMark))?.[0].length ?? 0;
    const end = text.length - mark;
    const from = Math.max(0, end - maxCutLength);
    const spans = levelsOf(text.slice(from, end)).flatMap((level) => this.#cutSpan(level) ?? []);
    return spans.length === 0
      ? text
      : replaced(
          text,
          spans.map((span) => ({ ...span, start: from + span.start, end })),
        );
  }

  /** The same for every text in a JSON value, and for the names in it. */
  json<T>(value: T): T {
    if (typeof value === "string") return this.text(value) as T;
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.json(item)) as T;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [this.text(name), this.json(item)])) as T;
  }

  /** The longest beginning of a secret that the text ends with, be it in the middle of an escape. */
  #cutSpan({ text, startOf }: Level): Omit<Span, "end"> | undefined {
    const partial = cutEscape.exec(text.slice(-maxEscapeLength))?.[0].length ?? 0;
    let found: { readonly place: number; readonly replacement: string } | undefined;
    for (const end of new Set([text.length, text.length - partial])) {
      const from = Math.max(0, end - maxKeyLength);
      const last = text.slice(from, end);
      for (const { text: secret, replacement } of this.#forms) {
        const first = secret.slice(0, minCutLength);
        for (let place = last.indexOf(first); place >= 0; place = last.indexOf(first, place + 1)) {
          if (!secret.startsWith(last.slice(place))) continue;
          if (found === undefined || from + place < found.place) found = { place: from + place, replacement };
          break;
        }
      }
    }
    return found && { start: startOf(found.place), replacement: found.replacement };
  }
}

const isBase64 = (unit: string | undefined): boolean => unit !== undefined && /^[\w+/-]$/.test(unit);

/** Each hit is as long as text and secret agree, and the search goes on behind it: no character is looked at twice. */
function find(
  { text: secret, key, before, after, replacement }: SecretForm,
  { text, startOf, endOf }: Level,
  spans: Span[],
): void {
  let from = 0;
  while (true) {
    const hit = text.indexOf(key, from);
    if (hit < 0) return;
    let length = key.length;
    while (length < secret.length && text[hit + length] === secret[length]) length++;
    from = hit + length;
    const start = before > 0 && isBase64(text[hit - 1]) ? hit - 1 : hit;
    let end = after > 0 && isBase64(text[from]) ? from + 1 : from;
    for (const most = end + 2; after > 0 && end < most && text[end] === "="; ) end++;
    spans.push({ start: startOf(start), end: endOf(end), replacement });
  }
}

function replaced(text: string, spans: Span[]): string {
  spans.sort((a, b) => a.start - b.start || b.end - a.end);
  let result = "";
  let done = 0;
  let covered = 0;
  for (const { start, end, replacement } of spans) {
    if (start >= covered) {
      result += text.slice(done, start) + replacement;
      covered = end;
    }
    covered = Math.max(covered, end);
    done = covered;
  }
  return result + text.slice(done);
}
