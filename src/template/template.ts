import { isEmpty, parse, quote, TemplateError, type Tree, toText } from "../../grammar/index.ts";
import { builtins, isBuiltin } from "./builtins/index.ts";
import { copyProfile } from "./copy.ts";
import type { FunctionSet, TemplateFunction } from "./function.ts";
import type { Limits, TimeLimit } from "./limits.ts";
import { checkDelims, collectFunctions } from "./options.ts";
import type { Pass } from "./pass.ts";
import { compileTree, type Program, type ProgramEnv } from "./program.ts";
import { type MissingKey, Run } from "./run.ts";
import { settingsOf } from "./settings.ts";
import type { Numbers } from "./value.ts";

/** Options that the language itself knows. */
export interface LanguageOptions {
  /** The name that Go's messages carry. @default "template" */
  readonly name?: string | undefined;
  /** Delimiters; an empty one means its default. @default ["{{", "}}"] */
  readonly delims?: readonly [left: string, right: string] | undefined;
  /**
   * The value of a field that the profile does not have. As Go's `missingkey`: `"default"` prints `<no value>`, `"zero"` is
   * nil, `"error"` fails. `"required"` is ours: it fails only where the value would be printed, so that `if`, `with` and
   * `default` still work.
   * @default "default"
   */
  readonly missingKey?: MissingKey | undefined;
  /** The Go type of a number in the profile. @default "int" */
  readonly numbers?: Numbers | undefined;
  /** Functions beyond Go's own; later sets win. @default [] */
  readonly functions?: readonly FunctionSet[] | undefined;
  /**
   * Further templates that `{{template}}` can call, by name. Parsed after the text, in the order of the object's keys;
   * definitions in a later one replace those in an earlier one. @default {}
   */
  readonly templates?: Readonly<Record<string, string>> | undefined;
  /** The local time zone of date functions: an IANA name, such as `Europe/Warsaw`. @default "UTC" */
  readonly timeZone?: string | undefined;
  /** The current time for functions. A fixed one makes a render reproducible. @default the system's */
  readonly clock?: (() => Date) | undefined;
  /** The random numbers for functions: at least 0, below 1. @default the platform's secure source */
  readonly random?: (() => number) | undefined;
  /** The language in which functions write numbers, dates and lists: a BCP 47 tag. @default "en-US" */
  readonly locale?: string | undefined;
  /** Limits of a render; each one that is left out has its default. */
  readonly limits?: { readonly [L in keyof Limits]?: Limits[L] | undefined } | undefined;
  /** The clock for `limits.time`: milliseconds from any start on, never going back. @default performance.now */
  readonly monotonicClock?: (() => number) | undefined;
}

export interface RenderOptions extends TimeLimit {
  /** The template to run, one of those that the text and `templates` define. @default the text itself */
  readonly entry?: string | undefined;
}

export interface Template {
  /**
   * Renders a profile.
   * @param profile never changed
   * @throws {@link TemplateError} of phase `"exec"`, or `"escape"` if another `entry` cannot be escaped; {@link RenderAborted}
   * if the template calls `abort`
   */
  render(profile?: unknown, options?: RenderOptions): string;
}

/**
 * Compiles a template: parses and resolves it once, to be rendered many times.
 * @param pass rewrites the parsed trees before they are compiled
 * @throws {@link TemplateError} of phase `"parse"`, or of the pass; TypeError for invalid options
 */
export function compile(text: string, options: LanguageOptions = {}, pass?: Pass): Template {
  if (typeof text !== "string") throw new TypeError("a template is text");
  const { name = "template" } = options;
  const settings = settingsOf(options);
  const { numbers, missingKey } = settings;
  const delims = checkDelims(options.delims);
  const functions = collectFunctions(options.functions ?? []);
  const isFunction = (id: string): boolean => functions.has(id) || isBuiltin(id);

  const trees = new Map<string, Tree>();
  /** Adds trees. A later text replaces definitions of earlier ones, unless it is empty. Go: `AddParseTree`. */
  const add = (parsed: ReadonlyMap<string, Tree>): void => {
    for (const tree of parsed.values()) if (!trees.has(tree.name) || !isEmpty(tree.root)) trees.set(tree.name, tree);
  };
  add(parse(text, { name, delims, isFunction }));
  // Another text may define the name of this text again; this text is rendered all the same.
  const mainTree = trees.get(name)!;
  for (const [id, more] of Object.entries(options.templates ?? {})) {
    if (typeof more !== "string") throw new TypeError(`the template ${id} is text`);
    add(parse(more, { name: id, delims, isFunction }));
  }

  const facts = { mutates: false };
  const env = { numbers, missingKey, facts, ...callable(functions, pass) };
  const [main, find] = pass ? rewritten(pass, trees, name, env) : link(trees, mainTree, env);

  return {
    render(profile, options) {
      const entry = options?.entry;
      const program = entry === undefined ? main : find(entry);
      if (!program) throw noTemplate(entry!, main.tree);
      const data = profile === null || typeof profile === "symbol" ? undefined : profile;
      const run = new Run(settings, program.tree, data, program.slots, options);
      try {
        if (facts.mutates) run.setRoot(copyProfile(data, run));
        run.spend(program.weight);
        program.body(run);
      } catch (error) {
        run.rethrow(error);
      }
      return toText(run.out);
    },
  };
}

type Find = (entry: string) => Program | undefined;

/** Compiles trees that call each other. `main` is one of them, or one that another of its name has replaced. */
function link(trees: ReadonlyMap<string, Tree>, main: Tree, env: LinkEnv): [main: Program, find: Find] {
  const set = new Map<string, Program>();
  const lookup: Find = (name) => set.get(name);
  for (const tree of trees.values()) set.set(tree.name, compileTree(tree, { ...env, lookup }));
  const found = set.get(main.name);
  return [found?.tree === main ? found : compileTree(main, { ...env, lookup }), lookup];
}

type LinkEnv = Omit<ProgramEnv, "lookup">;

/** Links trees behind a pass, which is asked about `main` now, and about each other entry when it is first rendered. */
function rewritten(pass: Pass, trees: ReadonlyMap<string, Tree>, main: string, env: LinkEnv): [Program, Find] {
  const programs = new Map<string, Program>();
  const find: Find = (entry) => {
    const known = programs.get(entry);
    if (known) return known;
    const set = pass.rewrite(trees, entry);
    const tree = set.get(entry);
    if (!tree) return undefined;
    const [program] = link(set, tree, env);
    programs.set(entry, program);
    return program;
  };
  return [find(main)!, find];
}

/** Collects the functions that names may mean: those of a pass come first. */
function callable(functions: ReadonlyMap<string, TemplateFunction>, pass: Pass | undefined) {
  if (!pass) return { builtins, functions };
  const others = new Map([...functions].filter(([name]) => !Object.hasOwn(pass.functions, name)));
  return { builtins: { ...builtins, ...pass.functions }, functions: others };
}

function noTemplate(entry: string, { source, name }: Tree): TemplateError {
  return new TemplateError({
    message: `template: no template ${quote(entry)} associated with template ${quote(name)}`,
    phase: "exec",
    name: source.name,
    text: source.text,
    span: { start: 0, end: 0 },
  });
}
