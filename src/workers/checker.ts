import type { Limits, TemplateOptions } from "../index.ts";
import type { Checker } from "../triggers/index.ts";
import { lowerLimits } from "./lower-limits.ts";
import type { WorkerPool } from "./pool.ts";
import { toPortable } from "./portable-options.ts";

export interface CheckerOptions {
  /** Options of the engine's templates, with its clock. */
  readonly templates: TemplateOptions;
  /** The highest that hold; lower ones of `templates` hold too. */
  readonly limits: Limits;
  /** ms of one call. */
  readonly timeout: number;
}

/**
 * Makes a `Checker` of the engine that works in workers.
 * @returns undefined where the options of templates cannot cross: the engine does it itself then
 */
export async function workerChecker(
  pool: WorkerPool,
  { templates, limits, timeout }: CheckerOptions,
): Promise<Checker | undefined> {
  const limited = { ...templates, limits: lowerLimits(limits, templates.limits) };
  if ((await toPortable(limited)) === undefined) return undefined;
  // Each time anew, for the clock.
  const portable = async () => (await toPortable(limited))!;
  return {
    check: async (input) => pool.run("check", { input, options: await portable() }, { timeout }),
    test: async (where, profiles) => pool.run("test", { where, profiles, options: await portable() }, { timeout }),
  };
}
