import {
  type Action,
  type Branch,
  countLines,
  type Jump,
  type Limit,
  type List,
  type Node,
  printNode,
  quote,
  type TemplateCall,
  TemplateLimitError,
  type Text,
  type Tree,
} from "../../../grammar/index.ts";
import { cloneBraces } from "./braces.ts";
import { type Context, failed, mangle, type Problem, type Spot, same, text } from "./context.ts";
import type { EscaperName } from "./escapers.ts";
import { join } from "./join.ts";
import { readAction } from "./pipeline.ts";
import { readText } from "./text.ts";

/** Limits the nodes that are walked for a set: loops and recursion are walked more than once. */
const maxSteps = 1_000_000;
const maxCalls = 1_000;

/** Holds what is known so far; inside an attempt that may be discarded, in addition to what was known before. */
export class Inference {
  readonly before: Inference | undefined;
  /** Context after each template, by mangled name. */
  readonly outputs = new Map<string, Context>();
  /** Copies of templates for the contexts they are called in, by mangled name. */
  readonly derived = new Map<string, Tree>();
  readonly called = new Set<string>();
  readonly escapers = new Map<Action, readonly EscaperName[]>();
  readonly callees = new Map<TemplateCall, string>();
  readonly texts = new Map<Text, string>();

  constructor(before?: Inference) {
    this.before = before;
  }

  output(name: string): Context | undefined {
    return this.outputs.get(name) ?? this.before?.output(name);
  }

  keep(found: Inference): void {
    copy(found.outputs, this.outputs);
    copy(found.derived, this.derived);
    for (const name of found.called) this.called.add(name);
    copy(found.escapers, this.escapers);
    copy(found.callees, this.callees);
    copy(found.texts, this.texts);
  }
}

function copy<K, V>(from: ReadonlyMap<K, V>, to: Map<K, V>): void {
  for (const [key, value] of from) to.set(key, value);
}

interface Loop {
  readonly breaks: Context[];
  readonly continues: Context[];
}

/** Walks what a template reaches, context by context. Go: `html/template/escape.go`. */
export class Walk {
  readonly #trees: ReadonlyMap<string, Tree>;
  /** The template that is walked, to which the current nodes belong. */
  #tree: Tree;
  #loop: Loop = { breaks: [], continues: [] };
  #steps = 0;
  #calls = 0;
  readonly #jumps: boolean;
  /** Places of problems for which Go gives none. */
  readonly places = new Map<Problem, Spot>();

