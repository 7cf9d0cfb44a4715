import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { Json } from "../../src/base/json.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { createHarness, hour, minute, noon } from "../triggers/harness.ts";
import { temporaryFolder } from "./folder.ts";

const folder = temporaryFolder();

/** Opens a copy of the store that version 5 wrote, two minutes after 11:00 UTC, when it was closed. See fixtures/README.md. */
function opened() {
  const file = folder.file();
  writeFileSync(file, gunzipSync(readFileSync(new URL("fixtures/version-5.db.gz", import.meta.url))));
  return createHarness(sqliteStore(file), noon - hour + 2 * minute);
}

const quietHours = { from: "11:00", to: "16:00" };
const silent = { since: noon - 2 * hour, notifiedAt: noon - hour };

test("definitions of before are read, in today's words", async () => {
  const { store, engine } = opened();
  expect(await engine.broken()).toEqual([]);
  const all = await store.definitions.all();
  const bodies = Object.fromEntries(all.map(({ kind, name, body }) => [`${kind} ${name}`, body]));
  expect(bodies).toMatchObject({
    "profiles profiles": { maxMergedProfiles: 3, maxBytes: 50_000 },
    "trigger welcome": { backfill: { limit: 50, sample: 1, rateLimit: { count: 2, per: "1h" } } },
    "trigger gathered": { digest: { window: "10m", maxEvents: 3 } },
    "trigger held": { quietHours: { ...quietHours, zone: "{{ .zone }}" } },
    "trigger dropped": { quietHours: { ...quietHours, zone: "?", action: "drop", fallbackZone: "Europe/Warsaw" } },
    "trigger capped": {
      caps: { perProfile: [{ count: 1, per: "1d" }], overall: [{ count: 9, per: "1d" }] },
    },
    "trigger once": { on: { at: "2026-03-02T15:00:00+01:00", audience: "vips" } },
    "alarm silent": { when: { silent: "left", for: "1h" }, repeat: "2h" },
    "alarm failing": { when: { failing: "moved", over: 0.5, minFirings: 1 } },
  });
  expect(JSON.stringify(bodies)).not.toMatch(/"(most\w*|cap|share|pace|quiet|do|else|person|once|of)":/);
  const statuses = Object.fromEntries(all.map(({ kind, name, status }) => [`${kind} ${name}`, status]));
  expect(statuses).toMatchObject({
    "audience late": { reevaluatedAt: noon - hour },
    "audience fresh": { reevaluation: { silent: true }, reevaluatedAt: noon - hour + 2 * minute },
    "trigger parked": { state: "paused" },
    "trigger draft": { state: "draft" },
    "alarm empty": { hadMembers: true },
    "alarm silent": silent,
  });
  await store.close();
});

test("runs and firings of before are read, in today's words", async () => {
  const { store } = opened();
  const { items: runs } = await store.runs.list({ limit: 99 });
  expect(runs.slice(0, 7)).toMatchObject([
    { kind: "reevaluate", state: "running", audiences: ["fresh"] },
    { kind: "cleanup", state: "running", audiences: ["former"] },
    { kind: "backfill", trigger: "stopped", state: "paused", reason: "by hand", revisit: [expect.any(String)] },
    { kind: "backfill", trigger: "parked", state: "paused", pausedByTrigger: true, limit: 3, sample: 1 },
    { kind: "backfill", trigger: "welcome", state: "running", rateLimit: { count: 2, per: hour }, done: 2 },
    { kind: "reevaluate", state: "done", audiences: ["late"] },
    { kind: "scheduled", trigger: "each", state: "done", done: 5 },
  ]);
  expect(JSON.stringify(runs)).not.toMatch(/"(cap|share|pace|late)":/);
  expect(runs.map(({ pausedByTrigger }) => pausedByTrigger).filter(Boolean)).toHaveLength(1);
  const { items: firings } = await store.firings.list({ limit: 99 });
  expect(firings.map(({ trigger, cause, waitsFor }) => [trigger, cause.kind, waitsFor].join(" ").trim())).toEqual([
    "stopped enter",
    "stayed enter dwell",
    "welcome enter",
    "held event quietHours",
    "gathered event digest",
    "capped event",
    "held event quietHours",
    "gathered event digest",
    "clicked event",
    "stopped run",
    "welcome run",
    "welcome run",
    ...Array(5).fill("each run"),
  ]);
  await store.close();
});

