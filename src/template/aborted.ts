/**
 * Thrown by `Template.render` where the template called `abort`: nothing is wrong, and nothing is to be sent. Of an alert
 * it becomes an `AlertAborted`.
 */
export class RenderAborted extends Error {
  override readonly name = "RenderAborted";
  /** What the template gave `abort`. */
  readonly reason: string;
  constructor(reason: string) {
    super(`aborted: ${reason}`);
    this.reason = reason;
  }
}
