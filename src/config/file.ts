import { isAlias, isCollection, isMap, isScalar, isSeq, LineCounter, type Node } from "yaml";
import { z } from "zod";
import { similar } from "../base/similar.ts";
import type { NamedSecret } from "../dispatch/index.ts";
import { Redactor } from "../dispatch/secrets/redactor.ts";
import { readYaml, type YamlFile } from "../files/yaml.ts";
import { meant } from "../triggers/definition/validate.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Says what is wrong in a configuration file, and where. Lines and columns are 1-based. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The key, as in `channels.crm.url`. */
  readonly key: string;

  constructor(message: string, place: { file: string; line: number; column: number; key: string }) {
    super(message);
    this.file = place.file;
    this.line = place.line;
    this.column = place.column;
    this.key = place.key;
  }
}

/**
 * Reads YAML and checks it against a schema.
 * @param env where `${NAME}` in texts is looked up; `$${` is then a plain `${`. Without one, texts stay as they are
 * @throws {@link ConfigError} for the first thing that is wrong
 */
export function readConfig<T extends z.ZodType>(
  file: string,
  text: string,
  schema: T,
  env?: Environment,
): Read<z.output<T>> {
  const lines = new LineCounter();
  const yaml = readYaml(text, lines);
  const { document } = yaml;
  const filled: Filled[] = [];
  const fail = (message: string, offset: number, key = ""): never => {
    const { line, col } = lines.linePos(offset);
    throw new ConfigError(new Redactor(namedSecrets(filled)).text(message), { file, line, column: col, key });
  };
  for (const { message, offset } of yaml.problems) fail(message, offset);
  const value = document.contents === null ? {} : fill(document.contents, { yaml, env, filled, fail, copied: 0 }, []);
  const checked = schema.safeParse(value);
  if (checked.success) {
    return {
      value: checked.data,
      raw: value,
      filled,
      fail: (path, message) => fail(message, offsetOf(yaml, path), path.join(".")),
    };
  }
  const { path, message } = clearest(meant(checked.error.issues[0]!), value, schema);
  return fail(message, offsetOf(yaml, path), path.join("."));
}

export interface Read<T> {
  readonly value: T;
  /** Holds the file's value, with the environment filled in: durations are still text. */
  readonly raw: unknown;
  /** Lists values that the environment filled in, and where. */
  readonly filled: readonly Filled[];
  /** Throws a {@link ConfigError} about the value at this path. */
  fail(path: readonly PropertyKey[], message: string): never;
}

/** Records the value that `${NAME}` at this path was replaced by. */
export interface Filled {
  readonly path: readonly string[];
  readonly name: string;
  readonly value: string;
}

/** Characters that a value of the environment has at least to be taken for a secret wherever it stands: not a port or a region. */
const minFilledLength = 8;

/** Matches a URL's scheme and host, which are not secret: they are shown of every URL. */
const origin = /^https?:\/\/[^/?#@]*\/?$/i;

/** Returns the values from the environment as named secrets, without repetitions, because every message is searched for all of them. */
export const namedSecrets = (filled: readonly Filled[]): readonly NamedSecret[] => {
  const secrets = filled.filter(({ value }) => value.length >= minFilledLength && !origin.test(value));
  return [...new Map(secrets.map(({ name, value }) => [name, { name, value }])).values()];
};

interface Filling {
  readonly yaml: YamlFile;
  readonly env: Environment | undefined;
  readonly filled: Filled[];
  readonly fail: (message: string, offset: number, key: string) => never;
  /** Values that aliases gave once more. */
  copied: number;
}

/** Limits the values that aliases may stand for: aliases of lists of aliases multiply, and no real file needs more. */
const maxCopied = 10_000;

/** Builds the file's value. Text from the environment stays text, and never becomes YAML. */
function fill(node: Node, filling: Filling, path: readonly string[], isCopy = false): unknown {
  const { yaml, env, filled, fail } = filling;
  if (isCopy && ++filling.copied > maxCopied) {
    fail(
      `the aliases of this file stand for more than ${maxCopied} values; write out what is meant`,
      start(node),
      path.join("."),
    );
  }
  if (isAlias(node)) {
    const target = yaml.target(node);
    return target ? fill(target, filling, path, true) : fail("an alias of nothing", start(node), path.join("."));
  }
  if (isSeq(node)) return node.items.map((item, i) => fill(item as Node, filling, [...path, `${i}`], isCopy));
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }) => {
      const name = isScalar(key) ? String(key.value) : fail("a key must be text", start(key as Node), path.join("."));
      return [name, value ? fill(value as Node, filling, [...path, name], isCopy) : null] as const;
    });
    // Object.fromEntries defines, so that a key called __proto__ is a key and no more.
    return Object.fromEntries(entries);
  }
  if (!isScalar(node)) return null;
  if (typeof node.value !== "string" || env === undefined) return node.value;
  return node.value.replace(/\$(\$\{)|\$\{([^}]*)\}?/g, (all, escaped: string | undefined, name: string) => {
    if (escaped) return escaped;
    if (!all.endsWith("}")) return all;
    const value = env[name];
    if (value === undefined)
      return fail(`the environment has no ${name}; set it, or write $\${ for a plain \${`, start(node), path.join("."));
    filled.push({ path, name, value });
    return value;
  });
}

