/**
 * Where values are safe to stand. In: the trees of a template set. Out: the same trees, with the functions that make each
 * value safe in its place added to the pipelines.
 */
import type { Pass } from "../template/index.ts";
import { html } from "./html/index.ts";
import { json } from "./json/index.ts";

export { checkHtml, missingInHtml } from "./html/index.ts";

/** By the name that the `escape` option gives them. */
export const passes = { html, json } satisfies Readonly<Record<string, Pass>>;
