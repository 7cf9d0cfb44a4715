import {
  type Alert,
  type AlertAborted,
  type AlertTemplate,
  compileAlert,
  type Limits,
  type TemplateOptions,
} from "../index.ts";
import { lowerLimits } from "./lower-limits.ts";
import type { WorkerPool } from "./pool.ts";
import { toPortable } from "./portable-options.ts";

export interface RenderOptions {
  readonly templates: TemplateOptions;
  /** The highest that hold; lower ones of `templates` hold too. */
  readonly limits: Limits;
  /** ms that compiling and rendering may take together. */
  readonly timeout: number;
}

export type WorkerRender = (
  profile: unknown,
  template: unknown,
  options?: { readonly caller?: string | undefined },
) => Promise<Alert | AlertAborted>;

/**
 * Makes a function that renders alert templates in workers, each compiled anew: a `Render` of the dispatcher. Without a pool, or
 * where the options of templates cannot cross into a worker (functions of one's own, `random`), it renders here: `limits` hold
 * all the same, `timeout` does not.
 * @returns rejects with TemplateError, TypeError, WorkerError
 */
export function workerRender(
  pool: WorkerPool | undefined,
  { templates, limits, timeout }: RenderOptions,
): WorkerRender {
  const limited = { ...templates, limits: lowerLimits(limits, templates.limits) };
  return async (profile, template, { caller } = {}) => {
    const options = pool && (await toPortable(limited));
    const alertTemplate = template as AlertTemplate;
    if (options === undefined) return compileAlert(alertTemplate, limited).render(profile);
    return pool!.run("preview", { template: alertTemplate, profile, options }, { timeout, caller });
  };
}
