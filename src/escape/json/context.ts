/** Where in a JSON text something stands. */
export interface Context {
  /** The containers it is in, the outermost first. What is before the first one is not known to a template that is called. */
  readonly stack: string;
  /**
   * `value`, `key`: one must come. `first`: of a container just opened. `comma`: behind a comma, which is not written until
   * something follows. `between`: one of `first`, `comma` and `after`, known only when it is rendered. `after`: behind a value.
   * `colon`: behind a key. `string`: inside a value. `keyString`: inside a key. `nowhere`: behind a jump, where nothing gets.
   */
  readonly at: Position;
}

export type Position =
  | "value"
  | "key"
  | "first"
  | "comma"
  | "between"
  | "after"
  | "colon"
  | "string"
  | "keyString"
  | "nowhere";

/** `document` is what a JSON text as a whole is in. */
export const outermost = { document: "D", object: "{", list: "[" } as const;

export const start: Context = { stack: outermost.document, at: "value" };
export const nowhere: Context = { stack: "", at: "nowhere" };

export const topOf = ({ stack }: Context): string => stack.at(-1)!;
export const keyOf = ({ stack, at }: Context): string => `${at} ${stack}`;
export const isSame = (a: Context, b: Context): boolean => a.at === b.at && a.stack === b.stack;
export const isInString = ({ at }: Context): boolean => at === "string" || at === "keyString";

const seams: ReadonlySet<Position> = new Set(["first", "comma", "between", "after"]);

/** Where a text is that came by one of two ways; nothing if no one place is both. */
export function join(a: Context, b: Context): Context | undefined {
  if (isSame(a, b) || b.at === "nowhere") return a;
  if (a.at === "nowhere") return b;
  if (a.stack !== b.stack || topOf(a) === outermost.document) return undefined;
  return seams.has(a.at) && seams.has(b.at) ? { stack: a.stack, at: "between" } : undefined;
}

/** Whether what comes next in an object is a key. */
export function isAtKey(context: Context): boolean {
  return topOf(context) === outermost.object && keyed.has(context.at);
}

const keyed: ReadonlySet<Position> = new Set(["key", "first", "comma", "between"]);

/** In words, for messages. */
export function describe(context: Context): string {
  const inside = { D: "the JSON", "{": "an object", "[": "a list" }[topOf(context)]!;
  switch (context.at) {
    case "value":
      return "where a value must come";
    case "key":
      return "where a key must come";
    case "first":
      return `at the start of ${inside}`;
    case "comma":
      return `behind a comma in ${inside}`;
    case "between":
      return `between the values of ${inside}`;
    case "after":
      return `behind a value in ${inside}`;
    case "colon":
      return "behind a key";
    case "string":
      return "inside a string";
    case "keyString":
      return "inside a key";
    case "nowhere":
      return "where nothing gets";
  }
}
