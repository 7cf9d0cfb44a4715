import type { Delims } from "../../grammar/index.ts";
import type { Builtin } from "./builtins/index.ts";
import type { TemplateFunction } from "./function.ts";
import type { MissingKey, Run } from "./run.ts";
import type { Scope } from "./scope.ts";
import type { Numbers } from "./value.ts";

/** Tells the compiler everything it needs for one template. */
export interface Env {
  readonly numbers: Numbers;
  readonly missingKey: MissingKey;
  readonly delims: Delims;
  readonly builtins: Readonly<Record<string, Builtin>>;
  readonly functions: ReadonlyMap<string, TemplateFunction>;
  readonly scope: Scope;
  /** Collects what the compiler finds out. */
  readonly facts: CompileFacts;
}

export interface CompileFacts {
  /** The template calls a function that changes maps. */
  mutates: boolean;
}

export type Eval = (run: Run) => unknown;

export interface Expression {
  readonly eval: Eval;
  /**
   * Tells whether the value is boxed: it comes straight from a list or map, so that in Go it is an `interface {}` (see `value.ts`).
   * May depend on the run.
   */
  readonly boxed: boolean | ((run: Run) => boolean);
  /** Name of the field read last, for `missingKey: "required"`. */
  readonly field?: string | undefined;
}

export const isBoxed = ({ boxed }: Expression, run: Run): boolean => (typeof boxed === "function" ? boxed(run) : boxed);
