import type {
  Branch,
  Command,
  Identifier,
  List,
  Node,
  Operand,
  Pipe,
  TemplateCall,
  Tree,
  Variable as VariableNode,
} from "../../grammar/index.ts";
import { builtins } from "../template/builtins/index.ts";
import { type ParamType, signatureOf } from "../template/function.ts";
import { Facts } from "./facts.ts";
import { allowsAbsent, kindAt, lengthOf, minArguments, resultOf, truthPaths } from "./results.ts";
import type { Argument, Block, Call, LintTarget, Scope, Variable, Visitor } from "./rule.ts";
import {
  elementsOf,
  fieldOf,
  ofKind,
  pathTo,
  present,
  type Type,
  truthOf,
  typeOfShape,
  unboxed,
  unknown,
} from "./type.ts";
import { Variables } from "./variables.ts";

type Handlers = { readonly [E in keyof Visitor]-?: readonly NonNullable<Visitor[E]>[] };

/** Limits the depth and number of calls of templates that are followed. */
const maxDepth = 20;
const maxCalls = 300;
/** Limits the nodes that are walked in called templates: these, and one more for each character of the texts. */
const minWalked = 2000;

/**
 * Walks the text once, from its own template on, and sends the visitors everything in it, with the types of all values: dot
 * and variables are followed through blocks, calls of templates and pipelines.
 */
export function walk(target: LintTarget, visitors: readonly Visitor[]): void {
  const handlers = Object.fromEntries(
    events.map((event) => [
      event,
      visitors.map((visitor) => visitor[event]).filter((handler) => handler !== undefined),
    ]),
  ) as unknown as Handlers;
  new Walker(target, handlers).start();
}

const events = [
  ...(["tree", "text", "comment", "print", "branch", "jump", "template", "call", "value"] as const),
  ...(["field", "declare", "assign", "use", "drop", "done", "problem"] as const),
] as const satisfies readonly (keyof Visitor)[];

class Walker {
  private readonly target: LintTarget;
  private readonly on: Handlers;
  private readonly called = new Set<string>();
  /** Templates that were walked, from a call or on their own. */
  private readonly followed = new Set<Tree>();
  private readonly seen = new Set<string>();
  private readonly omissions = new Map<TemplateCall, Type>();
  private readonly assignedIn = new Map<Tree, ReadonlySet<string>>();
  private calls = 0;
  /** Nodes walked in templates that were called. */
  private walked = 0;
  private readonly maxWalked: number;
  private depth = 0;
  private places = 0;

  // The scope, which visitors see through `scope`.
  private tree!: Tree;
  private dot: Type = unknown;
  private root: Type = unknown;
  private variables = new Variables();
  private blocks: Block[] = [];
  private conditions = 0;
  private guards = 0;
  private nodes: readonly Node[] = [];
  private index = 0;
  /** Variables that are assigned somewhere in this template, whose values are not followed. */
  private assigned: ReadonlySet<string> = new Set();
  /** Paths that are known to be present and not empty. */
  private facts = new Facts();
  /** Paths of maps that a function such as `set` has changed, whose contents are not followed. */
  private readonly changed = new Set<string>();

  /** The scope for visitors: one view, because there are many events. */
  private readonly scope: Scope;

  constructor(target: LintTarget, on: Handlers) {
    this.target = target;
    this.on = on;
    this.scope = viewOf(() => this);
    const texts = new Set([...target.trees.values()].map(({ source }) => source.text));
    this.maxWalked = [...texts].reduce((sum, { length }) => sum + length, minWalked);
  }

  start(): void {
    const { target } = this;
    const main = target.trees.get(target.source.name);
    for (const tree of target.trees.values()) for (const handle of this.on.tree) handle(tree);
    if (main) this.template(main, typeOfShape(target.shape, "$", target.numbers));
    // A template that nothing calls has an unknown dot. One that was called too often to be followed is walked here all the
    // same.
    for (const tree of target.trees.values()) {
      if (tree !== main && !this.followed.has(tree) && tree.source === target.source) this.template(tree, unknown);
    }
    for (const handle of this.on.done) handle({ called: this.called });
  }

