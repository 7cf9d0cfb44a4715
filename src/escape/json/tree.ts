import {
  type Action,
  type Branch,
  type Command,
  countLines,
  type List,
  type Node,
  type Operand,
  type Pipe,
  printNode,
  type Span,
  startOfLine,
  TemplateError,
  type Text,
  type Tree,
} from "../../../grammar/index.ts";
import { type Context, describe, isAtKey, isInString, isSame, join, keyOf, nowhere, start, topOf } from "./context.ts";
import { Misplaced, Scanner } from "./text.ts";

/** Matches functions whose results are JSON already: they are checked, and written as they are. */
const makesJson = /^(?:must)?[tT]o(?:Raw|Pretty)?Json$/;

/** Limits the nodes that are read for one entry: a template is read once for each place from which it is called. */
const maxNodes = 1_000_000;

/** Holds what is known of a template that is called in one context. */
interface Derived {
  readonly name: string;
  /** The place where it ends; until it was read, the place where it is assumed to end. */
  end: Context;
  isRead: boolean;
  isAssumed: boolean;
}

interface Loop {
  readonly continues: Context;
  readonly breaks: Context[];
}

/** Rewrites the trees that one entry reaches, so that each value is written as JSON. Used for one entry only. */
export class Writer {
  readonly #trees: ReadonlyMap<string, Tree>;
  readonly #derived = new Map<string, Derived>();
  readonly set = new Map<string, Tree>();
  #tree: Tree;
  #loop: Loop | undefined;
  #count = 0;

  constructor(trees: ReadonlyMap<string, Tree>, entry: Tree) {
    this.#trees = trees;
    this.#tree = entry;
  }

  /** Rewrites the entry. @throws TemplateError of phase `"escape"` */
  write(): void {
    const tree = this.#tree;
    const { end } = this.#derive(tree, start, tree.name);
    if (end.at !== "after" || end.stack !== start.stack) {
      const { end: at } = tree.root;
      this.#fail(`the JSON is not complete: the template ends ${describe(end)}`, { start: at, end: at }, tree);
    }
  }

  /** Rewrites a template for one context, once; a template that calls itself is read again if the assumed end was wrong. */
  #derive(tree: Tree, from: Context, name: string): Derived {
    const key = `${keyOf(from)} ${tree.name}`;
    const known = this.#derived.get(key);
    if (known !== undefined) {
      if (!known.isRead) known.isAssumed = true;
      return known;
    }
    const derived: Derived = { name, end: assumedEnd(from), isRead: false, isAssumed: false };
    this.#derived.set(key, derived);
    const [outer, loop] = [this.#tree, this.#loop];
    this.#tree = tree;
    this.#loop = undefined;
    for (let tries = 1; ; tries++) {
      derived.isAssumed = false;
      const [root, end] = this.#list(tree.root, from);
      const wasRight = !derived.isAssumed || isSame(derived.end, end);
      derived.end = end;
      if (wasRight) {
        this.set.set(name, { ...tree, name, root });
        break;
      }
      if (tries === 2) this.#fail(`no place of the JSON is where ${tree.name} ends, which calls itself`, tree.root);
    }
    derived.isRead = true;
    this.#tree = outer;
    this.#loop = loop;
    return derived;
  }

  #list(list: List, from: Context): [List, Context] {
    const nodes: Node[] = [];
    let context = from;
    for (const [i, node] of list.nodes.entries()) {
      if (++this.#count > maxNodes) this.#fail("the template is too large to be written as JSON", node);
      context =
        node.kind === "text"
          ? this.#text(node, context, writesValue(list.nodes[i + 1]), nodes)
          : this.#node(node, context, nodes);
      if (context === nowhere) break;
    }
    return [{ ...list, nodes }, context];
  }

