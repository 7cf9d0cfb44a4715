import type { TemplateOptions } from "../index.ts";
import { WorkerError } from "./error.ts";
import type { WorkerPool } from "./pool.ts";
import { toPortable } from "./portable-options.ts";
import type { EvaluateInput, evaluate } from "./tasks/evaluate.ts";

type Request = EvaluateInput["request"];
type Answer = ReturnType<typeof evaluate>;

/** Factor by which the timeout exceeds the evaluation's own limit, because other work may slow the thread down. */
const wallClockFactor = 5;
/** Time added for compiling, in ms. */
const compileTimeout = 1_000;
/** Name of the engine as a caller of the pool: it takes turns with callers that ask for previews. */
const caller = "engine";

/**
 * Creates the `evaluate` of the engine's options, which evaluates in workers when it takes too long on the event loop.
 * @param templates options of the engine's templates
 * @returns undefined if the options cannot be sent to a worker: custom functions, `random`
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
        // The pool was closed, or an idle worker was: the engine tries again, unless it stops.
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
