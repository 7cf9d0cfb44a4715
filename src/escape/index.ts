/**
 * Makes values safe for their place. In: the trees of a template set. Out: the same trees, with functions added to the
 * pipelines that escape each value for its place.
 */
import type { Pass } from "../template/index.ts";
import { html } from "./html/index.ts";
import { json } from "./json/index.ts";

export { checkHtml, type EscapeErrorCode, missingInHtml } from "./html/index.ts";

/** Passes by the value of the `escape` option. */
export const passes = { html, json } satisfies Readonly<Record<string, Pass>>;
