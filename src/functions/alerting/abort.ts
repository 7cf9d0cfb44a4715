import { define, RenderAborted } from "../../template/index.ts";

/** `abort REASON`: this profile gets no alert; the reason is what `AlertAborted` and `RenderAborted` say. */
export const abort = define({ params: ["string"] }, (reason: string): never => {
  throw new RenderAborted(reason);
});
