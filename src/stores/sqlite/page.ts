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

/** Conditions of a query that may have them. */
export class Where {
  readonly #conditions: string[] = [];
  readonly values: (string | number)[] = [];

  and(condition: string, ...values: readonly (string | number)[]): this {
    this.#conditions.push(condition);
    this.values.push(...values);
    return this;
  }

  toString(): string {
    return this.#conditions.length === 0 ? "" : `where ${this.#conditions.join(" and ")}`;
  }
}
