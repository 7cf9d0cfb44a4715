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
const secretText = (secret: Secret): string => (typeof secret === "string" ? secret : secret.value);
const replacementOf = (secret: Secret): string => (typeof secret === "string" ? "…" : `\${${secret.name}}`);

/** Returns the forms that a secret is looked for in, as it is. */
export function plainForms(secret: Secret): readonly SecretForm[] {
  const replacement = replacementOf(secret);
  return linesOf(secretText(secret)).flatMap((line) => [...plainTexts(line)].map((text) => formOf(text, replacement)));
}

/** Returns those it is looked for in where something was made base64 or hexadecimal. They cost more to make. */
export function encodedForms(secret: Secret): readonly SecretForm[] {
  const lines = linesOf(secretText(secret));
  if (lines.length !== 1) return [];
  const replacement = replacementOf(secret);
  const forms = new Map<string, SecretForm>();
  for (const one of new Set([lines[0]!, decoded(lines[0]!)])) {
    const hex = Buffer.from(one).toString("hex");
    for (const text of [hex, hex.toUpperCase()]) forms.set(text, formOf(text, replacement));
  }
  for (const escaped of escapedForms(lines[0]!)) {
    for (const [text, before, after] of base64Letters(Buffer.from(escaped))) {
      for (const one of [text, text.replaceAll("+", "-").replaceAll("/", "_")]) {
        if (one.length >= minSecretLength && !forms.has(one)) forms.set(one, formOf(one, replacement, before, after));
      }
    }
  }
  return [...forms.values()];
}

/** A PEM is repeated with other line ends, or in part. What stands in its frame is no secret. */
function linesOf(value: string): readonly string[] {
  if (value.length < minSecretLength) return [];
  if (!/[\r\n]/.test(value)) return [value];
  const lines = value.split(/[\r\n]+/).filter((line) => line.length >= 16 && !line.startsWith("-----"));
  return lines.length > 0 ? lines : [value];
}

const formOf = (text: string, replacement: string, before = 0, after = 0): SecretForm => ({
  text,
  key: text.slice(0, maxKeyLength),
  before,
  after,
  replacement,
});

/** Forms of HTML have a plus for a space. Escapes need no forms of their own: they are undone in what is searched. */
const plainTexts = (value: string): ReadonlySet<string> =>
  new Set([value, decoded(value), value.toLowerCase(), value.replaceAll(" ", "+")]);

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
function* base64Letters(bytes: Buffer): Iterable<readonly [text: string, before: number, after: number]> {
  for (const offset of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    const bits = 8 * (offset + bytes.length);
    const own = text.slice(Math.ceil((8 * offset) / 6), Math.floor(bits / 6));
    yield [own, offset === 0 ? 0 : 1, bits % 6 === 0 ? 0 : 1];
  }
}
