import { EmbeddedActionsParser, EOF, type IRecognitionException, type IToken, type ParserMethod } from "chevrotain";
import { isStackOverflow, TemplateError } from "./error.ts";
import { commentText, endOf, startOf, tokenize } from "./lexer.ts";
import { linesIn } from "./lines.ts";
import { ConstantError, parseNumber } from "./number.ts";
import { printNode } from "./printer.ts";
import { unquote } from "./quote.ts";
import * as t from "./tokens.ts";
import {
  type Branch,
  type Command,
  type Delims,
  isEmpty,
  type List,
  type Node,
  type NumberNode,
  type Operand,
  type Pipe,
  type Source,
  type TemplateCall,
  type Tree,
  type Variable,
} from "./tree.ts";
import type { Context, ParseError, ParseReason } from "./wording.ts";
import * as wording from "./wording.ts";

export interface ParseOptions {
  /** The name that messages carry. */
  readonly name: string;
  readonly delims: Delims;
  /** Says whether a function exists; a template that names another one does not parse. */
  readonly isFunction: (name: string) => boolean;
}

/**
 * Parses a text to trees: the tree of the text itself, under `name`, and those of its `define`s and `block`s. Go:
 * `parse.Parse`.
 * @throws {@link TemplateError} in Go's words; nothing else, whatever the text
 */
export function parse(text: string, options: ParseOptions): Map<string, Tree> {
  return parser.parse(text, options);
}

/** Holds the errors of a parse up to the one that ended it. */
export interface ParseAttempt {
  readonly trees: Map<string, Tree>;
  readonly errors: readonly ParseError[];
  /** The token at which parsing stopped, for which the last error is; undefined if parsing reached the end. */
  readonly stopped: IToken | undefined;
  /** Offsets of the blocks that were open there, outermost first. */
  readonly open: readonly number[];
}

/**
 * Parses tokens like {@link parse}, but returns errors instead of throwing: an error in a word is collected, one in the
 * structure ends the parse.
 */
export function tryParse(tokens: IToken[], text: string, options: ParseOptions): ParseAttempt {
  return parser.tryParse(tokens, text, options);
}

/** Holds the state between two ends; the body of a `define` or `block` has a scope of its own. */
interface Scope {
  readonly vars: Names;
  rangeDepth: number;
  /** Offset of the left delimiter of the current action, -1 outside actions. */
  actionStart: number;
}

const newScope = (): Scope => ({ vars: new Names(["$"]), rangeDepth: 0, actionStart: -1 });

/** Stacks the declared names, innermost last. */
class Names {
  readonly #all: string[] = [];
  /** Position of the first declaration of each name. */
  readonly #first = new Map<string, number>();

  constructor(names: readonly string[]) {
    for (const name of names) this.push(name);
  }

  get count(): number {
    return this.#all.length;
  }

  has(name: string): boolean {
    return this.#first.has(name);
  }

