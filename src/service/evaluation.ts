import {
  type Alert,
  type AlertAborted,
  type AlertTemplate,
  type Finding,
  type LintOptions,
  lint,
  previewLimits,
  type TemplateOptions,
} from "../index.ts";
import { toPortable, type WorkerPool, workerRender } from "../workers/index.ts";

/** Evaluates what callers wrote, in a worker where that can be. `caller`: callers take turns. Rejects with WorkerError too. */
export interface Evaluation {
  /** @returns rejects with TemplateError */
  preview(template: AlertTemplate, profile: unknown, caller: string | undefined): Promise<Alert | AlertAborted>;
  /** @returns rejects with TypeError for options that make no sense */
  lint(template: string | AlertTemplate, options: LintOptions, caller: string | undefined): Promise<readonly Finding[]>;
}

export interface EvaluationOptions {
  readonly workers: WorkerPool | undefined;
  readonly templates: TemplateOptions | undefined;
  /** ms of one request in a worker. */
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
