/** Names the reason why a task did not finish. */
export type WorkerProblem =
  /** The task took longer than its `timeout`. */
  | "late"
  /** The task used more memory than a worker has. */
  | "memory"
  /** The worker ended without a result. */
  | "crashed"
  /** Too many tasks wait, or this one waited too long: try again later. */
  | "busy"
  /** No worker can be started at the moment: try again later. */
  | "unavailable"
  /** The pool was closed. */
  | "closed";

/** Reports a task that did not run, or did not finish; it has no effects. */
export class WorkerError extends Error {
  override readonly name = "WorkerError";
  readonly problem: WorkerProblem;

  constructor(problem: WorkerProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}
