import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Page } from "../../../src/base/page.ts";
import type { EngineStore } from "../../../src/store/index.ts";
import {
  claimAll,
  dead,
  delivered,
  entry,
  event,
  firing,
  profile,
  run,
  settlement,
  start,
  waiting,
} from "../builders.ts";
import { filtered, type Query } from "./filters.ts";

type Row = Readonly<Record<string, unknown>> & { readonly id: string; readonly problem?: unknown };

/** Fills a store with some of everything that lists can be asked for, `rounds` times the same. */
export async function fill(store: EngineStore, rounds: number): Promise<void> {
  await store.transaction(async ({ profiles }) => {
    await profiles.put([profile("ada"), profile("bob"), profile("old")]);
    await profiles.absorb([{ from: "old", into: "bob" }]);
  });
  for (let i = 0; i < rounds; i++) await round(store, i);
}

async function round({ outbox, transaction }: EngineStore, i: number): Promise<void> {
  const places = [
    ["crm", "a"],
    ["crm", "b"],
    ["mail", "a"],
    ["mail", `${i}`],
  ] as const;
  const one = (state: string, at: number, more = {}) => {
    const [channel, destination] = places[(at + i) % 4]!;
    return entry({ id: `${state} ${i} ${at}`, channel, destination, ...more });
  };
  const channels = { crm: { perDestination: 100 }, mail: { perDestination: 100 } };
  const four = [0, 1, 2, 3];
  await outbox.add([
    ...four.map((at) => one("ended", at)),
    ...four.map((at) => one("aborted", at, { aborted: "no", alert: undefined })),
  ]);
  const { claimed } = await outbox.claim(claimAll({ channels }));
  await outbox.settle(claimed.map((it) => settlement(it, it.id.endsWith("1") ? dead() : delivered)));
  await outbox.add(four.map((at) => one("cancelled", at)));
  await outbox.cancel(
    four.map((at) => `cancelled ${i} ${at}`),
    start,
    "no",
  );
  await outbox.add(four.map((at) => one("waits", at, { due: start + 1e9, orderingKey: at > 1 ? "same" : undefined })));
  await outbox.add([one("claimed", 0)]);
  await outbox.claim(claimAll({ channels }));
  await transaction(async ({ events, firings, runs }) => {
    const kinds = [{}, { stream: "site" }, { profile: "ada" }, { profile: "old", problem: "no" }, { problem: "no" }];
    await events.add(kinds.map((kind, at) => event(`event ${i} ${at}`, kind)));
    await runs.put(run(`run ${i} 1`, { trigger: i % 2 === 0 ? "welcome" : "winback" }));
    await runs.put(run(`run ${i} 2`, { state: "done", endedAt: start }));
    await runs.put(run(`run ${i} 3`, { state: "paused", trigger: "welcome" }));
    const trigger = ["welcome", "winback"][i % 2]!;
    await firings.add([
      firing(`firing ${i} 1`, { trigger, profile: "ada" }),
      firing(`firing ${i} 2`, { trigger, profile: "old", run: `run_${(i % 3) + 1}` }),
      waiting(`firing ${i} 3`, start + 1e9, { trigger, profile: "bob" }),
      firing(`firing ${i} 4`, { trigger: "welcome", profile: "bob", state: "failed", run: "run_1" }),
      firing(`firing ${i} 5`, { trigger: "winback", profile: "ada", state: "skipped", run: "run_2" }),
    ]);
    await firings.update([
      firing(`firing ${i} 1`, { trigger, profile: "ada", state: i % 4 === 0 ? "aborted" : "sent" }),
    ]);
  });
}

/** Tells whether a record matches a filter, as simply as possible. */
function isAsked(of: keyof typeof filtered, row: Row, query: Query): boolean {
  return Object.entries(query).every(([filter, value]) => {
    if (of === "events" && filter === "problems") return value === false || row.problem !== undefined;
    return row[filter] === value;
  });
}

/** Page by page, to the end. */
async function all(list: (after: string | undefined) => Promise<Page<unknown>>): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let after: string | undefined;
  do {
    const page = await list(after);
    rows.push(...(page.items as Row[]));
    after = page.next;
  } while (after !== undefined);
  return rows;
}

/** Lists, with every combination of what they can be asked for: newest first, whole, page by page. */
export function describeLists(make: () => EngineStore): void {
  describe("lists", () => {
    let store: EngineStore;
    beforeAll(async () => {
      store = make();
      await fill(store, 7);
    });
    afterAll(() => store.close());

    test.each(Object.keys(filtered) as (keyof typeof filtered)[])("%s, by every filter", async (of) => {
      const list = (query: Query, limit: number) =>
        all((after) => (store[of] as { list(query: Query): Promise<Page<unknown>> }).list({ ...query, limit, after }));
      const whole = await list({}, 1000);
      expect(whole.length).toBeGreaterThan(20);
      let found = 0;
      for (const query of filtered[of]) {
        const expected = whole.filter((row) => isAsked(of, row, query));
        for (const limit of [3, 1000])
          expect({ query, rows: await list(query, limit) }).toEqual({ query, rows: expected });
        if (expected.length > 0) found++;
      }
      expect(found).toBeGreaterThan(8);
    });

    test("the id of a merged profile stands for the surviving profile", async () => {
      const query = { limit: 100, profile: "old" };
      expect((await store.firings.list(query)).items).toEqual(
        (await store.firings.list({ ...query, profile: "bob" })).items,
      );
      expect((await store.events.list(query)).items).toHaveLength(7);
    });
  });
}