const start = (node: Node | null | undefined): number => node?.range?.[0] ?? 0;

/** Returns the offset of a value; of a missing one, that of the nearest collection around it. */
function offsetOf({ document, target }: YamlFile, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = start(document.contents);
  for (const step of path) {
    if (isAlias(node)) node = target(node);
    if (!isCollection(node)) break;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (!pair) break;
      offset = start(pair.key as Node);
      node = pair.value;
    } else {
      node = node.get(Number(step), true);
      offset = start(node as Node) || offset;
    }
  }
  return offset;
}

interface Complaint {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Describes zod's issue in words that say what would be right. */
function clearest(issue: z.core.$ZodIssue, value: unknown, schema: z.ZodType): Complaint {
  const { path } = issue;
  switch (issue.code) {
    case "unrecognized_keys": {
      const [key] = issue.keys;
      return {
        path: [...path, key!],
        message: `unknown key ${JSON.stringify(key)}${known(key!, keysAt(schema, value, path))}`,
      };
    }
    case "invalid_key":
      return { path, message: issue.issues[0]?.message ?? issue.message };
    case "invalid_type":
      if (valueAt(value, path) === undefined) return { path, message: `${String(path.at(-1))} is missing` };
      return {
        path,
        message: issue.message.startsWith("Invalid") ? `this must be ${article(issue.expected)}` : issue.message,
      };
    case "invalid_union": {
      const { discriminator, options } = issue as { discriminator?: string; options?: readonly unknown[] };
      if (discriminator !== undefined && options !== undefined) {
        const given = valueAt(value, path);
        const what =
          given === undefined ? `${discriminator} is missing` : `there is no ${discriminator} ${JSON.stringify(given)}`;
        return { path, message: `${what}; it is one of ${options.join(", ")}` };
      }
      const missing = valueAt(value, path) === undefined ? `${String(path.at(-1))} is missing: ` : "";
      return { path, message: `${missing}${issue.message}` };
    }
    case "too_small":
      return { path, message: issue.origin === "array" ? "this must not be empty" : issue.message };
    default:
      return { path, message: issue.message };
  }
}

/** Suggests a key in place of an unknown one: the most similar, or all. */
function known(key: string, keys: readonly string[]): string {
  const [like] = similar(key, keys);
  if (like !== undefined) return `; did you mean ${like}?`;
  return keys.length === 0 ? "" : `; it may have ${[...keys].sort().join(", ")}`;
}

function keysAt(schema: z.ZodType, value: unknown, path: readonly PropertyKey[]): string[] {
  let at: unknown = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  let here = value;
  for (const step of [...path, undefined]) {
    const { oneOf, anyOf } = at as { oneOf?: readonly unknown[]; anyOf?: readonly unknown[] };
    const branches = (oneOf ?? anyOf ?? [at]) as readonly {
      type?: string;
      properties?: Record<string, { const?: unknown }>;
      additionalProperties?: unknown;
      items?: unknown;
    }[];
    const kind = (here as { kind?: unknown } | null | undefined)?.kind;
    const fits = branches.find(
      ({ properties }) => properties?.kind?.const !== undefined && properties.kind.const === kind,
    );
    const branch = fits ?? branches.find(({ type }) => type === "object" || type === "array");
    if (step === undefined) return Object.keys(branch?.properties ?? {});
    at = branch?.properties?.[String(step)] ?? (branch?.additionalProperties || branch?.items) ?? {};
    here = (here as Record<PropertyKey, unknown> | undefined)?.[step];
  }
  return [];
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at: unknown = value;
  for (const step of path) at = (at as Record<PropertyKey, unknown> | undefined)?.[step];
  return at;
}

const article = (type: string): string =>
  type === "object" || type === "record" ? "a mapping" : type === "array" ? "a list" : `a ${type}`;
