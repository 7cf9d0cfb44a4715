/** Names why a task did not finish. */
export type WorkerProblem =
  /** The task took longer than its `timeout`. */
  | "late"
  /** The task used more memory than a worker has. */
  | "memory"
  /** Its worker ended without an answer. */
  | "crashed"
  /** Too many others wait, or it waited too long: ask again later. */
  | "busy"
  /** No worker can be started at the moment: ask again later. */
  | "unavailable"
  /** The pool was closed. */
  | "closed";

/** A task that was not done, or not to its end; nothing that it did is left. */
export class WorkerError extends Error {
  override readonly name = "WorkerError";
  readonly problem: WorkerProblem;

  constructor(problem: WorkerProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}
