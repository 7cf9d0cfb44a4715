import { parseCursor } from "../base/page.ts";
import { StoreError } from "../store/index.ts";

/**
 * Reads the cursor of a list's query: the `next` of the page before.
 * @param first stands for the start of the list, where there is no page before
 * @throws StoreError for a text that no page has as its `next`
 */
export function cursorOf<First extends number | undefined>(after: string | undefined, first: First): number | First {
  if (after === undefined) return first;
  const place = parseCursor(after);
  if (place !== undefined) return place;
  throw new StoreError("other", `${JSON.stringify(after)} is no place in a list; give the next of the page before`);
}
