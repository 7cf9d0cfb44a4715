import type { Exchange, Sent } from "../delivery.ts";
import { formsOf, type Secret, type SecretForm } from "./forms.ts";

/** A text that was cut may end in the beginning of a secret: so many characters of it are enough to go. */
const minCutLength = 4;
/** Texts shorter than this were cut by nobody, unless they are bodies. */
const shortestCut = 100;
/** How a text ends that was cut here: with a mark, or half a character. */
const cutMark = /(?:…(?: \(\d{1,15} (?:characters|bytes)\))?|\ufffd{1,3})$/;
const maxCutMark = 40;

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
  readonly #forms: readonly SecretForm[];

  constructor(secrets: readonly Secret[], base?: Redactor) {
    const own = secrets.flatMap(formsOf);
    this.#forms = base === undefined ? own : own.length === 0 ? base.#forms : [...base.#forms, ...own];
  }

  /** Returns one of these secrets and others. */
  with(secrets: readonly Secret[]): Redactor {
    return secrets.length === 0 ? this : new Redactor(secrets, this);
  }

  /** Replaces them in all that the journal keeps of an attempt. */
  sent(sent: Sent): Sent {
    const { request, answer, outcome } = sent;
    return {
      ...(request !== undefined && { request: this.#message(request) }),
      ...(answer !== undefined && { answer: this.#message(answer) }),
      outcome: "reason" in outcome ? { ...outcome, reason: this.text(outcome.reason) } : outcome,
    };
  }

  #message({ line, headers, body }: NonNullable<Exchange["request"]>): NonNullable<Exchange["request"]> {
    return {
      line: this.text(line),
      ...(headers !== undefined && { headers: this.json(headers) }),
      ...(body !== undefined && { body: this.text(body, true) }),
    };
  }

  /** @param cut whether the text may end within a secret @default for texts that are long enough */
  text(text: string, cut = text.length >= shortestCut): string {
    const spans: Span[] = [];
    for (const form of this.#forms) find(form, text, spans);
    const end = cut ? this.#cutSpan(text) : undefined;
    if (end !== undefined) spans.push(end);
    return spans.length === 0 ? text : replaced(text, spans);
  }

  /** The same for every text in a JSON value, and for the names in it. */
  json<T>(value: T): T {
    if (typeof value === "string") return this.text(value) as T;
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.json(item)) as T;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [this.text(name), this.json(item)])) as T;
  }

  /** The longest beginning of a secret that the text ends with. */
  #cutSpan(text: string): Span | undefined {
    const mark = cutMark.exec(text.slice(-maxCutMark))?.[0].length ?? 0;
    const end = text.length - mark;
    let found: Span | undefined;
    for (const { text: secret, key, replacement } of this.#forms) {
      const from = Math.max(0, end - key.length);
      const last = text.slice(from, end);
      const first = secret.slice(0, minCutLength);
      for (let at = last.indexOf(first); at >= 0; at = last.indexOf(first, at + 1)) {
        if (!secret.startsWith(last.slice(at))) continue;
        if (found === undefined || from + at < found.start) found = { start: from + at, end, replacement };
        break;
      }
    }
    return found;
  }
}

const isBase64 = (unit: string | undefined): boolean => unit !== undefined && /^[\w+/-]$/.test(unit);

/** Each hit is as long as text and secret agree, and the search goes on behind it: no character is looked at twice. */
function find({ text: secret, key, before, after, replacement }: SecretForm, text: string, spans: Span[]): void {
  let from = 0;
  while (true) {
    const at = text.indexOf(key, from);
    if (at < 0) return;
    let length = key.length;
    while (length < secret.length && text[at + length] === secret[length]) length++;
    from = at + length;
    const start = before > 0 && isBase64(text[at - 1]) ? at - 1 : at;
    const end = after > 0 && isBase64(text[from]) ? from + 1 : from;
    spans.push({ start, end, replacement });
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
