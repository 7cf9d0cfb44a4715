import { type Page, pageOf } from "../../base/page.ts";
import { cursorOf } from "../cursor.ts";

/** Reads a list in pieces, so that whoever stops has not read all of it. @param read the next rows behind a number */
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

/** One large row may be a page already. */
const firstPiece = 1;
const maxPiece = 32;

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

/** Lists the different values of a column that an index has, by one search for each. @param next after the one given */
export function distinct(next: (after: number) => number | null | undefined): readonly number[] {
  const found: number[] = [];
  for (let one = next(-1); one != null; one = next(one)) found.push(one);
  return found;
}