  // --- templates

  private template(tree: Tree, dot: Type): void {
    const outer = { ...this.state() };
    this.followed.add(tree);
    this.tree = tree;
    this.dot = unboxed(dot);
    this.root = this.dot;
    this.variables = new Variables();
    this.blocks = [];
    this.conditions = 0;
    this.guards = 0;
    this.assigned = this.assignedOf(tree);
    this.depth++;
    this.list(tree.root);
    this.pop(0);
    this.depth--;
    Object.assign(this, outer);
  }

  private assignedOf(tree: Tree): ReadonlySet<string> {
    const known = this.assignedIn.get(tree);
    if (known) return known;
    const assigned = assignedIn(tree.root);
    this.assignedIn.set(tree, assigned);
    return assigned;
  }

  private state() {
    const { tree, dot, root, variables, blocks, conditions, guards, assigned, nodes, index } = this;
    return { tree, dot, root, variables, blocks, conditions, guards, assigned, nodes, index };
  }

  private call(node: TemplateCall): void {
    const type = node.pipe ? this.pipe(node.pipe) : this.omitted(node);
    for (const handle of this.on.template) handle(node, type, this.scope);
    this.called.add(node.name);
    const tree = this.target.trees.get(node.name);
    if (!tree || this.depth >= maxDepth || this.calls >= maxCalls || this.walked >= this.maxWalked) return;
    const key = `${node.name} ${type.path ?? "?"} ${this.facts.state}`;
    // A template whose value is unknown is walked once.
    const again = type.path === undefined && (type.fields || type.items || type.shape || type.kinds);
    if (this.seen.has(key) && !again) return;
    this.seen.add(key);
    this.calls++;
    this.template(tree, type);
  }

  private omitted(call: TemplateCall): Type {
    const known = this.omissions.get(call);
    if (known) return known;
    const type = this.placed({ ...unknown, absent: true, omittedBy: call });
    this.omissions.set(call, type);
    return type;
  }

  // --- statements

  /** Walks a list. @returns whether the code after it is never reached: it leaves the loop around it, or ends the render */
  private list({ nodes }: List): boolean {
    const outer = { nodes: this.nodes, index: this.index };
    this.nodes = nodes;
    let leaves = false;
    for (let i = 0; i < nodes.length; i++) {
      this.index = i;
      if (this.depth > 1) this.walked++;
      if (this.node(nodes[i]!)) leaves = true;
    }
    Object.assign(this, outer);
    return leaves;
  }

  private node(node: Node): boolean {
    switch (node.kind) {
      case "text":
        for (const handle of this.on.text) handle(node, this.scope);
        return false;
      case "comment":
        for (const handle of this.on.comment) handle(node, this.scope);
        return false;
      case "action": {
        const type = this.pipe(node.pipe);
        this.bind(node.pipe, type, "action");
        if (node.pipe.decl.length === 0) for (const handle of this.on.print) handle(node, type, this.scope);
        return this.ends(node.pipe);
      }
      case "if":
      case "with":
        return this.branch(node);
      case "range":
        this.range(node);
        return false;
      case "template":
        this.call(node);
        return false;
      case "break":
      case "continue":
        for (const handle of this.on.jump) handle(node, this.scope);
        return true;
      default:
        return node satisfies never;
    }
  }

  /** Tells `abort` and `fail`, which end the render. */
  private ends({ commands }: Pipe): boolean {
    const name = commands.at(-1)?.args[0];
    return name?.kind === "identifier" && endsRender.has(name.name) && this.target.functionOf(name.name) !== undefined;
  }

