/** A text that gives a secret away, and what is written in its place. */
export interface SecretForm {
  readonly text: string;
  /** The start of `text` that is searched for: at most 64 characters, so that a search is linear in what is searched. */
  readonly key: string;
  /** Base64 letters on either side that hold bits of the secret, too: 0 or 1. */
  readonly before: number;
  readonly after: number;
  readonly replacement: string;
}

/** A secret that has a name to be shown by, as what `${NAME}` of a configuration stands for. */
export interface NamedSecret {
  readonly name: string;
  readonly value: string;
}

export type Secret = string | NamedSecret;

/**
 * Characters that a secret has at least. Shorter ones are replaced in no text, since they would turn every other word into dots;
 * the header that holds one is masked all the same.
 */
export const minSecretLength = 4;

/** Of a form's `key`. */
export const maxKeyLength = 64;
const maxRemembered = 2_000;
const remembered = new Map<string, readonly SecretForm[]>();

/** Returns the forms that a secret is looked for in: as it is, and as receivers repeat it. */
export function formsOf(secret: Secret): readonly SecretForm[] {
  const { value, name } = typeof secret === "string" ? { value: secret, name: undefined } : secret;
  const id = `${name ?? ""}\0${value}`;
  const known = remembered.get(id);
  if (known !== undefined) return known;
  const lines = linesOf(value);
  const replacement = name === undefined ? "…" : `\${${name}}`;
  const forms = lines.flatMap((line) => lineForms(line, replacement, lines.length === 1));
  if (remembered.size >= maxRemembered) remembered.clear();
  remembered.set(id, forms);
  return forms;
}

/** A PEM is repeated with other line ends, or in part. What stands in its frame is no secret. */
function linesOf(value: string): readonly string[] {
  if (!/[\r\n]/.test(value)) return [value];
  return value.split(/[\r\n]+/).filter((line) => line.length >= 16 && !line.startsWith("-----"));
}

function lineForms(value: string, replacement: string, inBase64: boolean): readonly SecretForm[] {
  if (value.length < minSecretLength) return [];
  const forms = new Map<string, SecretForm>();
  const add = (text: string, before = 0, after = 0): void => {
    if (text.length < minSecretLength || forms.has(text)) return;
    forms.set(text, { text, key: text.slice(0, maxKeyLength), before, after, replacement });
  };
  for (const text of [value, value.toLowerCase(), decoded(value)]) {
    add(text);
    for (const escaped of escapedForms(text)) add(escaped);
  }
  if (!inBase64) return [...forms.values()];
  for (const [text, before, after] of base64Forms(Buffer.from(value))) {
    add(text, before, after);
    add(text.replaceAll("+", "-").replaceAll("/", "_"), before, after);
  }
  return [...forms.values()];
}

/** Plain tokens are the same in all of these. */
function escapedForms(value: string): readonly string[] {
  if (/^[\w.~-]*$/.test(value)) return [];
  const json = JSON.stringify(value).slice(1, -1);
  const ascii = json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const strict = json.replace(/[<>&'=+]/g, (unit) => `\\u00${unit.charCodeAt(0).toString(16)}`);
  const percent = encodeURIComponent(value.toWellFormed());
  const rfc3986 = percent.replace(/[!'()*]/g, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = new URLSearchParams({ "": value }).toString().slice(1);
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  const html = value.replace(/[&<>"]/g, (unit) => entities[unit]!);
  const encoded = [percent, rfc3986, form, encodeURI(value.toWellFormed())];
  return [
    ...[
      json,
      ascii,
      strict,
      json.replaceAll("/", "\\/"),
      ascii.replaceAll("/", "\\/"),
      JSON.stringify(json).slice(1, -1),
    ],
    ...encoded,
    ...encoded.map((text) => text.replace(/%[\dA-F]{2}/g, (byte) => byte.toLowerCase())),
    ...[html, html.replaceAll("'", "&#39;"), html.replaceAll("'", "&#x27;")],
  ];
}

function decoded(value: string): string {
  try {
    return value.includes("%") ? decodeURIComponent(value) : value;
  } catch {
    return value;
  }
}

/**
 * Base64 of whatever has these bytes in it, for each of the three places where they may start in a group. Only letters
 * that depend on nothing else; `before` and `after` count those that hold bits of the bytes and of their neighbours.
 */
function* base64Forms(bytes: Buffer): Iterable<readonly [text: string, before: number, after: number]> {
  for (const offset of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    const bits = 8 * (offset + bytes.length);
    const own = text.slice(Math.ceil((8 * offset) / 6), Math.floor(bits / 6));
    if (offset === 0 || own.length >= 6) yield [own, offset === 0 ? 0 : 1, bits % 6 === 0 ? 0 : 1];
  }
}