  push(name: string): void {
    if (!this.#first.has(name)) this.#first.set(name, this.#all.length);
    this.#all.push(name);
  }

  /** Drops all names but the first `count`. */
  cut(count: number): void {
    while (this.#all.length > count) {
      const name = this.#all.pop()!;
      if (this.#first.get(name) === this.#all.length) this.#first.delete(name);
    }
  }
}

/** Tells how a list ended: with `{{end}}`, or with `{{else}}`, whose right delimiter may belong to a chained `if` or `with`. */
interface Ending {
  readonly kind: "end" | "else";
  readonly open: IToken;
  /** The last token read: the right delimiter, or the chained keyword. */
  readonly last: IToken;
  readonly start: number;
  readonly end: number;
}

/**
 * Limits nesting to 200 blocks and parentheses, or 1,000 links of an `else if` chain. Go takes 10,000 parentheses and any
 * number of blocks, but here each level takes several calls on a stack that is a thousandth of Go's.
 */
const maxNesting = 1000;
const nestingCost = 5;
const chainCost = 1;

class TemplateParser extends EmbeddedActionsParser {
  #source: Source = { name: "", text: "", delims: ["{{", "}}"] };
  #isFunction: (name: string) => boolean = () => true;
  #trees = new Map<string, Tree>();
  #scope = newScope();
  /** Names what Go says it is reading if the next token does not fit. */
  #context: Context = "input";
  /** Offset of a token that Go read together with the next one, to see whether it is a variable being declared. */
  #readAhead = -1;
  /** Errors so far; undefined where the first error is thrown instead. */
  #collected: ParseError[] | undefined;
  #stopped: IToken | undefined;
  /** Offsets of the blocks that are open. */
  #open: number[] = [];
  /** Depth of the current place, in the units of `maxNesting`. */
  #nesting = 0;

  readonly #template: ParserMethod<[], List>;

  constructor() {
    super(t.vocabulary, { maxLookahead: 1, recoveryEnabled: false, skipValidations: true });

    // Alternatives are made once, outside the rules: inside, each call would hand chevrotain new ones.
    const items = [
      { ALT: (): Node => this.#text(this.CONSUME(t.Text)) },
      { ALT: (): Node => this.#comment(this.CONSUME(t.Comment)) },
      { ALT: (): Node => this.SUBRULE(action) },
    ];

    /** template: (text | comment | action | definition)* */
    this.#template = this.RULE("template", (): List => {
      const nodes: Node[] = [];
      this.MANY(() => {
        const node = this.OR(topItems);
        if (node) nodes.push(node);
      });
      this.#context = "input";
      return listOf(nodes, 0);
    });

    const topItems = [
      ...(items as { ALT: () => Node | undefined }[]),
      {
        ALT: (): undefined => {
          this.SUBRULE(definition);
        },
      },
      {
        ALT: (): undefined => {
          const stray = this.SUBRULE(ending);
          this.#failEnding(wording.strayEnding(this.#render(stray), stray.kind), stray);
        },
      },
    ];

    /** list: (text | comment | action)*, up to an ending */
    const list = this.RULE("list", (): List => {
      const nodes: Node[] = [];
      const start = startOf(this.LA(1));
      this.MANY(() => {
        nodes.push(this.OR(items));
      });
      this.#context = "input";
      return listOf(nodes, start);
    });

    /** ending: "{{end}}" | "{{else" ("}}" | before "if" or "with") */
    const ending = this.RULE("ending", (): Ending => this.OR(endings));

    const endings = [
      {
        ALT: (): Ending => {
          const open = this.CONSUME(t.EndDelim);
          this.#startAction(open);
          this.CONSUME(t.End);
          this.#context = "end";
          const close = this.CONSUME1(t.RightDelim);
          this.#scope.actionStart = -1;
          return { kind: "end", open, last: close, start: startOf(open), end: endOf(close) };
        },
      },
      {
        ALT: (): Ending => {
          const open = this.CONSUME(t.ElseDelim);
          this.#startAction(open);
          let last = this.CONSUME(t.Else);
          this.#context = "else";
          const chained = this.#atChain();
          if (!chained) last = this.CONSUME2(t.RightDelim);
          this.#scope.actionStart = -1;
          return { kind: "else", open, last: chained ? this.LA(1) : last, start: startOf(open), end: endOf(last) };
        },
      },
    ];

    /** definition: "{{define" string "}}" list "{{end}}" */
    const definition = this.RULE("definition", (): void => {
      this.#open.push(startOf(this.CONSUME(t.DefineDelim)));
      this.CONSUME(t.Define);
      const outer = this.#enterScope();
      this.#context = "define clause";
      const name = this.SUBRULE(templateName);
      this.#context = "define clause";
      this.CONSUME(t.RightDelim);
      const root = this.SUBRULE(list);
      const close = this.SUBRULE(ending);
      if (close.kind !== "end")
        this.#failEnding(wording.endingIn(this.#render(close), close.kind, "define clause"), close);
      this.#open.pop();
      this.#add(name, root, close.last);
      this.#scope = outer;
    });

    const templateName = this.RULE("templateName", (): string => {
      this.OR([{ ALT: () => this.CONSUME(t.String_) }, { ALT: () => this.CONSUME(t.RawString) }]);
      return this.#unquoted(this.LA(0));
    });

    /** action: "{{" (if | with | range | template | block | break | continue | pipeline "}}") */
    const action = this.RULE("action", (): Node => {
      const open = this.CONSUME(t.LeftDelim);
      this.#startAction(open);
      this.#context = "command";
      const node = this.OR(actions);
      this.#scope.actionStart = -1;
      return node;
    });

    const actions = [
      {
        ALT: (): Node => {
          this.CONSUME(t.If);
          return this.SUBRULE1(branch, { ARGS: ["if"] });
        },
      },
      {
        ALT: (): Node => {
          this.CONSUME(t.With);
          return this.SUBRULE2(branch, { ARGS: ["with"] });
        },
      },
      {
        ALT: (): Node => {
          this.CONSUME(t.Range);
          return this.SUBRULE3(branch, { ARGS: ["range"] });
        },
      },
      { ALT: (): Node => this.SUBRULE(templateCall) },
      { ALT: (): Node => this.SUBRULE(block) },
      { ALT: (): Node => this.SUBRULE(jump) },
      {
        ALT: (): Node => {
          const open = this.LA(0);
          const pipe = this.SUBRULE(pipeline, { ARGS: ["command"] });
          const close = this.CONSUME(t.RightDelim);
          this.#checkPipeline(pipe, "command", close);
          return { kind: "action", pipe, pos: pipe.pos, start: startOf(open), end: endOf(close) };
        },
      },
    ];

    /** branch: pipeline "}}" list ending, where "{{else if" in an if, "{{else with" in a with nest without an end of their own */
    const branch = this.RULE("branch", (kind: Branch["kind"] = "if", cost = nestingCost): Branch => {
      const opener = this.LA(0);
      this.#nest(cost, opener);
      if (cost === nestingCost) this.#open.push(this.#scope.actionStart);
      const declared = this.#scope.vars.count;
      this.#context = kind;
      const pipe = this.SUBRULE(pipeline, { ARGS: [kind] });
      const close = this.CONSUME(t.RightDelim);
      this.#checkPipeline(pipe, kind, close);
      if (kind === "range") this.#scope.rangeDepth++;
      const body = this.SUBRULE1(list);
      if (kind === "range") this.#scope.rangeDepth--;
      const next = this.SUBRULE1(ending);
      let elseList: List | undefined;
      let end = next.end;
      if (next.kind === "else") {
        const chained = this.LA(1).tokenType;
        if (kind === "if" && chained === t.If) {
          this.CONSUME(t.If);
          const nested = this.SUBRULE1(branch, { ARGS: ["if", chainCost] });
          elseList = listOf([nested], next.start);
          end = nested.end;
        } else if (kind === "with" && chained === t.With) {
          this.CONSUME(t.With);
          const nested = this.SUBRULE2(branch, { ARGS: ["with", chainCost] });
          elseList = listOf([nested], next.start);
          end = nested.end;
        } else {
          elseList = this.SUBRULE2(list);
          const last = this.SUBRULE2(ending);
          if (last.kind !== "end") this.#failEnding(wording.expectedEnd(this.#render(last), last.kind), last);
          end = last.end;
        }
      }
      if (cost === nestingCost) this.#open.pop();
      this.#scope.vars.cut(declared);
      this.#nesting -= cost;
      return { kind, pipe, list: body, elseList, pos: pipe.pos, start: opener.startOffset, end };
    });

    /** template: "template" string pipeline? "}}" */
    const templateCall = this.RULE("templateCall", (): TemplateCall => {
      const opener = this.CONSUME(t.Template);
      this.#context = "template clause";
      const pos = this.LA(1).startOffset;
      const name = this.SUBRULE(templateName);
      let pipe: Pipe | undefined;
      this.#context = "template clause";
      this.OPTION({
        GATE: () => this.LA(1).tokenType !== t.RightDelim,
        DEF: () => {
          pipe = this.SUBRULE(pipeline, { ARGS: ["template clause"] });
        },
      });
      const close = this.CONSUME(t.RightDelim);
      if (pipe) this.#checkPipeline(pipe, "template clause", close);
      return { kind: "template", name, pipe, pos, start: opener.startOffset, end: endOf(close) };
    });

    /** block: "block" string pipeline "}}" list "{{end}}", which is a definition and a call */
    const block = this.RULE("block", (): TemplateCall => {
      const opener = this.CONSUME(t.Block);
      this.#open.push(this.#scope.actionStart);
      this.#context = "block clause";
      const pos = this.LA(1).startOffset;
      const name = this.SUBRULE(templateName);
      this.#context = "block clause";
      const pipe = this.SUBRULE(pipeline, { ARGS: ["block clause"] });
      const close = this.CONSUME(t.RightDelim);
      this.#checkPipeline(pipe, "block clause", close);
      const outer = this.#enterScope();
      this.#nest(nestingCost, opener);
      const root = this.SUBRULE(list);
      const end = this.SUBRULE(ending);
      this.#nesting -= nestingCost;
      this.#open.pop();
      // Go names the line where the block clause ended, not the line of the else.
      if (end.kind !== "end")
        this.#failEnding(wording.endingIn(this.#render(end), end.kind, "block clause"), end, startOf(close));
      this.#add(name, root, end.last);
      this.#scope = outer;
      return { kind: "template", name, pipe, pos, start: opener.startOffset, end: end.end };
    });

    const jump = this.RULE("jump", (): Node => {
      this.OR([{ ALT: () => this.CONSUME(t.Break) }, { ALT: () => this.CONSUME(t.Continue) }]);
      const opener = this.LA(0);
      const kind = opener.tokenType === t.Break ? "break" : "continue";
      this.#context = `{{${kind}}}`;
      const close = this.CONSUME(t.RightDelim);
      if (this.#scope.rangeDepth === 0) this.#fail(wording.outsideRange(kind), opener, startOf(close));
      return { kind, ...placeOf(opener) };
    });

    /** pipeline: declaration? command ("|" command)* "|"? */
    const pipeline = this.RULE("pipeline", (context: Context = "command"): Pipe => {
      const first = this.LA(1);
      const decl: Variable[] = [];
      let isAssign = false;
      let declares = true;
      this.#context = context;
      this.MANY1({
        GATE: () => declares && this.#atDeclaration(),
        DEF: () => {
          const name = this.CONSUME(t.Variable);
          const operator = this.OR(operators);
          decl.push(variableOf(name));
          this.#scope.vars.push(name.image);
          isAssign = operator.tokenType === t.Assign;
          if (operator.tokenType === t.Comma) this.#checkComma(operator, context, decl.length);
          declares = operator.tokenType === t.Comma;
        },
      });
      if (declares) this.#readAhead = this.LA(1).startOffset;
      const commands: Command[] = [];
      this.MANY2(() => {
        commands.push(this.SUBRULE(command));
        this.#context = "operand";
        this.OPTION(() => {
          this.CONSUME(t.Pipe);
          this.#context = context;
        });
      });
      const last = this.LA(0);
      return {
        kind: "pipe",
        decl,
        isAssign,
        commands,
        pos: startOf(first),
        start: first.startOffset,
        end: endOf(last),
      };
    });

    const operators = [
      { ALT: (): IToken => this.CONSUME(t.Declare) },
      { ALT: (): IToken => this.CONSUME(t.Assign) },
      { ALT: (): IToken => this.CONSUME(t.Comma) },
    ];

    /** command: operand (space operand)* */
    const command = this.RULE("command", (): Command => {
      const args: Operand[] = [];
      const start = this.LA(1).startOffset;
      this.AT_LEAST_ONE(() => {
        if (args.length > 0 && this.#touches()) this.#failUnexpected(this.LA(1), "operand");
        args.push(this.SUBRULE(operand));
        this.#context = "operand";
      });
      return { kind: "command", args: args as [Operand, ...Operand[]], pos: start, start, end: endOf(this.LA(0)) };
    });

    /** operand: (literal | function | "." | ".Field" | "$" | "(" pipeline ")") ".Field"* */
    const operand = this.RULE("operand", (): Operand => {
      const term = this.OR(terms);
      if (!this.RECORDING_PHASE && !this.#atField()) return term;
      const fields: IToken[] = [];
      this.MANY({ GATE: () => this.#atField(), DEF: () => fields.push(this.CONSUME2(t.Field)) });
      return this.#chain(term, fields);
    });

    const terms = [
      { ALT: (): Operand => this.#field(this.CONSUME1(t.Field)) },
      { ALT: () => this.#identifier(this.CONSUME(t.Identifier)) },
      { ALT: () => this.#string(this.CONSUME(t.String_)) },
      { ALT: () => this.#variable(this.CONSUME(t.Variable)) },
      { ALT: () => this.#number(this.CONSUME(t.Number_), "number") },
      { ALT: (): Operand => ({ kind: "dot", ...placeOf(this.CONSUME(t.Dot)) }) },
      { ALT: () => this.SUBRULE(parenthesised) },
      { ALT: () => this.#bool(this.CONSUME(t.Bool)) },
      { ALT: (): Operand => ({ kind: "nil", ...placeOf(this.CONSUME(t.Nil)) }) },
      { ALT: () => this.#string(this.CONSUME(t.RawString)) },
      { ALT: () => this.#number(this.CONSUME(t.CharConstant), "char") },
      { ALT: () => this.#number(this.CONSUME(t.Complex), "complex") },
    ];

    const parenthesised = this.RULE("parenthesised", (): Pipe => {
      const open = this.CONSUME(t.LeftParen);
      this.#nest(nestingCost, open);
      const pipe = this.SUBRULE(pipeline, { ARGS: ["parenthesized pipeline"] });
      const close = this.CONSUME(t.RightParen);
      this.#checkPipeline(pipe, "parenthesized pipeline", close);
      this.#nesting -= nestingCost;
      return pipe;
    });

    this.performSelfAnalysis();
  }

  parse(text: string, options: ParseOptions): Map<string, Tree> {
    this.#start(text, options);
    this.#collected = undefined;
    return this.#read(() => tokenize(text, options.delims, options.isFunction));
  }

  tryParse(tokens: IToken[], text: string, options: ParseOptions): ParseAttempt {
    this.#start(text, options);
    const errors: ParseError[] = [];
    this.#collected = errors;
    this.#stopped = undefined;
    try {
      this.#read(() => tokens);
    } catch (error) {
      if (!(error instanceof TemplateError) || !error.reason) throw error;
      errors.push({ error, reason: error.reason });
      this.#stopped ??= this.LA(1);
    }
    return { trees: this.#trees, errors, stopped: this.#stopped, open: this.#open };
  }

  #start(text: string, { name, delims, isFunction }: ParseOptions): void {
    this.#source = { name, text, delims };
    this.#isFunction = isFunction;
    this.#trees = new Map();
    this.#scope = newScope();
    this.#readAhead = -1;
    this.#nesting = 0;
    this.#open = [];
  }

  #read(tokens: () => IToken[]): Map<string, Tree> {
    try {
      this.input = tokens();
      const root = this.#template();
      const failure = this.errors[0];
      if (failure) throw this.#translate(failure).error;
      this.#add(this.#source.name, root, this.#endOfText());
      return this.#trees;
    } catch (error) {
      throw error instanceof TemplateError ? error : this.#stackOverflow(error);
    }
  }

  /** Turns a stack overflow into an error: the caller left less stack than `maxNesting` needs. */
  #stackOverflow(error: unknown): unknown {
    if (!isStackOverflow(error)) return error;
    return this.#errorAt(wording.tooDeep, this.LA(1)).error;
  }

  /** Makes Go's error of chevrotain's, which only says which token did not fit; `context` says what Go was reading. */
  #translate({ token }: IRecognitionException): ParseError {
    this.#stopped = token;
    // For a define below the top level Go complains about the keyword.
    if (token.tokenType === t.DefineDelim)
      return this.#unexpected(this.input[this.input.indexOf(token) + 1]!, "command");
    if (this.#context === "input" && token.image === "" && token.tokenType !== t.Refused) {
      return this.#errorAt(wording.unexpectedEnd, this.#endOfText());
    }
    return this.#unexpected(token, this.#context);
  }

  #endOfText(): IToken {
    return {
      ...EOF,
      startOffset: this.#source.text.length,
      image: "",
      tokenTypeIdx: EOF.tokenTypeIdx!,
      tokenType: EOF,
    };
  }

  #unexpected(token: IToken, context: Context): ParseError {
    const line = this.#lineOf(startOf(token));
    const { actionStart } = this.#scope;
    const actionLine = actionStart < 0 ? 0 : this.#lineOf(actionStart);
    return this.#errorAt(wording.unexpected(token, context, this.#source, line, actionLine), token);
  }

  #failUnexpected(token: IToken, context: Context): void {
    if (!this.RECORDING_PHASE) this.#note(this.#unexpected(token, context));
  }

  /** @param goOffset offset of the last token that Go read, if that is not `at` */
  #fail(reason: ParseReason, at: IToken, goOffset?: number): void {
    if (!this.RECORDING_PHASE) this.#note(this.#errorAt(reason, at, goOffset));
  }

  #errorAt(reason: ParseReason, at: IToken, goOffset?: number): ParseError {
    return wording.parseError(reason, this.#source, at, this.#lineOf(goOffset ?? startOf(at)), linesIn(this.#source));
  }

  /** Throws an error, or collects it, in which case the caller goes on as if there were none. */
  #note(failure: ParseError): void {
    if (this.#collected === undefined) throw failure.error;
    this.#collected.push(failure);
  }

  #nest(cost: number, at: IToken): void {
    this.#nesting += cost;
    if (this.#nesting > maxNesting && !this.RECORDING_PHASE) throw this.#errorAt(wording.tooDeep, at).error;
  }

  #failEnding(reason: ParseReason, { open, last }: Ending, goOffset?: number): void {
    if (this.RECORDING_PHASE) return;
    this.#stopped = open;
    throw this.#errorAt(reason, open, goOffset ?? startOf(last)).error;
  }

  #lineOf(offset: number): number {
    const { text } = this.#source;
    return linesIn(this.#source).at(Number.isNaN(offset) ? text.length : offset).line;
  }

  #startAction(open: IToken): void {
    this.#scope.actionStart = startOf(open);
  }

  #enterScope(): Scope {
    const outer = this.#scope;
    this.#scope = newScope();
    return outer;
  }

  /** Adds a tree. A second definition in one text is an error, unless one of the two is empty: then the empty one is dropped. */
  #add(name: string, root: List, last: IToken): void {
    if (this.RECORDING_PHASE) return;
    const present = this.#trees.get(name);
    if (present && !isEmpty(present.root)) {
      if (!isEmpty(root)) this.#fail(wording.multipleDefinition(name), last);
      return;
    }
    this.#trees.set(name, { name, source: this.#source, root });
  }

  #render({ kind }: Ending): string {
    return this.#source.delims[0] + kind + this.#source.delims[1];
  }

  #atChain(): boolean {
    const { tokenType } = this.LA(1);
    return tokenType === t.If || tokenType === t.With;
  }

  /** Tells whether the next token follows without white space. */
  #touches(): boolean {
    return endOf(this.LA(0)) === this.LA(1).startOffset;
  }

  /** Tells whether the next token is a field of the operand before it. */
  #atField(): boolean {
    return this.LA(1).tokenType === t.Field && this.#touches();
  }

  /** Tells whether a declaration follows: `$x :=`, `$x =` or `$x ,`. */
  #atDeclaration(): boolean {
    if (this.LA(1).tokenType !== t.Variable) return false;
    const { tokenType } = this.LA(2);
    return tokenType === t.Declare || tokenType === t.Assign || tokenType === t.Comma;
  }

