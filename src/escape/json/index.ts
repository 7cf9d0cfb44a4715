/**
 * Templates that write JSON, whatever the values. In: the trees of a template set, whose texts together are one JSON value.
 * Out: the same trees, in which each action writes a JSON value, or text that a JSON string can hold, by where it stands.
 *
 * `text.ts` reads the texts, from one `context.ts` to the next; `tree.ts` follows the ways through a template; `value.ts` is
 * what writes the values.
 */
import type { Pass } from "../../template/index.ts";
import { Writer } from "./tree.ts";
import { functions } from "./value.ts";

/**
 * Structure is the template's alone: an action inside a string is escaped for it, one where a value or a key may stand is
 * written as one, and commas come where they have to, so that a loop may end in one. A text that is no JSON, an action where
 * no value may stand, and ways through a template that end in different places are errors.
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
