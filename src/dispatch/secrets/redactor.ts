import type { AttemptResult, Exchange } from "../../store/index.ts";
import { encodedForms, maxKeyLength, plainForms, type Secret, type SecretForm } from "./forms.ts";
import { cutEscape, type Level, levelsOf } from "./levels.ts";

/** Characters of a secret's beginning that are redacted at the end of a text, at least: the text may have been cut within the secret. */
const minCutLength = 4;
/** Sets the length from which on a text may have been cut. A body may have been cut at any length. */
const shortestCut = 100;
/** Matches the end of a text that was cut by us: a mark, or half a character. */
const cutMark = /(?:…(?: \(\d{1,15} (?:characters|bytes)\))?|\ufffd{1,3})$/;
const maxCutMark = 40;
/** Characters at the end of a text that are searched for the beginning of a secret, escaped or not. */
const maxCutLength = 512;
const maxEscapeLength = 8;

type Request = NonNullable<Exchange["request"]>;
type Response = NonNullable<Exchange["response"]>;

const textsOf = (line: string, { headers = {}, body = "" }: Pick<Request, "headers" | "body">): readonly string[] => [
  line,
  ...Object.entries(headers).flat(),
  body,
];

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
  readonly #secrets: readonly Secret[];
  readonly #base: Redactor | undefined;
  #all: readonly SecretForm[] | undefined;

  constructor(secrets: readonly Secret[], base?: Redactor) {
    this.#secrets = secrets;
    this.#base = base;
  }

  /** Returns a redactor of these secrets and of further ones. */
  with(secrets: readonly Secret[]): Redactor {
    return secrets.length === 0 ? this : new Redactor(secrets, this);
  }

  get #forms(): readonly SecretForm[] {
    this.#all ??= [
      ...(this.#base === undefined ? [] : this.#base.#forms),
      ...this.#secrets.flatMap(plainForms),
      ...this.#secrets.flatMap(encodedForms),
    ];
    return this.#all;
  }

  /** All forms of the channel's secrets, and the plain forms of the attempt's. Encoded forms cost more to make. */
  get #cheapForms(): readonly SecretForm[] {
    if (this.#base === undefined) return this.#forms;
    return [...this.#base.#cheapForms, ...this.#secrets.flatMap(plainForms)];
  }

  /** Redacts everything that the journal keeps of an attempt. */
  sent({ request, response, outcome }: AttemptResult): AttemptResult {
    const reason = "reason" in outcome ? outcome.reason : "";
    const forms = mayHaveEncoded(response, reason) ? this.#forms : this.#cheapForms;
    const texts = [
      ...(request === undefined ? [] : textsOf(request.line, request)),
      ...(response === undefined ? [] : textsOf(response.statusLine, response)),
      reason,
    ];
    const levels = levelsOf(texts.join("\0"));
    // Mostly no secret occurs, so all texts are searched as one first.
    const found = forms.filter(({ key }) => levels.some(({ text }) => text.includes(key)));
    const clean = (text: string, cut?: boolean) => withoutForms(withoutCut(text, forms, cut), found);
    const message = ({ headers, body }: Pick<Request, "headers" | "body">) => ({
      ...(headers !== undefined && { headers: found.length === 0 ? headers : mapTexts(headers, found) }),
      ...(body !== undefined && { body: clean(body, true) }),
    });
    return {
      ...(request !== undefined && { request: { line: clean(request.line), ...message(request) } }),
      ...(response !== undefined && { response: { statusLine: clean(response.statusLine), ...message(response) } }),
      outcome: "reason" in outcome ? { ...outcome, reason: clean(reason) } : outcome,
    };
  }

  /** Redacts a text. */
  text(text: string): string {
    return withoutForms(text, this.#forms);
  }

  /** Redacts every text in a JSON value, names of properties included. */
  json<T>(value: T): T {
    return mapTexts(value, this.#forms);
  }
}

function mapTexts<T>(value: T, forms: readonly SecretForm[]): T {
  if (typeof value === "string") return withoutForms(value, forms) as T;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, forms)) as T;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [withoutForms(name, forms), mapTexts(item, forms)]),
  ) as T;
}

/** Lists response headers that never repeat anything of the request. */
const plainHeaders: ReadonlySet<string> = new Set(["content-type", "date", "server", "connection", "content-length"]);
const maxPlainLength = 10;

/** Says whether a response may repeat a secret in base64 or hexadecimal. Most responses are a few words, for which those forms need not be made. */
function mayHaveEncoded(response: Response | undefined, reason: string): boolean {
  const headers = Object.entries(response?.headers ?? {}).filter(([name]) => !plainHeaders.has(name));
  const texts = [...headers.flat(), response?.body ?? ""];
  return (
    texts.some((text) => text.length >= maxPlainLength && /[\w+/-]{5}/.test(text)) ||
    `${response?.statusLine ?? ""} ${reason}`.split(/[^\w+/-]+/).some((word) => word.length >= maxPlainLength)
  );
}

function withoutForms(text: string, forms: readonly SecretForm[]): string {
  if (forms.length === 0) return text;
  const spans: Span[] = [];
  for (const level of levelsOf(text)) {
    for (const form of forms) find(form, level, spans);
  }
  return spans.length === 0 ? text : replaced(text, spans);
}

/** Replaces the beginning of a secret that a text ends with. @param cut whether it may have been cut there */
function withoutCut(text: string, forms: readonly SecretForm[], cut = text.length >= shortestCut): string {
  if (!cut || forms.length === 0) return text;
  const mark = cutMark.exec(text.slice(-maxCutMark))?.[0].length ?? 0;
  const end = text.length - mark;
  const from = Math.max(0, end - maxCutLength);
  const starts = levelsOf(text.slice(from, end)).flatMap((level) => cutSpan(level, forms) ?? []);
  return starts.length === 0
    ? text
    : replaced(
        text,
        starts.map((span) => ({ ...span, start: from + span.start, end })),
      );
}

/** Finds the longest beginning of a secret that a text ends with, be it in the middle of an escape. */
function cutSpan({ text, startOf }: Level, forms: readonly SecretForm[]): Omit<Span, "end"> | undefined {
  const partial = cutEscape.exec(text.slice(-maxEscapeLength))?.[0].length ?? 0;
  let found: { readonly place: number; readonly replacement: string } | undefined;
  for (const end of new Set([text.length, text.length - partial])) {
    const from = Math.max(0, end - maxKeyLength);
    const last = text.slice(from, end);
    for (const { text: secret, replacement } of forms) {
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

const isBase64 = (unit: string | undefined): boolean => unit !== undefined && /^[\w+/-]$/.test(unit);

/** Finds a form in a text. A hit is as long as text and secret agree, and the search continues behind it, so no character is read twice. */
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
    for (const limit = end + 2; after > 0 && end < limit && text[end] === "="; ) end++;
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