  #checkComma(comma: IToken, context: Context, count: number): void {
    if (context !== "range" || count > 1) {
      this.#fail(wording.tooManyDeclarations(context), comma);
      return;
    }
    const next = this.LA(1);
    const { tokenType } = next;
    if (tokenType === t.Variable || tokenType === t.RightDelim || tokenType === t.RightParen) return;
    this.#fail(wording.onlyVariables, next);
  }

  /** Checks that only the first command of a pipeline starts with something that is neither called nor looked up. */
  #checkPipeline(pipe: Pipe, context: Context, close: IToken): void {
    if (this.RECORDING_PHASE) return;
    if (pipe.commands.length === 0) this.#fail(wording.missingValue(context), close);
    for (let i = 1; i < pipe.commands.length; i++) {
      const { kind } = pipe.commands[i]!.args[0];
      if (kind === "bool" || kind === "dot" || kind === "nil" || kind === "number" || kind === "string") {
        this.#fail(wording.nonExecutable(i + 1), close);
      }
    }
  }

  #text(token: IToken): Node {
    const start = token.startOffset;
    return { kind: "text", text: token.image, pos: start, start, end: endOf(token) };
  }

  #comment(token: IToken): Node {
    if (this.RECORDING_PHASE) return { kind: "comment", text: "", pos: 0, start: 0, end: 0 };
    return { kind: "comment", text: commentText(token), ...placeOf(token) };
  }

  #identifier(token: IToken): Operand {
    if (!this.#isFunction(token.image)) this.#fail(wording.functionNotDefined(token.image), token);
    const start = token.startOffset;
    return { kind: "identifier", name: token.image, pos: start, start, end: endOf(token) };
  }

  #field(token: IToken): Operand {
    const start = token.startOffset;
    return { kind: "field", names: [token.image.slice(1)], pos: start, start, end: endOf(token) };
  }

  #variable(token: IToken): Operand {
    if (!this.#scope.vars.has(token.image)) {
      const ahead = token.startOffset === this.#readAhead;
      this.#fail(wording.undefinedVariable(token.image), token, startOf(ahead ? this.LA(1) : token));
    }
    return variableOf(token);
  }

  #bool(token: IToken): Operand {
    return { kind: "bool", value: token.image === "true", ...placeOf(token) };
  }

  #string(token: IToken): Operand {
    const start = token.startOffset;
    return { kind: "string", quoted: token.image, text: this.#unquoted(token), pos: start, start, end: endOf(token) };
  }

  #unquoted(token: IToken): string {
    if (this.RECORDING_PHASE) return "";
    const text = unquote(token.image);
    if (text === undefined) this.#fail(wording.invalidSyntax, token);
    return text ?? "";
  }

  #number(token: IToken, type: "number" | "char" | "complex"): NumberNode {
    try {
      return { kind: "number", ...parseNumber(this.RECORDING_PHASE ? "0" : token.image, type), ...placeOf(token) };
    } catch (error) {
      if (!(error instanceof ConstantError)) throw error;
      this.#fail({ code: error.code, message: error.message }, token);
      return { kind: "number", text: "0", int: 0n, uint: 0n, float: 0, complex: undefined, ...placeOf(token) };
    }
  }

  /** Adds fields to an operand: they extend a field or variable, and make a chain of a pipeline or function. */
  #chain(term: Operand, tokens: readonly IToken[]): Operand {
    if (this.RECORDING_PHASE) return term;
    const fields = tokens.map((token) => token.image.slice(1));
    const pos = tokens[0]!.startOffset;
    const end = endOf(tokens.at(-1)!);
    switch (term.kind) {
      case "field":
        return { kind: "field", names: [...term.names, ...fields], pos, start: term.start, end };
      case "variable":
        return { ...term, fields, pos, end };
      case "pipe":
      case "identifier":
        return { kind: "chain", base: term, fields, pos, start: term.start, end };
      default: {
        const next = this.LA(1);
        const read = this.#touches() ? startOf(next) : end;
        this.#fail(wording.dotAfterTerm(printNode(term, this.#source.delims)), tokens[0]!, read);
        return term;
      }
    }
  }
}

function placeOf(token: IToken): { pos: number; start: number; end: number } {
  const pos = startOf(token);
  return { pos, start: pos, end: endOf(token) };
}

function variableOf(token: IToken): Variable {
  const start = token.startOffset;
  return { kind: "variable", name: token.image, fields: [], pos: start, start, end: endOf(token) };
}

function listOf(nodes: readonly Node[], start: number): List {
  return { kind: "list", nodes, pos: start, start, end: nodes.at(-1)?.end ?? start };
}

const parser = new TemplateParser();
