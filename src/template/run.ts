import {
  byteLength,
  type Command,
  quote as goQuoted,
  isStackOverflow,
  type Limit,
  linesIn,
  type Node,
  type Operand,
  type Pipe,
  printNode,
  TemplateError,
  TemplateLimitError,
  type Tree,
} from "../../grammar/index.ts";
import { RenderAborted } from "./aborted.ts";
import { type Context, type ContextOptions, makeContext } from "./context.ts";
import type { Printing } from "./fmt/index.ts";
import { LimitReached, type Limits, type TimeLimit, timeSlice } from "./limits.ts";
import type { Numbers } from "./value.ts";

export type AnyNode = Node | Pipe | Command | Operand;

export type MissingKey = "default" | "zero" | "error" | "required";

/** Holds what all renders of one compiled template share. */
export interface Settings {
  readonly numbers: Numbers;
  readonly missingKey: MissingKey;
  readonly limits: Limits;
  readonly printing: Printing;
  readonly contextOptions: ContextOptions;
  /**
   * A third of the output limit: see `Run.write`. A whole number, because V8 allocates an object for each fraction in a field.
   */
  readonly firstCheck: number;
  readonly monotonicClock: () => number;
}

/** Holds the state of one render. Go: `text/template`'s `state`. */
export class Run {
  readonly settings: Settings;
  out = "";
  dot: unknown;
  /** Tells whether dot is boxed: it was taken from a list or map and not yet unwrapped, so Go says `interface {}` for its type. */
  dotBoxed = false;
  /** Variables as a flat `[value, boxed, value, boxed, …]` array, which avoids one object for each variable. */
  vars: unknown[];
  /**
   * The node that an error is about. Each operand sets it, and none restores it when it is done: messages of Go, which does
   * the same, name the operand evaluated last.
   */
  at: AnyNode;
  tree: Tree;
  /** The value read last from a collection whose elements have a Go type of their own. */
  concrete: unknown;
  depth = 0;
  /** Steps left in this slice: all that are left, if there is no clock to check in between. */
  #steps: number;
  /** Steps left after this slice. */
  #reserve = 0;
  /** The limit in milliseconds, and the clock's value at which it is reached. */
  readonly #timer: { readonly time: number; readonly deadline: number } | undefined;
  /** Length of `out` at which its bytes have to be counted. */
  #checkAt: number;
  #countedTo = 0;
  #countedBytes = 0;
  #paidPrinting: Printing | undefined;
  #ownContext: Context | undefined;
  /** The error that this render throws: any other `TemplateError` comes from a template that a function or getter renders. */
  #failure: TemplateError | undefined;

  constructor(settings: Settings, tree: Tree, data: unknown, slots: number, limit?: TimeLimit) {
    this.settings = settings;
    this.tree = tree;
    this.at = emptyNode;
    this.dot = data;
    this.vars = slots === 1 ? [data, false] : newVars(data, slots);
    this.#steps = settings.limits.steps;
    const time = limit?.time ?? settings.limits.time;
    if (time !== Number.POSITIVE_INFINITY) {
      const deadline = time + (limit?.since ?? settings.monotonicClock());
      if (!(deadline > Number.NEGATIVE_INFINITY)) throw new TypeError("time and since are numbers of milliseconds");
      this.#timer = { time, deadline };
      this.#reserve = this.#steps;
      this.#steps = 0;
    } else this.#timer = undefined;
    this.#checkAt = settings.firstCheck;
  }

  /** Replaces the data, before anything is run. */
  setRoot(data: unknown): void {
    this.dot = data;
    this.vars[0] = data;
  }

  write(text: string): void {
    this.out += text;
    if (this.out.length > this.#checkAt) this.#countOutput();
  }

  /**
   * Counts the bytes of the output. Each unit is one to three bytes, so this is needed only when a third of the remaining
   * limit is used.
   */
  #countOutput(): void {
    this.#countedBytes += byteLength(this.out, this.#countedTo);
    this.#countedTo = this.out.length;
    const left = this.settings.limits.output - this.#countedBytes;
    if (left < 0) this.stop("output");
    this.#checkAt = this.#countedTo + Math.floor(left / 3);
  }

  /** Steps spent so far. */
  get spent(): number {
    return this.settings.limits.steps - this.#reserve - this.#steps;
  }

