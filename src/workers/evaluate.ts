import type { TemplateOptions } from "../index.ts";
import { WorkerError } from "./error.ts";
import type { WorkerPool } from "./pool.ts";
import { toPortable } from "./portable-options.ts";
import type { EvaluateInput, evaluate } from "./tasks/evaluate.ts";

type Request = EvaluateInput["request"];
type Answer = ReturnType<typeof evaluate>;

/** The evaluation counts the time that its thread works: on a busy machine more of it passes. */
const wallClockFactor = 5;
/** Limits compiling, in ms. */
const compileTimeout = 1_000;
/** The engine is one caller of the pool: it takes turns with those who ask for previews. */
const caller = "engine";

/**
 * Makes the `evaluate` of the engine's options: what takes too long on the event loop is evaluated in workers.
 * @param templates as the engine has them
 * @returns undefined where their options cannot cross into a worker: functions of one's own, `random`
 */
export async function workerEvaluate(
  pool: WorkerPool,
  templates: TemplateOptions,
): Promise<((request: Request) => Promise<Answer | { readonly kind: "busy" }>) | undefined> {
  const options = await toPortable(templates);
  if (options === undefined) return undefined;
  return async (request) => {
    try {
      return await pool.run(
        "evaluate",
        { request, options },
        { timeout: request.time * wallClockFactor + compileTimeout, caller },
      );
    } catch (error) {
      if (!(error instanceof WorkerError)) throw error;
      switch (error.problem) {
        case "busy":
        case "unavailable":
        // The pool, or a worker that had been idle: the engine asks again, unless it stops.
        case "closed":
          return { kind: "busy" };
        case "late":
        case "memory":
        case "crashed":
          return { kind: "late", message: error.message };
        default:
          return error.problem satisfies never;
      }
    }
  };
}
