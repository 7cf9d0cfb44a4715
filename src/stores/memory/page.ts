import type { Page } from "../../dispatch/outbox.ts";
import { StoreError } from "../../dispatch/store.ts";

/** `next` of a page that was given. @throws StoreError for any other text */
export function cursor(after: string | undefined): number | undefined {
  if (after === undefined) return undefined;
  if (/^\d{1,15}$/.test(after)) return Number(after);
  throw new StoreError("other", `${JSON.stringify(after)} is no place in a list; give the next of the page before`);
}

/** The first of what comes in order, and where to go on. */
export function pageOf<Row, Item>(
  rows: Iterable<Row>,
  limit: number,
  item: (row: Row) => Item,
  at: (row: Row) => number,
): Page<Item> {
  const items: Item[] = [];
  let last: Row | undefined;
  for (const row of rows) {
    if (items.length === limit) return { items, next: String(at(last!)) };
    items.push(item(row));
    last = row;
  }
  return { items };
}
