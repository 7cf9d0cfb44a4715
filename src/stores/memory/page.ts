import { type Page, pageOf } from "../../base/page.ts";
import type { Placed } from "./undo.ts";

/** Makes a page of the values, in their order, for which `matches` holds. @default all */
export const pageOfValues = <T>(
  rows: Iterable<Placed<T>>,
  limit: number,
  matches: (value: T) => boolean = () => true,
): Page<T> => pageOf(filtered(rows, matches), limit, ({ value }) => value);

function* filtered<T>(rows: Iterable<Placed<T>>, matches: (value: T) => boolean): Generator<Placed<T>> {
  for (const row of rows) if (matches(row.value)) yield row;
}
