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
  /** Upper limits; lower limits of `templates` apply, too. */
  readonly limits: Limits;
  /** ms for compiling and rendering together. */
  readonly timeout: number;
}

export type WorkerRender = (
  profile: unknown,
  template: unknown,
  options?: { readonly caller?: string | undefined },
) => Promise<Alert | AlertAborted>;

/**
 * Creates a function that compiles and renders alert templates in workers: a `Render` of the dispatcher. Without a pool, or if the
 * options of templates cannot be sent to a worker (custom functions, `random`), it renders in this thread: `limits` still apply,
 * `timeout` does not.
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