  #text(node: Text, from: Context, isFollowed: boolean, nodes: Node[]): Context {
    const scanner = new Scanner(node.text, from);
    try {
      const end = scanner.scan(isFollowed);
      for (const piece of scanner.pieces) {
        nodes.push(typeof piece === "string" ? { ...node, text: piece } : call(node, "_json_comma"));
      }
      return end;
    } catch (error) {
      if (!(error instanceof Misplaced)) throw error;
      // A text may have been trimmed at its start.
      const start = this.#tree.source.text.indexOf(node.text, node.start) + error.offset;
      this.#fail(error.message, { start, end: start + 1 });
    }
  }

  #node(node: Exclude<Node, Text>, from: Context, nodes: Node[]): Context {
    switch (node.kind) {
      case "comment":
        nodes.push(node);
        return from;
      case "action":
        return this.#action(node, from, nodes);
      case "if":
      case "with":
        return this.#branch(node, from, nodes);
      case "range":
        return this.#range(node, from, nodes);
      case "break":
      case "continue": {
        const loop = this.#loop;
        if (loop !== undefined) {
          nodes.push(...settled(from, "between", node));
          if (node.kind === "break") loop.breaks.push(from);
          else if (join(loop.continues, from) === undefined) this.#apart("continue", loop.continues, from, node);
        }
        nodes.push(node);
        return nowhere;
      }
      case "template": {
        const tree = this.#trees.get(node.name);
        if (tree === undefined) {
          nodes.push(node);
          return assumedEnd(from);
        }
        const inner: Context = { stack: topOf(from), at: from.at };
        const name = isSame(inner, start) ? node.name : `${node.name}$${keyOf(inner)}`;
        const { end, name: derived } = this.#derive(tree, inner, name);
        nodes.push({ ...node, name: derived });
        return { stack: from.stack.slice(0, -1) + end.stack, at: end.at };
      }
      default:
        return node satisfies never;
    }
  }

  #action(node: Action, from: Context, nodes: Node[]): Context {
    if (node.pipe.decl.length > 0) {
      nodes.push(node);
      return from;
    }
    if (isInString(from)) {
      nodes.push({ ...node, pipe: piped(node.pipe, "_json_string") });
      return from;
    }
    const { stack, at } = from;
    if (at === "after" || at === "colon") this.#fail(`${this.#print(node)} is not allowed ${describe(from)}`, node);
    if (at === "comma") nodes.push({ ...textAt(node), text: "," });
    if (at === "between") nodes.push(call(node, "_json_comma"));
    if (isAtKey(from)) {
      nodes.push({ ...node, pipe: piped(node.pipe, "_json_key") });
      return { stack, at: "colon" };
    }
    const last = node.pipe.commands.at(-1)?.args[0];
    const isMade = last?.kind === "identifier" && makesJson.test(last.name);
    nodes.push({ ...node, pipe: piped(node.pipe, isMade ? "_json_made" : "_json_value") });
    return { stack, at: "after" };
  }

  #branch(node: Branch, from: Context, nodes: Node[]): Context {
    const [list, end] = this.#list(node.list, from);
    const [elseList, elseEnd] = node.elseList === undefined ? [undefined, from] : this.#list(node.elseList, from);
    const joined = join(end, elseEnd) ?? this.#apart(node.kind, end, elseEnd, node);
    // Without an else, the place before the block is the end if nothing is written.
    if (elseList === undefined) nodes.push(...settled(from, joined.at, node));
    nodes.push({
      ...node,
      list: withEnd(list, settled(end, joined.at, node)),
      elseList: elseList && withEnd(elseList, settled(elseEnd, joined.at, node)),
    });
    return joined;
  }

  #range(node: Branch, from: Context, nodes: Node[]): Context {
    const outer = this.#loop;
    // A turn may be the first of a list or object, or not: whether it needs a comma is known only at run time.
    const begin: Context = join(from, { stack: from.stack, at: "between" }) ?? from;
    const loop: Loop = { continues: begin, breaks: [] };
    this.#loop = loop;
    const [list, end] = this.#list(node.list, begin);
    this.#loop = outer;
    const isRound = isSame(begin, join(begin, end) ?? nowhere);
    if (!isRound) this.#apart("a round of range", begin, end, node);
    const [elseList, elseEnd] = node.elseList === undefined ? [undefined, begin] : this.#list(node.elseList, from);
    let out = join(begin, elseEnd) ?? this.#apart("range", begin, elseEnd, node);
    for (const one of loop.breaks) out = join(out, one) ?? this.#apart("break", out, one, node);
    nodes.push(...settled(from, out.at, node), {
      ...node,
      list: withEnd(list, settled(end, out.at, node)),
      elseList: elseList && withEnd(elseList, settled(elseEnd, out.at, node)),
    });
    return out;
  }

  #print = (node: Action): string => printNode(node, this.#tree.source.delims);

  #apart(what: string, a: Context, b: Context, node: Node): never {
    this.#fail(`the branches of ${what} end in different places of the JSON: ${describe(a)}, and ${describe(b)}`, node);
  }

  #fail(message: string, { start, end }: Span, tree = this.#tree): never {
    const { name, text } = tree.source;
    const line = countLines(text, start);
    const column = start - startOfLine(text, start) + 1;
    throw new TemplateError({
      message: `template: ${name}:${line}:${column}: ${message}`,
      phase: "escape",
      name,
      text,
      span: { start, end },
    });
  }
}

/** Returns the assumed end of a template that calls itself: after one whole value. */
function assumedEnd(from: Context): Context {
  return isInString(from) || from.at === "after" || from.at === "colon" ? from : { stack: from.stack, at: "after" };
}

const writesValue = (node: Node | undefined): boolean => node?.kind === "action" && node.pipe.decl.length === 0;

/** Makes the end of a way known at run time, where it joins one that is known only then. */
function settled(from: Context, to: Context["at"], node: Node): Node[] {
  if (to !== "between" || from.at === "between" || from === nowhere) return [];
  return [call(node, from.at === "first" ? "_json_first" : "_json_after")];
}

const withEnd = (list: List, nodes: readonly Node[]): List =>
  nodes.length === 0 ? list : { ...list, nodes: [...list.nodes, ...nodes] };

const textAt = ({ pos, start, end }: Node) => ({ kind: "text", pos, start, end }) as const;

function command(name: string, { pos, start, end }: { pos: number; start: number; end: number }): Command {
  const identifier: Operand = { kind: "identifier", name, pos, start, end };
  return { kind: "command", args: [identifier], pos, start, end };
}

/** Makes an action that calls one of our functions. */
function call(node: Node, name: string): Action {
  const { pos, start, end } = node;
  const pipe: Pipe = { kind: "pipe", decl: [], isAssign: false, commands: [command(name, node)], pos, start, end };
  return { kind: "action", pipe, pos, start, end };
}

const piped = (pipe: Pipe, name: string): Pipe => ({ ...pipe, commands: [...pipe.commands, command(name, pipe)] });
