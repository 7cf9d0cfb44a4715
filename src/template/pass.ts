import type { Tree } from "../../grammar/index.ts";
import type { Builtin } from "./builtins/index.ts";

/** What happens to the trees of a set between parsing and compiling: `escape` is made of these. */
export interface Pass {
  /**
   * The set as it is run from one of its templates. Called once an entry, and always with what was parsed.
   * @param trees never changed
   * @returns by name: what `entry` reaches, calls in it renamed and added to as the pass sees fit
   * @throws TemplateError of phase `"escape"`; of phase `"exec"` where the pass has words of its own for an entry that is not there
   */
  rewrite(trees: ReadonlyMap<string, Tree>, entry: string): ReadonlyMap<string, Tree>;
  /** What rewritten trees may call beyond what texts can. Goes before functions of the same name. */
  readonly functions: Readonly<Record<string, Builtin>>;
}