test("deliveries of before are read, in each state, with their journal", async () => {
  const { store } = opened();
  const { items } = await store.outbox.list({ limit: 7 });
  const kept = await Promise.all(items.map(async ({ id }) => (await store.outbox.find(id))!));
  const told = kept.map(({ state, alert, journal }) => [
    state,
    alert?.title,
    journal[0]?.outcome,
    journal[0]?.response,
    journal[0]?.request?.line,
  ]);
  const busy = { kind: "retry", reason: "503 busy", retryAfter: minute, holdScope: "destination" };
  const token = { kind: "retry", reason: "401 token", countsAsAttempt: false };
  const said = (statusLine: string, line: string) => [{ statusLine }, `FAKE ${line}@example.com`];
  expect(told).toEqual([
    ["cancelled", "cancelled", undefined, undefined, undefined],
    ["aborted", undefined, undefined, undefined, undefined],
    ["delivered", "ok", { kind: "delivered" }, ...said("delivered", "ok")],
    ["dead", "gone", { kind: "gone", reason: "410 gone" }, ...said("gone", "gone")],
    ["dead", "no", { kind: "rejected", reason: "400 no" }, ...said("rejected", "no")],
    ["pending", "free", token, ...said("retry", "free")],
    ["pending", "wait", busy, ...said("retry", "wait")],
  ]);
  expect((await store.outbox.unhealthy()).items).toMatchObject([
    { destination: "wait@example.com", reason: "503 busy", failures: 1 },
    { destination: "gone@example.com", disabled: "410 gone" },
  ]);
  expect(await store.keys.list()).toMatchObject([{ id: "key_1", scopes: ["collect", "read"] }]);
  expect(await store.idempotency.get("key_1 POST /v1/x 1")).toMatchObject({ status: 200, body: "{}" });
  await store.close();
});

test("every trigger of before fires, and runs and what waits go on", async () => {
  const s = opened();
  const { engine, store } = s;
  let before = (await s.sent()).length;
  const sent = async () => {
    const news = (await s.sent()).slice(before);
    before += news.length;
    return news;
  };
  const update = (who: string, fields: { readonly [field: string]: Json }) =>
    engine.update([{ identifiers: { email: `${who}@example.com` }, fields }]);
  await engine.setState("parked", "active");
  await engine.setState("draft", "active");
  await s.until(s.now + minute);
  expect(await sent()).toEqual(["parked/run p13"]);

  await update("p7", { name: "p7", visits: 12, zone: "UTC" });
  await update("p2", { visits: 1 });
  await update("p5", { city: "Gdynia" });
  await engine.collect("clicks", [{ email: "p5@example.com", n: 7 }]);
  expect(await sent()).toEqual([
    "welcome/enter p7",
    "parked/enter p7",
    "stopped/enter p7",
    "left/exit p2",
    "moved/change p5",
    "draft/change p5",
    "clicked/event p5",
    "capped/event p5",
  ]);
  const [p5] = await store.profiles.find([{ kind: "email", value: "p5@example.com" }]);
  expect(await store.firings.lastSkip("dropped", p5!)).toMatchObject({ reason: "it fell into quiet hours" });

  await s.until(noon + 2 * hour);
  expect(await sent()).toEqual([
    "Over: Trigger left sends nothing",
    "gathered 2 p4",
    "gathered 1 p5",
    "stayed/enter p6",
    "stayed/enter p7",
    "each/run p6",
    "each/run p7",
    "welcome/run p4",
    "Trigger left sends nothing",
    "welcome/run p5",
    ...["p13", "p4", "p5", "p6", "p7"].map((name) => `once/run ${name}`),
    ...["p13", "p4", "p5"].map((name) => `each/run ${name}`),
  ]);

  await s.until(noon + 19 * hour);
  const counts: { [title: string]: number } = {};
  for (const title of await sent()) counts[title.split(" p")[0]!] = (counts[title.split(" p")[0]!] ?? 0) + 1;
  expect(counts).toEqual({
    "held/event": 3,
    "often/run": 15,
    "each/run": 27,
    "morning/run": 5,
    "Still: Trigger left sends nothing": 9,
  });
  const { items: runs } = await store.runs.list({ limit: 99 });
  const unfinished = runs.filter(({ state }) => state !== "done").map(({ trigger, state }) => `${trigger} ${state}`);
  expect(unfinished).toEqual(["stopped paused", "parked running"]);
  expect((await store.memberships.sizes()).has("former")).toBe(false);

  for (const who of ["p1", "p4", "p5", "p6", "p7"]) await update(who, { visits: 1 });
  await s.until(s.now + minute);
  expect(await sent()).toEqual([
    ...["p13", "p4", "p5", "p6", "p7"].map((name) => `left/exit ${name}`),
    "Audience vips is empty",
    "Over: Trigger left sends nothing",
  ]);
  expect(s.problems).toEqual([]);
  await store.close();
});
