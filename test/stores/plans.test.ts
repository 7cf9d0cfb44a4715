import Database from "better-sqlite3";
import { afterAll, expect, test, vi } from "vitest";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { listsOf } from "../store/contract/filters.ts";
import { temporaryFolder } from "./folder.ts";

const folder = temporaryFolder();
afterAll(() => vi.restoreAllMocks());

/** Tables that grow with what comes in and goes out, and with those who get it. */
const large = [
  ...["deliveries", "attempts", "bodies", "heads", "destinations"],
  ...["profiles", "identifiers", "absorbed", "memberships", "events", "firings", "skips", "runs", "answers"],
  ...["merges", "merged_skips"],
];

/** All statements that a store prepares, whatever is asked of its lists. */
async function statements(file: string): Promise<Set<string>> {
  const all = new Set<string>();
  const prepare = vi.spyOn(Database.prototype, "prepare");
  const store = sqliteStore(file);
  for (const [, list] of listsOf(store)) await list({ limit: 1 });
  await store.outbox.stats();
  await store.outbox.unhealthy();
  for (const [sql] of prepare.mock.calls) all.add(sql.replace(/\s+/g, " "));
  prepare.mockRestore();
  await store.close();
  return all;
}

const plansOf = (file: string, all: readonly string[]) => {
  const db = new Database(file);
  const plans = all.map((sql) => {
    const plan = db
      .prepare<unknown[], { detail: string }>(`explain query plan ${sql}`)
      .all(...Array.from(sql.matchAll(/\?/g), () => 1));
    return { sql, plan: plan.map(({ detail }) => detail) };
  });
  db.close();
  return plans;
};

test("no statement goes through all of a large table, and none sorts more than what is kept of one profile", async () => {
  const file = folder.file();
  const all = [...(await statements(file))].filter(
    (sql) =>
      /^(select|insert|update|delete) /.test(sql) && large.some((table) => new RegExp(`\\b${table}\\b`).test(sql)),
  );
  expect(all.length).toBeGreaterThan(110);
  const slow = plansOf(file, all).filter(({ plan }) => {
    const ofProfile = plan.some((detail) => detail.includes("firings_of (profile=?"));
    return plan.some(
      (detail) =>
        /^SCAN (?!s$|c$|counts$|json_each|\(subquery)/.test(detail) ||
        detail.includes("AUTOMATIC") ||
        /INDEX firings_by \((state|trigger)=\?\)/.test(detail) ||
        (detail === "USE TEMP B-TREE FOR ORDER BY" && !ofProfile),
    );
  });
  expect(slow).toEqual([]);
});

test("a page of a list is read from an index that has all that is asked for, in order", async () => {
  const file = folder.file();
  const pages = [...(await statements(file))].filter((sql) => /^select seq from .* order by seq desc limit/.test(sql));
  const indexes = plansOf(file, pages).map(({ plan }) => plan.join("; ").replace(/^SEARCH \w+ USING (COVERING )?/, ""));
  expect(indexes.sort()).toEqual([
    "INDEX event_problems (stream=? AND rowid<?)",
    "INDEX event_problems_of (profile=? AND stream=? AND rowid<?)",
    "INDEX events_in (stream=? AND rowid<?)",
    "INDEX events_of (profile=? AND stream=? AND rowid<?)",
    "INDEX firings_by (trigger=? AND state=? AND rowid<?)",
    "INDEX firings_run (run=? AND trigger=? AND state=? AND rowid<?)",
    // The rest is asked of the few that it finds.
    "INDEX firings_run_to (run=? AND profile=? AND rowid<?)",
    "INDEX firings_to (profile=? AND trigger=? AND state=? AND rowid<?)",
    "INDEX pending_in (channel=? AND rowid<?)",
    "INDEX pending_to (destination=? AND rowid<?)",
    "INDEX runs_by (trigger=? AND state=? AND rowid<?)",
    "INDEX runs_in (state=? AND rowid<?)",
    "INDEX settled_in (channel=? AND state=? AND rowid<?)",
    "INDEX settled_to (destination=? AND state=? AND rowid<?)",
    ...Array.from({ length: 4 }, () => "INTEGER PRIMARY KEY (rowid<?)"),
  ]);
});

test("no statement looks at what is bound to it when it is planned, which would plan it anew each time", async () => {
  const all = [...(await statements(folder.file()))].filter((sql) => sql.includes("?"));
  expect(all.length).toBeGreaterThan(60);
  expect(all.filter((sql) => /[^+]\?/.test(sql))).toEqual([]);
});
