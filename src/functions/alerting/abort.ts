import { type Context, define, RenderAborted } from "../../template/index.ts";

/** `abort REASON`: this profile gets no alert; the reason is what `AlertAborted` and `RenderAborted` say. */
export const abort = define({ params: ["string"], context: true }, (context: Context, reason: string): never => {
  context.grow(reason.length);
  throw new RenderAborted(reason);
});