  private branch(node: Branch): boolean {
    const { dot, facts } = this;
    const mark = this.variables.all.length;
    const before = facts.mark;
    const type = this.condition(node.pipe);
    this.bind(node.pipe, type, node.kind);
    for (const handle of this.on.branch) handle(node, type, this.scope);
    facts.add(truthPaths(type));
    if (node.kind === "with") this.dot = this.placed(present(type));
    const bodyLeaves = this.block({ node, dot, isElse: false }, node.list);
    this.dot = dot;
    facts.backTo(before);
    facts.add(type.whenFalse);
    const elseLeaves = node.elseList !== undefined && this.block({ node, dot, isElse: true }, node.elseList);
    this.pop(mark);
    facts.backTo(before);
    // The code after a branch that leaves is only reached from the other branch.
    if (bodyLeaves) facts.add(type.whenFalse);
    else if (elseLeaves) facts.add(truthPaths(type));
    return bodyLeaves && elseLeaves;
  }

  private range(node: Branch): void {
    const { dot, facts } = this;
    const mark = this.variables.all.length;
    const before = facts.mark;
    const type = this.condition(node.pipe);
    for (const handle of this.on.branch) handle(node, type, this.scope);
    const path = `${type.path ?? `#${this.places++}`}[${this.blocks.length}]`;
    const isChanged = type.path !== undefined && this.changed.has(type.path);
    const element = isChanged ? unknown : elementsOf(type, path, this.target.numbers);
    const { decl } = node.pipe;
    const key = rangeKey(type);
    const types = decl.length === 2 ? [key, element] : [element];
    for (const [i, variable] of decl.entries()) this.bindOne(variable, node.pipe, types[i] ?? unknown, "range");
    facts.add(truthPaths(type));
    this.dot = this.placed(element);
    this.block({ node, dot, isElse: false }, node.list);
    this.dot = dot;
    facts.backTo(before);
    if (node.elseList) this.block({ node, dot, isElse: true }, node.elseList);
    this.pop(mark);
    facts.backTo(before);
  }

  private block(block: Block, list: List): boolean {
    this.blocks.push(block);
    const mark = this.variables.all.length;
    const leaves = this.list(list);
    this.pop(mark);
    this.blocks.pop();
    return leaves;
  }

  private condition(pipe: Pipe): Type {
    this.conditions++;
    this.guards++;
    const type = this.pipe(pipe);
    this.guards--;
    this.conditions--;
    return type;
  }

  // --- variables

  private bind(pipe: Pipe, type: Type, by: Variable["by"]): void {
    for (const variable of pipe.decl) this.bindOne(variable, pipe, type, by);
  }

  private bindOne(node: VariableNode, pipe: Pipe, type: Type, by: Variable["by"]): void {
    if (pipe.isAssign) {
      const variable = this.find(node.name);
      if (variable || node.name !== "$") for (const handle of this.on.assign) handle(variable, node, this.scope);
      return;
    }
    const isFollowed = !this.assigned.has(node.name);
    const variable: Variable = {
      ...{ name: node.name, node, pipe, by, depth: this.blocks.length, tree: this.tree, used: false },
      type: isFollowed ? this.placed(type) : unknown,
    };
    for (const handle of this.on.declare) handle(variable, this.scope);
    this.variables.push(variable);
  }

  private find(name: string): Variable | undefined {
    return this.variables.named(name).at(-1);
  }

  private pop(mark: number): void {
    while (this.variables.all.length > mark) {
      const variable = this.variables.pop();
      for (const handle of this.on.drop) handle(variable, this.scope);
    }
  }

  /** Gives a value without a path one of its own, so that facts about its fields can be noted. */
  private placed(type: Type): Type {
    return type.path === undefined ? { ...type, path: `#${this.places++}` } : type;
  }

  // --- values

