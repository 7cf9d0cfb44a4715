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
  const lines = value.split(/[\r\n]+/).filter((line) => line.length >= 16 && !line.startsWith("-----"));
  return lines.length > 0 ? lines : [value];
}

function lineForms(value: string, replacement: string, inBase64: boolean): readonly SecretForm[] {
  if (value.length < minSecretLength) return [];
  const forms = new Map<string, SecretForm>();
  const add = (text: string, before = 0, after = 0): void => {
    if (text.length < minSecretLength || forms.has(text)) return;
    forms.set(text, { text, key: text.slice(0, maxKeyLength), before, after, replacement });
  };
  // Forms of HTML have a plus for a space. Escapes need no forms of their own: they are undone in what is searched.
  for (const text of [value, decoded(value), value.toLowerCase(), value.replaceAll(" ", "+")]) add(text);
  if (!inBase64) return [...forms.values()];
  for (const escaped of escapedForms(value)) {
    for (const [text, before, after] of base64Forms(Buffer.from(escaped))) {
      add(text, before, after);
      add(text.replaceAll("+", "-").replaceAll("/", "_"), before, after);
    }
  }
  return [...forms.values()];
}

/** As it may stand in what was made base64 as a whole. Plain tokens are the same in all of these. */
function escapedForms(value: string): ReadonlySet<string> {
  if (/^[\w.~-]*$/.test(value)) return new Set([value]);
  const json = JSON.stringify(value).slice(1, -1);
  const form = new URLSearchParams({ "": value }).toString().slice(1);
  return new Set([
    value,
    decoded(value),
    json,
    json.replaceAll("/", "\\/"),
    encodeURIComponent(value.toWellFormed()),
    form,
  ]);
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
