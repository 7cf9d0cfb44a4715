import { type Alert, type AlertAborted, type AlertTemplate, previewLimits, type TemplateOptions } from "../index.ts";
import { type Finding, type LintOptions, lint } from "../lint/index.ts";
import { toPortable, type WorkerPool, workerRender } from "../workers/index.ts";

/** Evaluates templates of callers, in a worker if possible. `caller` is the key of the sender: senders take turns. May reject with WorkerError. */
export interface Evaluation {
  /** Renders an alert; rejects with TemplateError. */
  preview(template: AlertTemplate, profile: unknown, caller: string | undefined): Promise<Alert | AlertAborted>;
  /** Lints a template; rejects with TypeError for invalid options. */
  lint(template: string | AlertTemplate, options: LintOptions, caller: string | undefined): Promise<readonly Finding[]>;
}

export interface EvaluationOptions {
  readonly workers: WorkerPool | undefined;
  readonly templates: TemplateOptions | undefined;
  /** Maximum CPU time of one request in a worker, in ms. */
  readonly timeout: number;
}

export function createEvaluation({ workers, templates = {}, timeout }: EvaluationOptions): Evaluation {
  const render = workerRender(workers, { templates, limits: previewLimits, timeout });
  return {
    preview: (template, profile, caller) => render(profile, template, { caller }),
    async lint(template, given, caller) {
      const options = workers && (await toPortable(given));
      if (options === undefined) return lint(template, given);
      return workers!.run("lint", { template, options }, { timeout, caller });
    },
  };
}
