/** Describes a place in a JSON text. */
export interface Context {
  /** The containers around the place, outermost first. A template that is called does not know what is before the first one. */
  readonly stack: string;
  /**
   * `value`, `key`: one must come. `first`: directly in a container just opened. `comma`: after a comma, which is not written
   * until something follows. `between`: one of `first`, `comma` and `after`, known only at run time. `after`: after a value.
   * `colon`: after a key. `string`: inside a value. `keyString`: inside a key. `nowhere`: after a jump, which nothing reaches.
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

/** Stacks to start from; `document` is that of a whole JSON text. */
export const outermost = { document: "D", object: "{", list: "[" } as const;

export const start: Context = { stack: outermost.document, at: "value" };
export const nowhere: Context = { stack: "", at: "nowhere" };

export const topOf = ({ stack }: Context): string => stack.at(-1)!;
export const keyOf = ({ stack, at }: Context): string => `${at} ${stack}`;
export const isSame = (a: Context, b: Context): boolean => a.at === b.at && a.stack === b.stack;
export const isInString = ({ at }: Context): boolean => at === "string" || at === "keyString";

const seams: ReadonlySet<Position> = new Set(["first", "comma", "between", "after"]);

/** Joins the places that two ways lead to; undefined if no place can be both. */
export function join(a: Context, b: Context): Context | undefined {
  if (isSame(a, b) || b.at === "nowhere") return a;
  if (a.at === "nowhere") return b;
  if (a.stack !== b.stack || topOf(a) === outermost.document) return undefined;
  return seams.has(a.at) && seams.has(b.at) ? { stack: a.stack, at: "between" } : undefined;
}

/** Tells whether a key comes next in an object. */
export function isAtKey(context: Context): boolean {
  return topOf(context) === outermost.object && keyed.has(context.at);
}

const keyed: ReadonlySet<Position> = new Set(["key", "first", "comma", "between"]);

/** Describes a place for messages. */
export function describe(context: Context): string {
  const inside = { D: "the JSON", "{": "an object", "[": "a list" }[topOf(context)]!;
  switch (context.at) {
    case "value":
      return "where a value is expected";
    case "key":
      return "where a key is expected";
    case "first":
      return `at the start of ${inside}`;
    case "comma":
      return `after a comma in ${inside}`;
    case "between":
      return `between the values of ${inside}`;
    case "after":
      return `after a value in ${inside}`;
    case "colon":
      return "after a key";
    case "string":
      return "inside a string";
    case "keyString":
      return "inside a key";
    case "nowhere":
      return "where nothing gets";
  }
}
