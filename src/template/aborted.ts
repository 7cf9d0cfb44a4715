/**
 * Ends a render because the template called `abort`: nothing is wrong, and nothing is to be sent. `Template.render` throws it;
 * for an alert it becomes an `AlertAborted`.
 */
export class RenderAborted extends Error {
  override readonly name = "RenderAborted";
  /** The argument of `abort`. */
  readonly reason: string;
  constructor(reason: string) {
    super(`aborted: ${reason}`);
    this.reason = reason;
  }
}
