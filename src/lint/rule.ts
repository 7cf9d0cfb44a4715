import type {
  Action,
  Branch,
  Command,
  Comment,
  Identifier,
  Jump,
  Node,
  Operand,
  Pipe,
  Problem,
  Source,
  Span,
  TemplateCall,
  Text,
  Tree,
  Variable as VariableNode,
} from "../../grammar/index.ts";
import type { AlertTemplate } from "../alert.ts";
import type { FunctionSet, ParamType, TemplateFunction } from "../template/index.ts";
import type { Numbers } from "../template/value.ts";
import type { Change, Part, Severity } from "./finding.ts";
import type { LintOptions } from "./options.ts";
import type { Shape } from "./shape.ts";
import type { Type } from "./type.ts";

/** Finds one kind of mistake. Its documentation is its test: each example is linted. */
export interface Rule {
  readonly name: string;
  readonly severity: Severity;
  /** The mistake in one line. */
  readonly summary: string;
  /** The reason why it is a mistake, and what to do instead. */
  readonly reason: string;
  readonly examples: { readonly good: readonly Example[]; readonly bad: readonly Example[] };
  /** Called once for each text; the visitor that it returns gets everything in the text, in one walk. */
  readonly check: (context: Context) => Visitor;
}

/** Shows a template, with options if they matter. */
export type Example = string | { readonly text: string | AlertTemplate; readonly options: LintOptions };

/** Holds the text being linted and everything known about it. */
export interface LintTarget {
  /** The text itself; further templates have their own sources. */
  readonly source: Source;
  readonly part: Part | undefined;
  readonly options: LintOptions;
  readonly numbers: Numbers;
  /** The shape of the profile, if known. */
  readonly shape: Shape | undefined;
  readonly samples: readonly unknown[];
  /** Templates that can be called, by name. */
  readonly trees: ReadonlyMap<string, Tree>;
  /** Names of all functions, including Go's own. */
  readonly functionNames: readonly string[];
  readonly isFunction: (name: string) => boolean;
  /** Returns a function beyond Go's own. */
  readonly functionOf: (name: string) => TemplateFunction | undefined;
  /** Known function sets by name, whether or not they are in use. */
  readonly sets: Readonly<Record<string, FunctionSet>>;
  /** Returns the text that an action writes for a missing value, for each place in which the action may run. */
  readonly missingAs: (node: Action) => readonly string[];
  /** Tells whether an action writes its value as JSON, as in a script of an `html` part: lists, maps and null are fine there. */
  readonly isJson: (node: Action) => boolean;
  /** Tells whether the text parses without errors. */
  readonly parses: boolean;
}

export interface Context extends LintTarget {
  readonly report: (report: Report) => void;
  /** Names of all rules. */
  readonly ruleNames: readonly string[];
}

export interface Report {
  readonly message: string;
  readonly at: Span;
  /** The source of the text that `at` is in. @default that of the context */
  readonly source?: Source | undefined;
  /** Go's own message. */
  readonly go?: string | undefined;
  readonly severity?: Severity | undefined;
  readonly fix?: Change | undefined;
  readonly suggestions?: readonly Change[] | undefined;
}

/**
 * Handles the events of a walk that a rule needs. Templates are walked for each of their calls: the same node may come several
 * times.
 */
export interface Visitor {
  readonly problem?: (problem: Problem) => void;
  /** Gets each template once, before everything else in it. */
  readonly tree?: (tree: Tree) => void;
  readonly text?: (node: Text, scope: Scope) => void;
  readonly comment?: (node: Comment, scope: Scope) => void;
  /** Gets a pipeline whose value is printed. */
  readonly print?: (node: Action, type: Type, scope: Scope) => void;
  readonly branch?: (node: Branch, type: Type, scope: Scope) => void;
  readonly jump?: (node: Jump, scope: Scope) => void;
  readonly template?: (node: TemplateCall, type: Type, scope: Scope) => void;
  readonly call?: (call: Call, scope: Scope) => void;
  /** Gets a command that is a value: it does not start with a function. */
  readonly value?: (command: Command, piped: boolean, scope: Scope) => void;
  readonly field?: (access: Access, scope: Scope) => void;
  readonly declare?: (variable: Variable, scope: Scope) => void;
  /** Gets an assignment; the variable is undefined if none of that name is declared. */
  readonly assign?: (variable: Variable | undefined, node: VariableNode, scope: Scope) => void;
  readonly use?: (variable: Variable, node: VariableNode, scope: Scope) => void;
  /** Gets a variable whose scope ends. */
  readonly drop?: (variable: Variable, scope: Scope) => void;
  /** Called after everything else. */
  readonly done?: (summary: Summary) => void;
}

export interface Summary {
  /** Templates that the text calls, directly or through others. */
  readonly called: ReadonlySet<string>;
}

/** Describes the current place of a walk. It is a view: read it during the call, do not keep it. */
export interface Scope {
  readonly tree: Tree;
  readonly dot: Type;
  /** `$` unless declared again. */
  readonly root: Type;
  /** Innermost last. */
  readonly variables: readonly Variable[];
  /** Returns the variables of a name, innermost last. */
  readonly named: (name: string) => readonly Variable[];
  /** Enclosing blocks, innermost last. */
  readonly blocks: readonly Block[];
  /** Tells whether the place is inside a condition, not in printed content. */
  readonly inCondition: boolean;
  /** The current list of nodes, and the index in it. */
  readonly nodes: readonly Node[];
  readonly index: number;
}

export interface Block {
  readonly node: Branch;
  /** Dot outside the block. */
  readonly dot: Type;
  /** Tells whether the place is in the else list. */
  readonly isElse: boolean;
}

export interface Variable {
  readonly name: string;
  readonly node: VariableNode;
  /** The pipeline that declares the variable. */
  readonly pipe: Pipe;
  readonly by: "action" | Branch["kind"];
  /** Number of blocks around the declaration. */
  readonly depth: number;
  readonly tree: Tree;
  type: Type;
  used: boolean;
}

/** Describes the call of a function. */
export interface Call {
  readonly name: string;
  /** The name as written. */
  readonly node: Identifier;
  readonly command: Command | undefined;
  /** All arguments; the last may be piped. */
  readonly args: readonly Argument[];
  readonly piped: boolean;
  /** Parameters; `"value"` takes anything. Undefined for an unknown function. */
  readonly params: readonly (ParamType | "value")[] | undefined;
  readonly variadic: boolean;
  /** The function, if it is not Go's own. */
  readonly fn: TemplateFunction | undefined;
}

export interface Argument {
  /** The node; for a piped argument the command before. */
  readonly node: Operand | Command;
  readonly type: Type;
}

/** Describes the reading of a field. */
export interface Access {
  readonly base: Type;
  readonly name: string;
  /** The whole chain as written, and the index of this name in it. */
  readonly names: readonly string[];
  readonly index: number;
  readonly node: Operand;
  /** The place of the name, with its dot. */
  readonly span: Span;
  /** Type of the field: `"unknown"` if it may exist, undefined if it does not. */
  readonly found: Type | "unknown" | undefined;
  /** Tells whether the field may be missing here: in a condition, as an argument of `default`, or after a condition that tested it. */
  readonly guarded: boolean;
  /** Tells whether the chain starts at dot, not at a variable. */
  readonly fromDot: boolean;
}
