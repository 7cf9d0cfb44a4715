import type { Page } from "../../dispatch/outbox.ts";
import { StoreError } from "../../dispatch/store.ts";

/** `next` of a page that was given. @throws StoreError for any other text */
export function cursor(after: string | undefined, first: number): number {
  if (after === undefined) return first;
  if (/^\d{1,15}$/.test(after)) return Number(after);
  throw new StoreError("other", `${JSON.stringify(after)} is no place in a list; give the next of the page before`);
}

/** @param rows one more than the limit, if there are more */
export function pageOf<Row extends { readonly seq: number }, Item>(
  rows: readonly Row[],
  limit: number,
  item: (row: Row) => Item,
): Page<Item> {
  if (limit < 1) return { items: [] };
  const items = rows.slice(0, limit).map(item);
  return rows.length > limit ? { items, next: String(rows[limit - 1]!.seq) } : { items };
}

/** Before any row that is there, and behind. */
export const bounds = { first: 0, last: Number.MAX_SAFE_INTEGER } as const;

/** Reads the numbers of a list that is in order, at most `limit` of them, from the newest before `before` on. */
export type NewestFirst = (before: number, limit: number) => readonly number[];

/**
 * Merges lists, each of which is in order, into a page. Costs `limit` numbers of each list, and the rows of the page.
 * @param row reads what has this number
 */
export function newest<Row extends { readonly seq: number }, Item>(
  lists: readonly NewestFirst[],
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
  row: (seq: number) => Row,
  item: (row: Row) => Item,
): Page<Item> {
  const before = cursor(after, bounds.last);
  const numbers = lists.flatMap((list) => list(before, limit + 1));
  if (lists.length > 1) numbers.sort((a, b) => b - a);
  return pageOf(numbers.slice(0, limit + 1).map(row), limit, item);
}

/** Lists the different values of a column that an index has, by one search for each. @param next after the one given */
export function distinct(next: (after: number) => number | null | undefined): readonly number[] {
  const found: number[] = [];
  for (let one = next(-1); one != null; one = next(one)) found.push(one);
  return found;
}
