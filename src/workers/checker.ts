import type { Limits, TemplateOptions } from "../index.ts";
import type { Checker } from "../triggers/index.ts";
import { lowerLimits } from "./lower-limits.ts";
import type { WorkerPool } from "./pool.ts";
import { toPortable } from "./portable-options.ts";

export interface CheckerOptions {
  /** Options of the engine's templates, including its clock. */
  readonly templates: TemplateOptions;
  /** Upper limits; lower limits of `templates` apply, too. */
  readonly limits: Limits;
  /** ms for one call. */
  readonly timeout: number;
}

/**
 * Creates a `Checker` for the engine that runs in workers.
 * @returns undefined if the options of templates cannot be sent to a worker: then the engine checks by itself
 */
export async function workerChecker(
  pool: WorkerPool,
  { templates, limits, timeout }: CheckerOptions,
): Promise<Checker | undefined> {
  const limited = { ...templates, limits: lowerLimits(limits, templates.limits) };
  if ((await toPortable(limited)) === undefined) return undefined;
  // Converted for each call, because the clock is sent as the current time.
  const portable = async () => (await toPortable(limited))!;
  return {
    check: async (input) => pool.run("check", { input, options: await portable() }, { timeout }),
    test: async (where, profiles) => pool.run("test", { where, profiles, options: await portable() }, { timeout }),
  };
}
