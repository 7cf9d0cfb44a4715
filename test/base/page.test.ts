import { expect, test } from "vitest";
import { maxPageLength, pageOf, parseCursor } from "../../src/base/page.ts";

const rows = [1, 2, 3].map((seq) => ({ seq }));
const seqOf = ({ seq }: { readonly seq: number }): number => seq;

test("a page has a cursor if there are more rows", () => {
  expect(pageOf(rows, 2, seqOf)).toEqual({ items: [1, 2], next: "2" });
  expect(pageOf(rows, 3, seqOf)).toEqual({ items: [1, 2, 3] });
  expect(pageOf(rows, 0, seqOf)).toEqual({ items: [] });
  expect(pageOf([], 2, seqOf)).toEqual({ items: [] });
});

test("a page of large rows ends early, and has at least one", () => {
  expect(pageOf(rows, 3, seqOf, () => maxPageLength + 1)).toEqual({ items: [1], next: "1" });
  expect(pageOf(rows, 3, seqOf, () => maxPageLength / 2 + 1)).toEqual({ items: [1, 2], next: "2" });
});

test("reads at most one row more than a page has", () => {
  let read = 0;
  function* counted() {
    for (const row of rows) {
      read++;
      yield row;
    }
  }
  pageOf(counted(), 1, seqOf);
  expect(read).toBe(2);
});

test.each(["", "x", "-1", "1.5", " 1", "1e3", "9".repeat(20), "\u0000"])("no cursor: %j", (text) => {
  expect(parseCursor(text)).toBeUndefined();
});

test("a cursor", () => expect(parseCursor("17")).toBe(17));
