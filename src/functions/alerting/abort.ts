import { type Context, define, RenderAborted } from "../../template/index.ts";

export const abort = define({ params: ["string"], context: true }, (context: Context, reason: string): never => {
  context.grow(reason.length);
  throw new RenderAborted(reason);
});
