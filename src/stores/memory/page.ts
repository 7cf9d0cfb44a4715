import { type Page, StoreError } from "../../store/index.ts";
import type { Placed } from "./undo.ts";

/** `next` of a page that was given. @throws StoreError for any other text */
export function cursor(after: string | undefined): number | undefined {
  if (after === undefined) return undefined;
  if (/^\d{1,15}$/.test(after)) return Number(after);
  throw new StoreError("other", `${JSON.stringify(after)} is no place in a list; give the next of the page before`);
}

export function* filtered<T>(all: Iterable<Placed<T>>, is: (value: T) => boolean): Generator<Placed<T>> {
  for (const one of all) if (is(one.value)) yield one;
}

/** The first of what comes in order, and where to go on. */
export function pageOf<T>(rows: Iterable<Placed<T>>, limit: number): Page<T> {
  const items: T[] = [];
  let last = 0;
  if (limit < 1) return { items };
  for (const { seq, value } of rows) {
    if (items.length === limit) return { items, next: String(last) };
    items.push(value);
    last = seq;
  }
  return { items };
}
