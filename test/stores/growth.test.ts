import Database from "better-sqlite3";
import { afterEach, expect, test, vi } from "vitest";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { listsOf } from "../store/contract/filters.ts";
import { fill } from "../store/contract/lists.ts";
import { inMemory, temporaryFolder } from "./folder.ts";

const folder = temporaryFolder(inMemory);
afterEach(() => vi.restoreAllMocks());

/**
 * Counts statements that are run, and rows that come of them, for each list of a store. A row costs one step of an index:
 * test/stores/plans.test.ts shows that none is read which is not asked for.
 */
async function costs(rounds: number): Promise<Readonly<Record<string, number>>> {
  let cost = 0;
  const prepare = Database.prototype.prepare;
  vi.spyOn(Database.prototype, "prepare").mockImplementation(function (this: Database.Database, sql: string) {
    const statement = prepare.call(this, sql);
    const { all, get } = statement;
    statement.all = (...given: unknown[]) => {
      const rows = Reflect.apply(all, statement, given);
      cost += 1 + rows.length;
      return rows;
    };
    statement.get = (...given: unknown[]) => {
      cost++;
      return Reflect.apply(get, statement, given);
    };
    return statement;
  });
  const store = sqliteStore(folder.file());
  await fill(store, rounds);
  const counted: Record<string, number> = {};
  const verbs = [
    ...listsOf(store),
    ["stats", () => store.outbox.stats()],
    ["troubles", () => store.outbox.unhealthy({ limit: 3 })],
    ["count", () => store.profiles.count()],
    ["sizes", () => store.memberships.sizes()],
  ] as const;
  for (const [name, verb] of verbs) {
    cost = 0;
    await verb({ limit: 3 });
    counted[name] = cost;
  }
  await store.close();
  vi.restoreAllMocks();
  return counted;
}

test("a list costs the same whatever else is kept, whatever it is asked for", async () => {
  const few = await costs(24);
  expect(Object.keys(few).length).toBeGreaterThan(500);
  // A statement for each of 3 channels and 5 states, at most 4 numbers of each, and a row for each of 4.
  expect(Math.max(...Object.values(few))).toBeLessThan(100);
  expect(await costs(96)).toEqual(few);
});
