import type { Tree } from "../../grammar/index.ts";
import type { Env } from "./env.ts";
import { Scope } from "./scope.ts";
import { compileList, type Statement } from "./statement.ts";
import { weigh } from "./weight.ts";

/** Holds one compiled template of a set. */
export interface Program {
  readonly tree: Tree;
  readonly body: Statement;
  /** Number of variables it needs room for, including `$`. */
  readonly slots: number;
  /** Steps that one run costs, without loops and calls. */
  readonly weight: number;
}

export type ProgramEnv = Omit<Env, "scope" | "delims"> & { readonly lookup: (name: string) => Program | undefined };

export function compileTree(tree: Tree, env: ProgramEnv): Program {
  const scope = new Scope();
  const body = compileList(tree.root, { ...env, delims: tree.source.delims, scope });
  return { tree, body, slots: scope.size, weight: weigh(tree.root) };
}
