import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from "yaml";
import type { z } from "zod";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What is wrong in a configuration file, and where. Lines and columns are 1-based. */
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
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const fail = (message: string, offset: number, key = ""): never => {
    const { line, col } = lines.linePos(offset);
    throw new ConfigError(message, { file, line, column: col, key });
  };
  for (const { message, pos } of [...document.errors, ...document.warnings]) fail(message, pos[0]);
  const value = document.contents === null ? {} : fill(document.contents, document, env, [], fail);
  const checked = schema.safeParse(value);
  if (checked.success) {
    return {
      value: checked.data,
      fail: (path, message) => fail(message, offsetOf(document, path), path.join(".")),
    };
  }
  const { path, message } = clearest(checked.error.issues[0]!, value);
  return fail(message, offsetOf(document, path), path.join("."));
}

export interface Read<T> {
  readonly value: T;
  /** Throws a {@link ConfigError} about the value at this path. */
  fail(path: readonly PropertyKey[], message: string): never;
}

type Fail = (message: string, offset: number, key: string) => never;

/** The file's value, built by us: what came from the environment is text, and never becomes YAML. */
function fill(
  node: Node,
  document: Document,
  env: Environment | undefined,
  path: readonly string[],
  fail: Fail,
): unknown {
  if (isAlias(node)) {
    const target = node.resolve(document);
    return target ? fill(target, document, env, path, fail) : fail("an alias of nothing", start(node), path.join("."));
  }
  if (isSeq(node)) return node.items.map((item, i) => fill(item as Node, document, env, [...path, `${i}`], fail));
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }) => {
      const name = isScalar(key) ? String(key.value) : fail("a key must be text", start(key as Node), path.join("."));
      return [name, value ? fill(value as Node, document, env, [...path, name], fail) : null] as const;
    });
    // Object.fromEntries defines, so that a key called __proto__ is a key and no more.
    return Object.fromEntries(entries);
  }
  if (!isScalar(node)) return null;
  if (typeof node.value !== "string" || env === undefined) return node.value;
  return node.value.replace(/\$(\$\{)|\$\{([^}]*)\}/g, (_all, escaped: string | undefined, name: string) => {
    if (escaped) return escaped;
    const found = env[name];
    if (found !== undefined) return found;
    return fail(`the environment has no ${name}; set it, or write $\${ for a plain \${`, start(node), path.join("."));
  });
}

const start = (node: Node | null | undefined): number => node?.range?.[0] ?? 0;

/** Where a value stands; of one that is missing, where it would stand: the nearest thing around it. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = start(document.contents);
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
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

/** Zod's issue in words that say what would be right. */
function clearest(issue: z.core.$ZodIssue, value: unknown): Complaint {
  const { path } = issue;
  switch (issue.code) {
    case "unrecognized_keys": {
      const [key] = issue.keys;
      return { path: [...path, key!], message: `unknown key ${JSON.stringify(key)}` };
    }
    case "invalid_type":
      if (valueAt(value, path) === undefined) return { path, message: `${String(path.at(-1))} is missing` };
      return { path, message: `this must be ${article(issue.expected)}` };
    case "invalid_union": {
      // Of a union by `kind`, zod tells which kinds there are; of others, the branch that came furthest is meant.
      const branches = issue.errors.flat();
      const deepest = branches.sort((a, b) => b.path.length - a.path.length)[0];
      if (deepest) return clearest({ ...deepest, path: [...path, ...deepest.path] }, value);
      const { note } = issue as { note?: string };
      return { path, message: note === "No matching discriminator" ? `${issue.message}: no such kind` : issue.message };
    }
    default:
      return { path, message: issue.message };
  }
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at: unknown = value;
  for (const step of path) at = (at as Record<PropertyKey, unknown> | undefined)?.[step];
  return at;
}

const article = (type: string): string => (type === "object" ? "a mapping" : type === "array" ? "a list" : `a ${type}`);
