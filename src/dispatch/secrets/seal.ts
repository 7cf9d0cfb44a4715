import type { Json } from "../../base/json.ts";
import type { NamedSecret, Secret } from "./forms.ts";

/** Encloses the name of a secret in kept values; twice, it stands for itself. It is a noncharacter of Unicode, which texts do not have. */
const mark = "\u{10fffe}";
const marked = /\u{10fffe}([^\u{10fffe}]*)\u{10fffe}/gu;

/** Says that a delivery needs a secret that the configuration no longer has. */
export class MissingSecretError extends Error {
  override readonly name = "MissingSecretError";
}

const isNamed = (secret: Secret): secret is NamedSecret => typeof secret !== "string";

/** Replaces named secrets in a value by their names, so that it can be kept. `unsealed` puts the secrets back. */
export function sealed<T extends Json | undefined>(value: T, secrets: readonly Secret[] = []): T {
  // Longer secrets first, because one may be part of another.
  const named = secrets.filter(isNamed).sort((a, b) => b.value.length - a.value.length);
  const sealText = (text: string): string => {
    let parts: readonly string[] = [text.replaceAll(mark, mark + mark)];
    for (const { name, value } of named) {
      // Parts at odd places are marks already, and stay.
      parts = parts.flatMap((part, i) => (i % 2 === 1 ? [part] : split(part, value, mark + name + mark)));
    }
    return parts.length === 1 ? parts[0]! : parts.join("");
  };
  return mapTexts(value, sealText);
}

/** Splits `a SECRET b` into `a `, mark, ` b`: texts at even places, marks at odd ones. */
const split = (text: string, value: string, by: string): readonly string[] =>
  text.includes(value) ? text.split(value).flatMap((part, i) => (i === 0 ? [part] : [by, part])) : [text];

/** Puts named secrets back into a sealed value. @throws MissingSecretError */
export function unsealed<T extends Json | undefined>(value: T, secrets: readonly Secret[] = []): T {
  return mapTexts(value, (text) =>
    text.replace(marked, (_all, name: string) => {
      if (name === "") return mark;
      const secret = secrets.find((one): one is NamedSecret => isNamed(one) && one.name === name);
      if (secret !== undefined) return secret.value;
      throw new MissingSecretError(`it needs \${${name}}, which the channel's configuration no longer has`);
    }),
  );
}

/** Returns a sealed value for people, with `${NAME}` where a secret was. */
export const shownSealed = <T extends Json | undefined>(value: T): T =>
  mapTexts(value, (text) => text.replace(marked, (_all, name: string) => (name === "" ? mark : `\${${name}}`)));

/** Applies a function to every text in a JSON value. */
function mapTexts<T>(value: T, change: (text: string) => string): T {
  if (typeof value === "string") return change(value) as T;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change)) as T;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapTexts(item, change)])) as T;
}
