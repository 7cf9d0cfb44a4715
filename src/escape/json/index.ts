/**
 * Makes templates write JSON, whatever the values. In: the trees of a template set, whose texts together are one JSON value.
 * Out: the same trees, in which each action writes a JSON value, or text inside a JSON string, by its place.
 *
 * `text.ts` reads the texts, from one `context.ts` to the next; `tree.ts` follows the ways through a template; `value.ts`
 * writes the values.
 */
import type { Pass } from "../../template/index.ts";
import { Writer } from "./tree.ts";
import { functions } from "./value.ts";

/**
 * Rewrites a set. Only the template decides the structure: an action inside a string is escaped for it, an action in the place
 * of a value or key is written as one, and commas are added where needed, so that a loop may end in one. Text that is not
 * JSON, an action where no value is allowed, and ways through a template that end in different places are errors.
 */
export const json: Pass = {
  rewrite(trees, entry) {
    const tree = trees.get(entry);
    if (tree === undefined) return new Map();
    const writer = new Writer(trees, tree);
    writer.write();
    return writer.set;
  },
  functions,
};
