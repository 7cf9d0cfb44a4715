import { type Context, failed, print, type Spot, same } from "./context.ts";
import { nudge } from "./pipeline.ts";

/** Returns the context after two branches, or an error if they end in different places. Go: `join`. */
export function join(a: Context, b: Context, spot: Spot, kind: string): Context {
  if (a.state === "Error") return a;
  if (b.state === "Error") return b;
  if (a.state === "Dead") return b;
  if (b.state === "Dead" || same(a, b)) return a;
  if (same({ ...a, urlPart: b.urlPart }, b)) return { ...a, urlPart: "Unknown" };
  if (same({ ...a, jsCtx: b.jsCtx }, b)) return { ...a, jsCtx: "Unknown" };
  // <p title={{if .c}}{{.x}}{{end}}: one branch is in the value, the other before it.
  const [c, d] = [nudge(a), nudge(b)];
  if (!(same(c, a) && same(d, b))) {
    const joined = join(c, d, spot, kind);
    if (joined.state !== "Error") return joined;
  }
  return failed(`{{${kind}}} branches end in different contexts: ${print(a)}, ${print(b)}`, spot, "branch-end");
}
