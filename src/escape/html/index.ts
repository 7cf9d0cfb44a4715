/**
 * Implements Go 1.27's `html/template`. In: trees whose text is HTML. Out: the same trees with escapers, or a `TemplateError`
 * of phase `"escape"`.
 *
 * `walk.ts` goes through the templates, context by context. `text.ts` reads texts with the state machine of `transition.ts`,
 * `javascript.ts` and `css.ts`; `pipeline.ts` decides what an action needs, `rewrite.ts` adds it to the trees, and
 * `escapers.ts` runs at every render.
 */
import type { Pass } from "../../template/index.ts";
import { escapers, evalArgs } from "./escapers.ts";
import { rewrite } from "./rewrite.ts";

export type { EscapeErrorCode } from "./context.ts";
export { checkHtml, missingInHtml } from "./rewrite.ts";

export const html: Pass = { rewrite, functions: { ...escapers, _eval_args_: evalArgs } };
