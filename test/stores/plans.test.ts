import Database from "better-sqlite3";
import { afterAll, expect, test, vi } from "vitest";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { temporaryFolder } from "./folder.ts";

const folder = temporaryFolder();
afterAll(() => vi.restoreAllMocks());

const large = [
  "profiles",
  "identifiers",
  "absorbed",
  "memberships",
  "events",
  "firings",
  "skips",
  "runs",
  "answers",
  "merges",
  "merged_skips",
];

/** Counts all profiles. */
const counting = "select count(*) from profiles";

/** All statements that a store prepares, and those of its lists whatever is asked. */
async function statements(file: string): Promise<Set<string>> {
  const all = new Set<string>();
  const prepare = vi.spyOn(Database.prototype, "prepare");
  const store = sqliteStore(file);
  const has = <T>(value: T) => [undefined, value];
  for (const trigger of has("t")) {
    for (const state of has("sent" as const)) {
      for (const profile of has("p")) {
        for (const run of has("r")) await store.firings.list({ limit: 1, trigger, state, profile, run });
      }
    }
    for (const state of has("done" as const)) await store.runs.list({ limit: 1, trigger, state });
  }
  for (const stream of has("s")) {
    for (const profile of has("p")) {
      for (const problems of has(true)) await store.events.list({ limit: 1, stream, profile, problems });
    }
  }
  for (const [sql] of prepare.mock.calls) all.add(sql.replace(/\s+/g, " "));
  prepare.mockRestore();
  await store.close();
  return all;
}

test("no statement goes through all of a large table, and none sorts more than what is kept of one profile", async () => {
  const file = folder.file();
  const all = [...(await statements(file))].filter(
    (sql) =>
      /^(select|insert|update|delete) /.test(sql) && large.some((table) => new RegExp(`\\b${table}\\b`).test(sql)),
  );
  expect(all.length).toBeGreaterThan(60);
  const db = new Database(file);
  const slow = all.flatMap((sql) => {
    const plan = db
      .prepare<unknown[], { detail: string }>(`explain query plan ${sql}`)
      .all(...Array.from(sql.matchAll(/\?/g), () => 1))
      .map(({ detail }) => detail);
    const ofProfile = plan.some((detail) => detail.includes("firings_of (profile=?"));
    const bad = plan.filter(
      (detail) =>
        (/^SCAN (?!s$|\(subquery)/.test(detail) && sql !== counting) ||
        detail.includes("AUTOMATIC") ||
        /INDEX firings_(in|by) \(state=\?\)|INDEX firings_by \(trigger=\?\)/.test(detail) ||
        (detail === "USE TEMP B-TREE FOR ORDER BY" && !ofProfile),
    );
    return bad.length === 0 ? [] : [{ sql, plan }];
  });
  db.close();
  expect(slow).toEqual([]);
});

test("no statement looks at what is bound to it when it is planned, which would plan it anew each time", async () => {
  const all = [...(await statements(folder.file()))].filter((sql) => sql.includes("?"));
  expect(all.length).toBeGreaterThan(60);
  expect(all.filter((sql) => /[^+]\?/.test(sql))).toEqual([]);
});