  private pipe(pipe: Pipe): Type {
    let type: Type = unknown;
    let before: Command | undefined;
    const { commands } = pipe;
    for (const [i, command] of commands.entries()) {
      // A value that the next function may replace is not missed here.
      const next = commands[i + 1]?.args[0];
      const guards = next?.kind === "identifier" && allowsAbsent(next.name);
      if (guards) this.guards++;
      type = unboxed(this.command(command, before && { node: before, type }));
      if (guards) this.guards--;
      before = command;
    }
    return type;
  }

  private command(command: Command, piped: Argument | undefined): Type {
    const [first, ...others] = command.args;
    if (first.kind === "identifier") return this.apply(first, command, others, piped);
    const type = this.operand(first);
    for (const handle of this.on.value) handle(command, piped !== undefined, this.scope);
    for (const other of others) this.operand(other);
    return others.length > 0 || piped ? unknown : type;
  }

  private operand(node: Operand): Type {
    switch (node.kind) {
      case "field":
        return this.access(this.dot, node.names, node, true);
      case "variable":
        return this.access(this.variable(node), node.fields, node, false);
      case "chain":
        return this.access(this.operand(node.base), node.fields, node, false);
      case "identifier":
        return this.apply(node, undefined, [], undefined);
      case "dot":
        return this.known(this.dot);
      case "nil":
        return { kinds: new Set(["nil"]), absent: false };
      case "bool":
        return { ...ofKind("bool"), literal: node.value };
      case "string":
        return { ...ofKind("string"), literal: node.text };
      case "number":
        if (node.complex !== undefined && node.float === undefined) return ofKind("complex");
        if (node.int !== undefined && !isFloatText(node.text)) return { ...ofKind("int"), literal: node.int };
        return node.float === undefined || !isFloatText(node.text)
          ? unknown
          : { ...ofKind("float"), literal: node.float };
      case "pipe": {
        const type = this.pipe(node);
        this.bind(node, type, "action");
        return type;
      }
      default:
        return node satisfies never;
    }
  }

  private variable(node: VariableNode): Type {
    const variable = this.find(node.name);
    if (!variable) return node.name === "$" ? this.root : unknown;
    variable.used = true;
    for (const handle of this.on.use) handle(variable, node, this.scope);
    return this.known(variable.type);
  }

  private access(start: Type, names: readonly string[], node: Operand, fromDot: boolean): Type {
    let base = this.known(start);
    let at = node.end - names.reduce((length, name) => length + name.length + 1, 0);
    if (this.depth > 1) this.walked += names.length;
    for (const [index, name] of names.entries()) {
      const found = this.changed.has(base.path ?? "") ? "unknown" : fieldOf(base, name, this.target.numbers);
      const span = { start: at, end: at + name.length + 1 };
      at = span.end;
      const path = pathTo(base, name);
      const guarded = this.guards > 0 || (path !== undefined && this.facts.has(path));
      const access = { base, name, names, index, node, span, found, guarded, fromDot };
      for (const handle of this.on.field) handle(access, this.scope);
      const { absent, gap } = base;
      base = found === undefined || found === "unknown" ? { ...unknown, path } : found;
      if (absent) base = { ...base, absent, gap };
      base = this.known(base);
    }
    return base;
  }

  /** Adds to a type what is known at this point. */
  private known(type: Type): Type {
    if (type.path === undefined) return type;
    // The template tests kinds, maybe also those that the samples do not have.
    if (this.facts.has(kindAt(type.path))) return { ...unknown, path: type.path };
    if (!this.facts.has(type.path)) return type;
    return { ...present(type), asked: true, counted: this.facts.has(lengthOf(type.path)) };
  }