  /** Charges for work that a loop, a call or a function is about to do. */
  spend(steps: number): void {
    this.#steps -= steps;
    if (this.#steps < 0) this.#endSlice();
  }

  /** Checks the budget and the clock, and starts the next slice. A render that has stopped stops again. */
  #endSlice(): void {
    const left = this.#reserve + this.#steps;
    if (left < 0) this.stop("steps");
    if (this.#timer && this.settings.monotonicClock() >= this.#timer.deadline) this.stop("time");
    this.#steps = Math.min(left, timeSlice);
    this.#reserve = left - this.#steps;
  }

  /** Options for printing that this render pays for. */
  get printing(): Printing {
    this.#paidPrinting ??= { ...this.settings.printing, payer: this };
    return this.#paidPrinting;
  }

  /** The context of functions that ask for it. */
  get context(): Context {
    const { contextOptions, numbers, limits } = this.settings;
    this.#ownContext ??= makeContext(contextOptions, numbers, limits, (steps) => this.spend(steps));
    return this.#ownContext;
  }

  /** Makes an int: under `numbers: "float64"` a plain number would be read as a float. */
  int(n: number): number | bigint {
    return this.settings.numbers === "int" ? n : BigInt(n);
  }

  /** Tells whether a number of the data is an int that JavaScript prints as Go does. */
  isInt(n: number): boolean {
    return this.settings.numbers === "int" && Number.isSafeInteger(n);
  }

  /** Prints a node as messages show it. */
  print(node: AnyNode): string {
    return printNode(node, this.tree.source.delims);
  }

  fail(message: string, node: AnyNode = this.at, cause?: unknown): never {
    this.#failure = new TemplateError({ ...this.#place(node, message), cause });
    throw this.#failure;
  }

  stop(limit: Limit): never {
    throw new TemplateLimitError(
      limit,
      this.#place(this.at, limitMessage(limit, this.settings.limits, this.#timer?.time)),
    );
  }

  /** Stops at the depth of template calls, in Go's words with our number. */
  stopCall(): never {
    const message = `exceeded maximum template depth (${this.settings.limits.depth})`;
    throw new TemplateLimitError("depth", this.#place(this.at, message));
  }

  /** Rethrows what a function, an iterator or a getter in the data threw, as the error of this render. */
  rethrow(error: unknown): never {
    if (error === this.#failure || error instanceof TemplateLimitError || error instanceof RenderAborted) throw error;
    if (error instanceof LimitReached) return this.stop(error.limit);
    if (isStackOverflow(error)) return this.stop("depth");
    if (error instanceof RangeError && error.message === "Invalid string length") return this.stop("output");
    return this.fail(errorText(error), this.at, error);
  }

  #place(node: AnyNode, message: string) {
    const { name, text } = this.tree.source;
    return {
      message: execMessage(this.tree, node, message),
      phase: "exec" as const,
      name,
      text,
      span: { start: node.pos, end: Math.max(node.pos, node.end) },
      output: this.out,
    };
  }
}

/** Returns Go's whole message for a failure at a node of a template. */
export function execMessage({ source, name }: Tree, node: AnyNode, message: string): string {
  const { delims } = source;
  const lines = linesIn(source);
  const where = `${source.name}:${lines.at(node.pos).line}:${lines.byteColumn(node.pos)}: executing ${goQuoted(name)} at <${printNode(node, delims)}>`;
  return `template: ${where}: ${message}`;
}

function limitMessage(limit: Limit, { steps, output, depth }: Limits, time: number | undefined): string {
  switch (limit) {
    case "steps":
      return `exceeded maximum number of steps (${steps})`;
    case "output":
      return `exceeded maximum output (${output} bytes)`;
    case "depth":
      return `exceeded maximum nesting depth (${depth})`;
    case "time":
      return `exceeded the time limit (${time} ms)`;
  }
}

const emptyNode: AnyNode = { kind: "text", text: "", pos: 0, start: 0, end: 0 };

/** Makes the variables of one template. `$` is the first. */
export function newVars(root: unknown, slots: number): unknown[] {
  const vars = [root, false];
  for (let i = 1; i < slots; i++) vars.push(undefined, false);
  return vars;
}

/** Returns the text of a thrown value as Go would print it. */
export function errorText(error: unknown): string {
  try {
    const text: unknown = error instanceof Error ? error.message : error;
    return typeof text === "string" ? text : String(text);
  } catch {
    return "something was thrown that has no text"; // its own code threw
  }
}
