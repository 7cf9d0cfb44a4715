import { type Page, pageOf } from "../../base/page.ts";
import { cursorOf } from "../cursor.ts";

/** Reads rows in batches, so that a caller that stops early has not read all. @param read returns the next rows after a `seq` */
export function* inPieces<Row extends { readonly seq: number }>(
  from: number,
  limit: number,
  read: (after: number, limit: number) => readonly Row[],
): Generator<Row> {
  let after = from;
  let size = firstPiece;
  for (let left = limit; left > 0; left -= size, size = Math.min(maxPiece, 2 * size)) {
    const rows = read(after, Math.min(left, size));
    yield* rows;
    if (rows.length < size) return;
    after = rows.at(-1)!.seq;
  }
}

/** Sizes of the batches, which double from the first to the largest. One large row may fill a page. */
const firstPiece = 1;
const maxPiece = 32;

/** Cursors before the first and after the last possible row. */
export const bounds = { first: 0, last: Number.MAX_SAFE_INTEGER } as const;

/** Reads at most `limit` row numbers below `before` from an ordered list, the newest first. */
export type NewestFirst = (before: number, limit: number) => readonly number[];

/**
 * Merges ordered lists into a page, newest first. Reads `limit` numbers of each list, and the rows of the page only.
 * @param row reads the row with a number
 */
export function newest<Row extends { readonly seq: number }, Item>(
  lists: readonly NewestFirst[],
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
  row: (seq: number) => Row,
  item: (row: Row) => Item,
  length?: (row: Row) => number,
): Page<Item> {
  const before = cursorOf(after, bounds.last);
  const numbers = lists.flatMap((list) => list(before, limit + 1));
  if (lists.length > 1) numbers.sort((a, b) => b - a);
  return pageOf(eachOf(numbers.slice(0, limit + 1), row), limit, item, length);
}

function* eachOf<Row>(numbers: readonly number[], row: (seq: number) => Row): Generator<Row> {
  for (const seq of numbers) yield row(seq);
}

/** Lists the distinct values of an indexed column with one index search per value. @param next returns the value after another */
export function distinct(next: (after: number) => number | null | undefined): readonly number[] {
  const found: number[] = [];
  for (let one = next(-1); one != null; one = next(one)) found.push(one);
  return found;
}