  private apply(node: Identifier, command: Command | undefined, operands: readonly Operand[], piped?: Argument): Type {
    const { name } = node;
    const fn = this.target.functionOf(name);
    const lazy = !fn && (name === "and" || name === "or");
    const { facts, guards } = this;
    const before = facts.mark;
    if (allowsAbsent(name)) this.guards++;
    else if (!fn && needsValue.has(name)) this.guards = 0;
    const args: Argument[] = [];
    let decided = false;
    for (const operand of operands) {
      // Operands that are never evaluated are not checked.
      const type: Type = decided ? unknown : this.operand(operand);
      decided ||= lazy && truthOf(type) === (name === "or");
      args.push({ node: operand, type });
      if (lazy) facts.add(name === "and" ? truthPaths(type) : type.whenFalse);
    }
    facts.backTo(before);
    this.guards = guards;
    if (piped) args.push(piped);
    const call: Call = { name, node, command, args, piped: piped !== undefined, fn, ...this.parameters(name) };
    for (const handle of this.on.call) handle(call, this.scope);
    if (fn && signatureOf(fn).mutates)
      for (const { type } of args) if (type.path !== undefined) this.changed.add(type.path);
    // Nothing is known of an incomplete call, nor of a call with such an argument: parentheses are missing.
    if (args.length < minArguments(call) || args.some(({ type }) => type === notCalled)) return notCalled;
    return resultOf(call, this.target.numbers);
  }

  private parameters(name: string): { params: readonly (ParamType | "value")[] | undefined; variadic: boolean } {
    const fn = this.target.functionOf(name);
    if (fn) {
      const { params, variadic = false } = signatureOf(fn);
      return { params, variadic };
    }
    if (name === "and" || name === "or" || name === "call") return { params: ["value", "value"], variadic: true };
    const builtin = Object.hasOwn(builtins, name) ? builtins[name] : undefined;
    return { params: builtin?.params, variadic: builtin?.variadic ?? false };
  }
}

interface State extends Omit<Scope, "inCondition" | "variables" | "named"> {
  readonly conditions: number;
  readonly variables: Variables;
}

function viewOf(walker: () => unknown): Scope {
  const state = walker as () => State;
  return {
    get tree() {
      return state().tree;
    },
    get dot() {
      return state().dot;
    },
    get root() {
      return state().root;
    },
    get variables() {
      return state().variables.all;
    },
    named: (name) => state().variables.named(name),
    get blocks() {
      return state().blocks;
    },
    get inCondition() {
      return state().conditions > 0;
    },
    get nodes() {
      return state().nodes;
    },
    get index() {
      return state().index;
    },
  };
}

const notCalled: Type = { ...unknown };

const endsRender: ReadonlySet<string> = new Set(["abort", "fail"]);
/** Functions that fail for a missing argument, also inside a condition. */
const needsValue: ReadonlySet<string> = new Set(["lt", "le", "gt", "ge", "len"]);

const isFloatText = (text: string): boolean =>
  !/^[+-]?0[xX]/.test(text) && !text.startsWith("'") && /[.eEpP]/.test(text);

function rangeKey({ kinds }: Type): Type {
  if (!kinds) return unknown;
  const own = [...kinds].filter((kind) => kind !== "nil");
  if (own.length === 1 && own[0] === "map") return ofKind("string");
  return own.length === 1 && own[0] === "list" ? ofKind("int") : unknown;
}

function assignedIn(list: List, into: Set<string> = new Set()): ReadonlySet<string> {
  for (const node of list.nodes) {
    if (!("pipe" in node) || !node.pipe) continue;
    assignedInPipe(node.pipe, into);
    if (node.kind === "if" || node.kind === "with" || node.kind === "range") {
      assignedIn(node.list, into);
      if (node.elseList) assignedIn(node.elseList, into);
    }
  }
  return into;
}

function assignedInPipe(pipe: Pipe, into: Set<string>): void {
  if (pipe.isAssign) for (const { name } of pipe.decl) into.add(name);
  for (const { args } of pipe.commands) {
    for (const arg of args) {
      const inner = arg.kind === "chain" ? arg.base : arg;
      if (inner.kind === "pipe") assignedInPipe(inner, into);
    }
  }
}
