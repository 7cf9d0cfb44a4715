import type { Delims } from "../../grammar/index.ts";
import type { Builtin } from "./builtins/index.ts";
import type { TemplateFunction } from "./function.ts";
import type { MissingKey, Run } from "./run.ts";
import type { Scope } from "./scope.ts";
import type { Numbers } from "./value.ts";

/** What compiling one template needs to know. */
export interface Env {
  readonly numbers: Numbers;
  readonly missingKey: MissingKey;
  readonly delims: Delims;
  readonly builtins: Readonly<Record<string, Builtin>>;
  readonly functions: ReadonlyMap<string, TemplateFunction>;
  readonly scope: Scope;
  /** What is found out while compiling. */
  readonly facts: CompileFacts;
}

export interface CompileFacts {
  /** Some function that is called changes maps. */
  mutates: boolean;
}

export type Eval = (run: Run) => unknown;

/** Compiled: something that has a value. */
export interface Expression {
  readonly eval: Eval;
  /** The value comes straight from a list or map, which some of Go's messages show. May depend on the run. */
  readonly boxed: boolean | ((run: Run) => boolean);
  /** Name of the field read last, for `missingKey: "required"`. */
  readonly field?: string | undefined;
}

export const isBoxed = ({ boxed }: Expression, run: Run): boolean => (typeof boxed === "function" ? boxed(run) : boxed);
