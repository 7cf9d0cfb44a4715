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

/** One kind of mistake. Its documentation is its test: each example is linted. */
export interface Rule {
  readonly name: string;
  readonly severity: Severity;
  /** What it finds, in one line. */
  readonly summary: string;
  /** Why that is a mistake, and what to do instead. */
  readonly reason: string;
  readonly examples: { readonly good: readonly Example[]; readonly bad: readonly Example[] };
  /** Called once for each text; what it gives is told of everything in that text, in one walk. */
  readonly check: (context: Context) => Visitor;
}

/** A template, with what is known of the data if that matters. */
export type Example = string | { readonly text: string | AlertTemplate; readonly options: LintOptions };

/** What there is to know about the text being linted. */
export interface LintTarget {
  /** The text itself; further templates have sources of their own. */
  readonly source: Source;
  readonly part: Part | undefined;
  readonly options: LintOptions;
  readonly numbers: Numbers;
  /** What is known of the profile. */
  readonly shape: Shape | undefined;
  readonly samples: readonly unknown[];
  /** The templates that can be called, by name. */
  readonly trees: ReadonlyMap<string, Tree>;
  /** Names of all functions there are, Go's own included. */
  readonly functionNames: readonly string[];
  readonly isFunction: (name: string) => boolean;
  /** A function beyond Go's own. */
  readonly functionOf: (name: string) => TemplateFunction | undefined;
  /** Function sets that are known but perhaps not in use, by name. */
  readonly sets: Readonly<Record<string, FunctionSet>>;
  /** What is written for its value where that is missing, in each place that it stands in. */
  readonly missingAs: (node: Action) => readonly string[];
  /** In a script of an `html` part values are written as JSON has them: lists, maps and null are right there. */
  readonly isJson: (node: Action) => boolean;
  /** The text could be read without a mistake. */
  readonly parses: boolean;
}

/** What a rule is given. */
export interface Context extends LintTarget {
  readonly report: (report: Report) => void;
  /** Names of all rules there are. */
  readonly ruleNames: readonly string[];
}

export interface Report {
  readonly message: string;
  readonly at: Span;
  /** Whose text `at` is in. @default that of the context */
  readonly source?: Source | undefined;
  /** Go's own message. */
  readonly go?: string | undefined;
  readonly severity?: Severity | undefined;
  readonly fix?: Change | undefined;
  readonly suggestions?: readonly Change[] | undefined;
}

/** What a rule wants to be told of. Templates are walked for each of their calls: the same node may come several times. */
export interface Visitor {
  readonly problem?: (problem: Problem) => void;
  /** Each template once, before all else in it. */
  readonly tree?: (tree: Tree) => void;
  readonly text?: (node: Text, scope: Scope) => void;
  readonly comment?: (node: Comment, scope: Scope) => void;
  /** The value of a pipeline is written. */
  readonly print?: (node: Action, type: Type, scope: Scope) => void;
  readonly branch?: (node: Branch, type: Type, scope: Scope) => void;
  readonly jump?: (node: Jump, scope: Scope) => void;
  readonly template?: (node: TemplateCall, type: Type, scope: Scope) => void;
  readonly call?: (call: Call, scope: Scope) => void;
  /** A command that is a value: what it starts with is no function. */
  readonly value?: (command: Command, piped: boolean, scope: Scope) => void;
  readonly field?: (access: Access, scope: Scope) => void;
  readonly declare?: (variable: Variable, scope: Scope) => void;
  /** Undefined: of that name nothing was declared. */
  readonly assign?: (variable: Variable | undefined, node: VariableNode, scope: Scope) => void;
  readonly use?: (variable: Variable, node: VariableNode, scope: Scope) => void;
  /** A variable's scope ends. */
  readonly drop?: (variable: Variable, scope: Scope) => void;
  /** Everything was told. */
  readonly done?: (summary: Summary) => void;
}

export interface Summary {
  /** Templates that were called, from the text or from what it calls. */
  readonly called: ReadonlySet<string>;
}

/** Where in the walk something is. A view of it: to be looked at during the call, not kept. */
export interface Scope {
  readonly tree: Tree;
  readonly dot: Type;
  /** `$` unless declared again. */
  readonly root: Type;
  /** Innermost last. */
  readonly variables: readonly Variable[];
  /** Those of a name, innermost last. */
  readonly named: (name: string) => readonly Variable[];
  /** The blocks around, innermost last. */
  readonly blocks: readonly Block[];
  /** Inside a condition rather than in what is written. */
  readonly inCondition: boolean;
  /** The list of nodes that is walked, and where in it. */
  readonly nodes: readonly Node[];
  readonly index: number;
}

export interface Block {
  readonly node: Branch;
  /** Dot outside of it. */
  readonly dot: Type;
  /** In its else list. */
  readonly isElse: boolean;
}

export interface Variable {
  readonly name: string;
  readonly node: VariableNode;
  /** What declared it. */
  readonly pipe: Pipe;
  readonly by: "action" | Branch["kind"];
  /** How many blocks are around the declaration. */
  readonly depth: number;
  readonly tree: Tree;
  type: Type;
  used: boolean;
}

/** A function is called. */
export interface Call {
  readonly name: string;
  /** The name as it stands there. */
  readonly node: Identifier;
  readonly command: Command | undefined;
  /** All arguments; the last may be piped. */
  readonly args: readonly Argument[];
  readonly piped: boolean;
  /** `"value"` takes anything. Undefined for a function nobody knows. */
  readonly params: readonly (ParamType | "value")[] | undefined;
  readonly variadic: boolean;
  /** Beyond Go's own. */
  readonly fn: TemplateFunction | undefined;
}

export interface Argument {
  /** What a piped argument comes from is the command before. */
  readonly node: Operand | Command;
  readonly type: Type;
}

/** A field is read. */
export interface Access {
  readonly base: Type;
  readonly name: string;
  /** The whole chain as written, and which of its names this is. */
  readonly names: readonly string[];
  readonly index: number;
  readonly node: Operand;
  /** Where the name stands, with its dot. */
  readonly span: Span;
  /** `"unknown"` if nothing says that there is none, undefined if there is none. */
  readonly found: Type | "unknown" | undefined;
  /** It may be missing here: in a condition, as what `default` takes, or behind a condition that asked for it. */
  readonly guarded: boolean;
  /** The chain starts at dot, not at a variable. */
  readonly fromDot: boolean;
}
