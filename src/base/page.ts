/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Cursor of the next page: the `after` of the query that asks for it. Absent on the last page. */
  readonly next?: string | undefined;
}

/** Ends a page of large items before its limit is reached, so that a page of 500 does not hold up all others: characters. */
export const maxPageLength = 512_000;

/**
 * Makes a page of rows in their order; its cursor is the `seq` of its last row. Reads at most one row more than the page has.
 * @param rows one row more than `limit`, if there are more
 * @param item makes an item of a row
 * @param length returns the characters of a row, for `maxPageLength`. @default 0: rows are small
 */
export function pageOf<Row extends { readonly seq: number }, Item>(
  rows: Iterable<Row>,
  limit: number,
  item: (row: Row) => Item,
  length: (row: Row) => number = () => 0,
): Page<Item> {
  const items: Item[] = [];
  let total = 0;
  let last = 0;
  if (limit < 1) return { items };
  for (const row of rows) {
    if (items.length === limit || total > maxPageLength) return { items, next: String(last) };
    items.push(item(row));
    total += length(row);
    last = row.seq;
  }
  return { items };
}

/** Parses a cursor that {@link pageOf} made. Returns undefined for any other text. */
export const parseCursor = (after: string): number | undefined =>
  /^\d{1,15}$/.test(after) ? Number(after) : undefined;
