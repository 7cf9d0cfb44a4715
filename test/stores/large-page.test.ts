import { expect, test } from "vitest";
import type { Profile } from "../../src/store/index.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { temporaryFolder } from "./folder.ts";

const folder = temporaryFolder();

test("a page of large items ends early, and the next one goes on behind it", async () => {
  const store = sqliteStore(folder.file());
  const text = "x".repeat(120_000);
  const ids = Array.from({ length: 12 }, (_, i) => `prf_${i}`);
  const profile = (id: string): Profile => ({
    id,
    fields: { text },
    identifiers: [],
    createdAt: 0,
    updatedAt: 0,
    version: 1,
  });
  await store.transaction(async ({ profiles, events }) => {
    await profiles.put(ids.map(profile));
    await events.add(ids.map((id) => ({ id, stream: "shop", receivedAt: 0, payload: { text } })));
  });
  for (const [list, expected] of [
    [(after?: string) => store.profiles.list({ limit: 500, after }), ids],
    [(after?: string) => store.events.list({ limit: 500, stream: "shop", after }), ids.toReversed()],
  ] as const) {
    const pages: string[][] = [];
    let after: string | undefined;
    do {
      const { items, next } = await list(after);
      pages.push(items.map(({ id }) => id));
      after = next;
    } while (after !== undefined);
    expect(pages.flat()).toEqual(expected);
    // The one with which a page has more than 512,000 characters is its last.
    expect(pages.map(({ length }) => length)).toEqual([5, 5, 2]);
  }
  await store.close();
});