  constructor(trees: ReadonlyMap<string, Tree>, entry: Tree) {
    this.#trees = trees;
    this.#tree = entry;
    this.#jumps = [...trees.values()].some(({ root }) =>
      has(root, ({ kind }) => kind === "break" || kind === "continue"),
    );
  }

  /**
   * Returns the context after the named template when it is called in context `c`, and its name in that context. Go:
   * `escapeTree`.
   */
  template(e: Inference, c: Context, name: string, call: Spot): readonly [Context, string] {
    const mangled = mangle(name, c);
    e.called.add(mangled);
    const known = e.output(mangled);
    if (known) return [known, mangled];
    const tree = this.#trees.get(name);
    if (!tree) return [failed(`no such template ${quote(name)}`, call), mangled];
    return [this.#outputOf(e, c, mangled === name ? tree : this.#derive(e, tree, mangled)), mangled];
  }

  #derive(e: Inference, tree: Tree, name: string): Tree {
    const known = this.#trees.get(name) ?? e.derived.get(name);
    if (known) return known;
    const derived = { ...tree, name, root: copyList(tree.root) };
    e.derived.set(name, derived);
    return derived;
  }

  /**
   * Computes the context after a template. Go: `computeOutCtx`. Walking the body again from an error gives the same error, so
   * that is skipped: it would double the work with each nested template. Only where there is a `break` or `continue` is it
   * done, because each walk adds to the message.
   */
  #outputOf(e: Inference, c: Context, tree: Tree): Context {
    const [first, agrees] = this.#body(e, c, tree);
    if (agrees) return first;
    if (first.state === "Error" && !this.#jumps) {
      e.outputs.set(tree.name, first);
      return first;
    }
    const [second, agreesNow] = this.#body(e, first, tree);
    if (first.state === "Error") return first;
    return agreesNow
      ? second
      : failed(`cannot compute output context for template ${tree.name}`, { ...tree.root, source: tree.source });
  }

  /**
   * Walks a body, assuming for calls of itself that it ends as it starts. @returns how it ends, and whether the assumption
   * holds
   */
  #body(e: Inference, c: Context, tree: Tree): readonly [Context, boolean] {
    if (++this.#calls > maxCalls) this.#stop("depth", `exceeded maximum template depth (${maxCalls})`, tree.root);
    e.outputs.set(tree.name, c);
    const attempt = new Inference(e);
    const outer = this.#tree;
    this.#tree = tree;
    const end = this.#list(attempt, c, tree.root);
    this.#tree = outer;
    this.#calls--;
    const agrees = end.state !== "Error" && (!attempt.called.has(tree.name) || same(c, end));
    if (agrees) e.keep(attempt);
    return [end, agrees];
  }

  #list(e: Inference, start: Context, { nodes }: List): Context {
    let c = start;
    for (const node of nodes) {
      c = this.#node(e, c, node);
      if (c.state === "Dead") break;
    }
    return c;
  }

  #node(e: Inference, c: Context, node: Node): Context {
    if (++this.#steps > maxSteps) this.#stop("steps", `exceeded maximum number of steps (${maxSteps})`, node);
    switch (node.kind) {
      case "text":
        return this.#text(e, c, node);
      case "comment":
        return c;
      case "action":
        return this.#action(e, c, node);
      case "if":
      case "with":
      case "range":
        return this.#branch(e, c, node);
      case "template": {
        const [end, name] = this.template(e, c, node.name, this.#spot(node));
        if (name !== node.name) e.callees.set(node, name);
        return end;
      }
      case "break":
      case "continue":
        this.#loop[`${node.kind}s`].push({ ...c, jump: node });
        return { ...text, state: "Dead" };
      default:
        return node satisfies never;
    }
  }

  #text(e: Inference, c: Context, node: Text): Context {
    const read = readText(c, node.text);
    if (read.text !== undefined) e.texts.set(node, read.text);
    const { problem } = read.context;
    if (problem && problem !== c.problem) {
      const pos = Math.min(node.start + read.errorAt, node.end);
      this.places.set(problem, { source: this.#tree.source, pos, end: node.end });
    }
    return read.context;
  }

  #action(e: Inference, c: Context, node: Action): Context {
    if (node.pipe.decl.length > 0) return c; // it prints nothing
    const [end, escapers] = readAction(c, node, this.#spot(node), () => printNode(node, this.#tree.source.delims));
    if (end.state !== "Error") e.escapers.set(node, escapers);
    return end;
  }

  #branch(e: Inference, c: Context, node: Branch): Context {
    const start = (): Context => ({ ...c, braces: cloneBraces(c.braces) });
    const yes = node.kind === "range" ? this.#range(e, c, node) : this.#list(e, start(), node.list);
    if (node.kind === "range" && yes.state === "Error") return yes;
    const no = node.elseList ? this.#list(e, start(), node.elseList) : start();
    return join(yes, no, this.#spot(node), node.kind);
  }

  /**
   * Walks a loop. A second turn must end as the first did. It does if it starts like the first, unless the state outside the
   * context has changed: counts of braces, and templates, which are taken to end as they start when they are met again.
   * Skipping the second turn matters for nested loops.
   */
  #range(e: Inference, c: Context, node: Branch): Context {
    const outer = this.#loop;
    this.#loop = { breaks: [], continues: [] };
    let first = this.#list(e, { ...c, braces: cloneBraces(c.braces) }, node.list);
    if (first.state !== "Error") first = this.#joinJumps(first);
    const again = c.braces || first.braces || !same(c, first) || has(node.list, (one) => one.kind === "template");
    if (first.state !== "Error" && again) {
      this.#loop = { breaks: [], continues: [] };
      const second = this.#list(new Inference(e), first, node.list);
      const joined = join(first, second, this.#spot(node), "range");
      first =
        joined.state === "Error" ? this.#prefixed("on range loop re-entry", joined, node) : this.#joinJumps(joined);
    }
    this.#loop = outer;
    return first;
  }

  #joinJumps(end: Context): Context {
    let c = end;
    for (const kind of ["break", "continue"] as const) {
      for (const jumping of this.#loop[`${kind}s`]) {
        c = join(c, jumping, this.#spot(jumping.jump!), "range");
        if (c.state === "Error") return this.#prefixed(`at range loop ${kind}`, c, jumping.jump!);
      }
    }
    return c;
  }

  #prefixed(prefix: string, c: Context, { pos }: Branch | Jump): Context {
    const problem = c.problem!;
    problem.message = `${prefix}: ${problem.message}`;
    problem.line = countLines(this.#tree.source.text, pos);
    return c;
  }

  #spot({ pos, end }: { readonly pos: number; readonly end: number }): Spot {
    return { source: this.#tree.source, pos, end };
  }

  /** Stops a walk that does not end or exceeds its bounds: Go would use up its stack, or hang. */
  #stop(limit: Limit, message: string, { pos, end }: { readonly pos: number; readonly end: number }): never {
    const { name, text } = this.#tree.source;
    throw new TemplateLimitError(limit, {
      message: `html/template:${name}: ${message}`,
      phase: "escape",
      name,
      text,
      span: { start: pos, end: Math.max(pos, end) },
    });
  }
}

function has({ nodes }: List, wanted: (node: Node) => boolean): boolean {
  return nodes.some((node) => {
    if (wanted(node)) return true;
    return "list" in node && (has(node.list, wanted) || (node.elseList !== undefined && has(node.elseList, wanted)));
  });
}

/** Copies the nodes for a derived template, because results are kept by node. */
function copyList(list: List): List {
  return { ...list, nodes: list.nodes.map(copyNode) };
}

function copyNode(node: Node): Node {
  if (node.kind !== "if" && node.kind !== "with" && node.kind !== "range") return { ...node };
  return { ...node, list: copyList(node.list), elseList: node.elseList && copyList(node.elseList) };
}
