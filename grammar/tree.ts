import type { Span } from "./error.ts";

/**
 * Defines the trees that the parser makes: plain readonly objects, a union on `kind`. Offsets are UTF-16 offsets into the
 * template text.
 */

/** Holds the left and right delimiter, `["{{", "}}"]` unless the caller chose others. */
export type Delims = readonly [left: string, right: string];

/** Holds the text that a tree was parsed from, shared by all trees of one parse. */
export interface Source {
  /** The name that Go's messages carry. */
  readonly name: string;
  readonly text: string;
  readonly delims: Delims;
}

/** Holds one template: the text's own, or that of a `define` or `block`. */
export interface Tree {
  readonly name: string;
  readonly source: Source;
  readonly root: List;
}

interface Place extends Span {
  /** Offset that Go's messages give for the node: mostly its start; in a chain of fields the start of the second field. */
  readonly pos: number;
}

export interface List extends Place {
  readonly kind: "list";
  readonly nodes: readonly Node[];
}

export interface Text extends Place {
  readonly kind: "text";
  /** After trimming. */
  readonly text: string;
}

export interface Comment extends Place {
  readonly kind: "comment";
  /** Includes the markers, but not the delimiters: `/* … *\/`. */
  readonly text: string;
}

export interface Action extends Place {
  readonly kind: "action";
  readonly pipe: Pipe;
}

/** Holds a branch. An `else if` or `else with` is an `else` list that holds only the nested branch. */
export interface Branch extends Place {
  readonly kind: "if" | "with" | "range";
  readonly pipe: Pipe;
  readonly list: List;
  readonly elseList: List | undefined;
}

/** Holds a call; a `block` is a definition plus a call. */
export interface TemplateCall extends Place {
  readonly kind: "template";
  readonly name: string;
  readonly pipe: Pipe | undefined;
}

export interface Jump extends Place {
  readonly kind: "break" | "continue";
}

export type Node = Text | Comment | Action | Branch | TemplateCall | Jump;

export interface Pipe extends Place {
  readonly kind: "pipe";
  readonly decl: readonly Variable[];
  /** `=` rather than `:=`. */
  readonly isAssign: boolean;
  readonly commands: readonly Command[];
}

export interface Command extends Place {
  readonly kind: "command";
  readonly args: readonly [Operand, ...Operand[]];
}

export interface Field extends Place {
  readonly kind: "field";
  readonly names: readonly string[];
}

export interface Variable extends Place {
  readonly kind: "variable";
  /** Includes the `$`. */
  readonly name: string;
  readonly fields: readonly string[];
}

/** Fields of a parenthesised pipeline or of a function's result. */
export interface Chain extends Place {
  readonly kind: "chain";
  readonly base: Operand;
  readonly fields: readonly string[];
}

export interface Identifier extends Place {
  readonly kind: "identifier";
  readonly name: string;
}

export interface Dot extends Place {
  readonly kind: "dot";
}

export interface Nil extends Place {
  readonly kind: "nil";
}

export interface Bool extends Place {
  readonly kind: "bool";
  readonly value: boolean;
}

/** Holds every value that the text of a constant can stand for; the place where it is used decides. */
export interface NumberConstant {
  /** Holds the number as written. */
  readonly text: string;
  readonly int: bigint | undefined;
  readonly uint: bigint | undefined;
  readonly float: number | undefined;
  readonly complex: { readonly re: number; readonly im: number } | undefined;
}

export interface NumberNode extends Place, NumberConstant {
  readonly kind: "number";
}

export interface StringNode extends Place {
  readonly kind: "string";
  /** Holds the string as written, with quotes. */
  readonly quoted: string;
  readonly text: string;
}

export type Operand = Field | Variable | Chain | Identifier | Dot | Nil | Bool | NumberNode | StringNode | Pipe;

/** Tells whether a list has only white space and comments: such a body never replaces another, and is replaced by any. */
export function isEmpty(list: List): boolean {
  return list.nodes.every((node) => node.kind === "comment" || (node.kind === "text" && isGoSpace(node.text)));
}

/** Tests for Go's `unicode.IsSpace`, which differs from `\s`: it has U+0085 but not U+FEFF. */
const isGoSpace = (text: string): boolean =>
  /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/.test(text);
