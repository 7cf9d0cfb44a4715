import type { Tree } from "../../grammar/index.ts";
import type { Builtin } from "./builtins/index.ts";

/** Rewrites the trees of a set between parsing and compiling; `escape` provides such passes. */
export interface Pass {
  /**
   * Returns the set as it runs from one of its templates. Called once for each entry, always with the parsed trees.
   * @param trees never changed
   * @returns by name, the templates that `entry` reaches, with calls renamed and added as the pass needs
   * @throws TemplateError of phase `"escape"`; of phase `"exec"` if the pass has its own message for an entry that does not
   * exist
   */
  rewrite(trees: ReadonlyMap<string, Tree>, entry: string): ReadonlyMap<string, Tree>;
  /** Functions that only rewritten trees may call. They take precedence over functions of the same name. */
  readonly functions: Readonly<Record<string, Builtin>>;
}
