/** Pairs one written form of a secret with its replacement. */
export interface SecretForm {
  readonly text: string;
  /** The start of `text` that is searched for, at most 64 characters, so that searching is linear in the searched text. */
  readonly key: string;
  /** Number of base64 letters on either side that hold bits of the secret, too: 0 or 1. */
  readonly before: number;
  readonly after: number;
  readonly replacement: string;
}

/** Gives a secret a name that is shown instead, such as `${NAME}` in a configuration. */
export interface NamedSecret {
  readonly name: string;
  readonly value: string;
}

export type Secret = string | NamedSecret;

/**
 * Limits redaction in texts to secrets of at least this length. Shorter ones would turn every other word into dots; but a header
 * that holds one is masked all the same.
 */
export const minSecretLength = 4;

/** Limits the length of a form's `key`. */
export const maxKeyLength = 64;
const secretText = (secret: Secret): string => (typeof secret === "string" ? secret : secret.value);
const replacementOf = (secret: Secret): string => (typeof secret === "string" ? "…" : `\${${secret.name}}`);

/** Returns the forms of a secret in which it stands as it is. */
export function plainForms(secret: Secret): readonly SecretForm[] {
  const replacement = replacementOf(secret);
  return linesOf(secretText(secret)).flatMap((line) => [...plainTexts(line)].map((text) => formOf(text, replacement)));
}

/** Returns the forms of a secret in base64 and hexadecimal. They cost more to make. */
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

/** Splits a secret into lines: a PEM may be repeated with other line ends, or in part. Its BEGIN and END lines are no secret. */
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

/** Returns spellings of a secret; HTML forms write a plus for a space. Escapes need no spelling: they are undone in the searched text. */
const plainTexts = (value: string): ReadonlySet<string> =>
  new Set([value, decoded(value), value.toLowerCase(), value.replaceAll(" ", "+")]);

/** Returns escaped spellings of a secret within a text that was base64-encoded as a whole. A plain token has only one. */
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
 * Yields the base64 letters of bytes within any longer text, for each of the three offsets at which they may start in a group of three.
 * The letters depend on these bytes alone; `before` and `after` count those that also hold bits of their neighbours.
 */
function* base64Letters(bytes: Buffer): Iterable<readonly [text: string, before: number, after: number]> {
  for (const offset of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    const bits = 8 * (offset + bytes.length);
    const own = text.slice(Math.ceil((8 * offset) / 6), Math.floor(bits / 6));
    yield [own, offset === 0 ? 0 : 1, bits % 6 === 0 ? 0 : 1];
  }
}
