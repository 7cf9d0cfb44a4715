import { describe, expect, test } from "vitest";
import { createHarness, day, hour, minute, noon, second, trigger, vips } from "./harness.ts";

describe("runs", () => {
  async function crowd(s: ReturnType<typeof createHarness>, count: number): Promise<void> {
    await s.engine.update(
      Array.from({ length: count }, (_, i) => ({
        identifiers: { user_id: `u${i}` },
        fields: { name: `u${i}`, visits: i },
      })),
    );
  }

  test("a backfill alerts those who were there, once, and says so", async () => {
    const s = createHarness();
    await crowd(s, 100);
    const alert = { title: "{{ .name }} {{ .trigger.backfill }}" };
    await s.declare({ audience: vips, trigger: { welcome: trigger({ enter: "vips" }, { alert }) } });
    expect(await s.engine.estimate("welcome")).toEqual({
      members: 89,
      sampled: 89,
      sent: 89,
      skipped: 0,
      aborted: 0,
      failed: 0,
      problems: [],
    });
    expect(await s.sent()).toEqual([]);
    await s.update("new", { name: "new", visits: 50 });
    const run = await s.engine.backfill("welcome");
    await expect(s.engine.backfill("welcome")).rejects.toThrow(`its backfill ${run.id} is running`);
    await s.until(noon);
    const all = await s.sent();
    expect(all).toHaveLength(90);
    expect(all[0]).toBe("new false");
    expect(new Set(all).size).toBe(90);
    expect(await s.store.runs.get(run.id)).toMatchObject({ state: "done", total: 90, done: 90, sent: 89, skipped: 1 });
    await s.engine.backfill("welcome");
    await s.until(noon);
    expect(await s.sent()).toHaveLength(90);
  });

  test.each([
    [{ limit: 0 }, "limit is a whole number above 0, not 0"],
    [{ sample: 1.5 }, "sample is above 0 and at most 1, not 1.5"],
    [{ rateLimit: { count: 0, per: 1000 } }, "rateLimit.count is a whole number above 0, not 0"],
    [{ rateLimit: { count: 1, per: Number.NaN } }, "rateLimit.per is a whole number above 0, not NaN"],
  ])("a backfill that makes no sense is refused: %j", async (asked, message) => {
    const s = createHarness();
    await s.declare({ audience: vips, trigger: { welcome: trigger({ enter: "vips" }) } });
    await expect(s.engine.backfill("welcome", asked)).rejects.toThrow(message);
    await expect(s.engine.estimate("welcome", asked)).rejects.toThrow(message);
  });

  test("a backfill ends when its trigger is about another audience", async () => {
    const s = createHarness();
    await crowd(s, 100);
    await s.declare({
      audience: { ...vips, others: { where: "lt .visits 5" } },
      trigger: { welcome: trigger({ enter: "vips" }) },
    });
    const { id } = await s.engine.backfill("welcome");
    await s.declare({ trigger: { welcome: trigger({ enter: "others" }) } });
    expect(await s.sent()).toEqual([]);
    const reason = "the trigger no longer has the audience vips";
    expect(await s.store.runs.get(id)).toMatchObject({ state: "failed", reason, endedAt: noon });
  });

  test("a backfill has a limit and a rate limit, can be paused, resumed and cancelled", async () => {
    const s = createHarness();
    await crowd(s, 100);
    await s.declare({ audience: vips, trigger: { welcome: trigger({ enter: "vips" }) } });
    const { id } = await s.engine.backfill("welcome", { limit: 30, rateLimit: { count: 10, per: 60_000 } });
    await s.until(noon + 59 * second);
    expect(await s.sent()).toHaveLength(10);
    await s.engine.setRun(id, "paused");
    await s.until(noon + 10 * minute);
    expect(await s.sent()).toHaveLength(10);
    await s.engine.setRun(id, "running");
    await s.until(noon + 15 * minute);
    expect(await s.sent()).toHaveLength(30);
    expect(await s.store.runs.get(id)).toMatchObject({ state: "done", reason: "it reached its limit of 30" });
    const second_ = await s.engine.backfill("welcome", { rateLimit: { count: 1, per: 60_000 } });
    await s.engine.setRun(second_.id, "cancelled");
    await s.until(noon + 20 * minute);
    expect(await s.sent()).toHaveLength(30);
    await expect(s.engine.setRun(second_.id, "running")).rejects.toThrow("it has ended");
  });

  test("the rate limit of a backfill holds over a restart, and for two processes together", async () => {
    const s = createHarness();
    await crowd(s, 100);
    await s.declare({ audience: vips, trigger: { welcome: trigger({ enter: "vips" }) } });
    await s.engine.backfill("welcome", { rateLimit: { count: 10, per: 60_000 } });
    await s.until(noon + second);
    expect(await s.sent()).toHaveLength(10);
    const other = createHarness(s.store, s.now);
    await other.until(noon + 59 * second);
    expect(await s.sent()).toHaveLength(10);
    await other.until(noon + 60 * second);
    s.now = other.now;
    await s.until(noon + 61 * second);
    expect(await s.sent()).toHaveLength(20);
    await s.until(noon + 10 * minute);
    expect(await s.sent()).toHaveLength(89);
  });

  describe.each(["backfill", "scheduled"])("who is stitched while a %s is under way is alerted once", (kind) => {
    const email = (n: number) => ({ email: `p${n}@example.com` });
    /** Person 0 is no member, 1 to 4 are; a run has come to 1 and 2. */
    async function halfWay() {
      const s = createHarness();
      const people = Array.from({ length: 5 }, (_, n) => ({
        identifiers: email(n),
        fields: { name: `p${n}`, visits: n > 0 ? 11 : 1 },
      }));
      await s.engine.update(people);
      const on = kind === "scheduled" ? { every: "1d", audience: "vips" } : { enter: "vips" };
      await s.declare({ audience: vips, trigger: { t: trigger(on) } });
      const rateLimit = { count: 2, per: hour };
      if (kind === "backfill") await s.engine.backfill("t", { rateLimit });
      else {
        s.now += day;
        await s.engine.tick();
        const { items } = await s.store.runs.list({ limit: 1, trigger: "t" });
        await s.store.transaction(({ runs }) => runs.put({ ...items[0]!, rateLimit }));
      }
      await s.until(s.now + minute);
      expect(await s.sent()).toHaveLength(2);
      const same = (one: number, other: number, name: string) =>
        s.engine.update([{ identifiers: { email: [email(one).email, email(other).email] }, fields: { name } }]);
      return { s, same };
    }

    test("into one that it has passed", async () => {
      const { s, same } = await halfWay();
      await same(0, 3, "p03");
      await s.until(s.now + 12 * hour);
      expect((await s.sent()).map((title) => title.split(" ")[1])).toEqual(["p1", "p2", "p03", "p4"]);
    });

    test("into one that it comes to", async () => {
      const { s, same } = await halfWay();
      await same(3, 4, "p34");
      await s.until(s.now + 12 * hour);
      expect((await s.sent()).map((title) => title.split(" ")[1])).toEqual(["p1", "p2", "p34"]);
    });

    test("into one that was alerted", async () => {
      const { s, same } = await halfWay();
      await same(1, 3, "p13");
      await same(4, 2, "p24");
      await s.until(s.now + 12 * hour);
      expect((await s.sent()).map((title) => title.split(" ")[1])).toEqual(["p1", "p2"]);
      const { items } = await s.store.runs.list({ limit: 1, trigger: "t" });
      expect(items[0]).toMatchObject({ state: "done", sent: 2 });
      expect(items[0]!.revisit).toBeUndefined();
    });
  });

  test("while its trigger is not active, a run is paused", async () => {
    const s = createHarness();
    await crowd(s, 100);
    await s.declare({ audience: vips, trigger: { hourly: trigger({ every: "1h", audience: "vips" }) } });
    s.now = noon + hour;
    await s.engine.tick();
    await s.engine.tick();
    await s.engine.setState("hourly", "paused");
    await s.until(noon + 3 * hour);
    const begun = (await s.sent()).length;
    expect(begun).toBeLessThan(89);
    const { items: paused } = await s.store.runs.list({ trigger: "hourly", limit: 10 });
    expect(paused).toMatchObject([{ state: "paused", pausedByTrigger: true, done: begun }]);
    await s.engine.setRun(paused[0]!.id, "running");
    await s.until(noon + 3 * hour);
    expect(await s.store.runs.get(paused[0]!.id)).toMatchObject({ state: "paused" });
    await s.engine.setState("hourly", "active");
    await s.until(noon + 3 * hour);
    expect(await s.sent()).toHaveLength(89);
    const { items } = await s.store.runs.list({ trigger: "hourly", limit: 10 });
    expect(items).toMatchObject([{ state: "done", done: 89, sent: 89, skipped: 0 }]);
    expect(items[0]!.reason).toBeUndefined();
  });

  test("a schedule runs for every member, at its time in its zone", async () => {
    const s = createHarness();
    await crowd(s, 13);
    const on = { schedule: "0 9 * * *", zone: "Europe/Warsaw", audience: "vips" };
    await s.declare({ audience: vips, trigger: { morning: trigger(on) } });
    await s.until(noon + 20 * hour - 1);
    expect(await s.sent()).toEqual([]);
    await s.until(noon + 20 * hour);
    expect(await s.sent()).toEqual(["morning/run u11", "morning/run u12"]);
    await s.until(noon + 3 * day);
    expect(await s.sent()).toHaveLength(6);
  });

  test("times that were missed are made up for once", async () => {
    const s = createHarness();
    await crowd(s, 12);
    await s.declare({ audience: vips, trigger: { hourly: trigger({ every: "1h", audience: "vips" }) } });
    s.now += 5 * hour + 10;
    await s.until(s.now);
    expect(await s.sent()).toHaveLength(1);
    const { items } = await s.store.runs.list({ trigger: "hourly", limit: 10 });
    expect(items).toMatchObject([{ scheduledFor: noon + 5 * hour }]);
    await s.until(noon + 6 * hour);
    expect(await s.sent()).toHaveLength(2);
  });

  test("once is once", async () => {
    const s = createHarness();
    await crowd(s, 12);
    const once = { at: "2026-03-02T14:00:00+01:00", audience: "vips" };
    await s.declare({ audience: vips, trigger: { once: trigger(once) } });
    await s.until(noon + 2 * day);
    expect(await s.sent()).toEqual(["once/run u11"]);
    const all = await s.store.definitions.all();
    expect(all.find(({ kind }) => kind === "trigger")!.status).toMatchObject({ state: "done" });
    await expect(s.engine.setState("once", "active")).rejects.toThrow("is in the past");
  });

  test("once goes on when its trigger was paused in the middle of it", async () => {
    const s = createHarness();
    await crowd(s, 100);
    const once = { at: "2026-03-02T14:00:00+01:00", audience: "vips" };
    await s.declare({ audience: vips, trigger: { once: trigger(once) } });
    s.now = noon + hour;
    await s.engine.tick();
    await s.engine.tick();
    await s.engine.setState("once", "paused");
    await s.until(noon + 2 * hour);
    await s.engine.setState("once", "active");
    await s.until(noon + 2 * hour);
    expect(new Set(await s.sent()).size).toBe(89);
    expect(await s.sent()).toHaveLength(89);
    await expect(s.engine.setState("once", "active")).rejects.toThrow("is in the past");
  });

  test("once is done, too, when its run is cancelled", async () => {
    const s = createHarness();
    await crowd(s, 100);
    const once = { at: "2026-03-02T14:00:00+01:00", audience: "vips" };
    await s.declare({ audience: vips, trigger: { once: trigger(once) } });
    s.now = noon + hour;
    await s.engine.tick();
    const { items } = await s.store.runs.list({ trigger: "once", limit: 10 });
    await s.engine.setRun(items[0]!.id, "cancelled");
    const all = await s.store.definitions.all();
    expect(all.find(({ kind }) => kind === "trigger")!.status).toEqual({ state: "done", activatedAt: noon });
  });

  test("a file that says of what has run once that it is active can be applied again; with another time it runs again", async () => {
    const s = createHarness();
    await crowd(s, 12);
    const apply = (at: string, title = "hello") => {
      const body = trigger({ at, audience: "vips" }, { alert: { title } });
      const definitions = { audience: vips, trigger: { once: body } };
      return s.engine.apply({ origin: "file", complete: true, definitions, states: { once: "active" } });
    };
    await apply("2026-03-02T14:00:00+01:00");
    await s.until(noon + 2 * hour);
    expect((await apply("2026-03-02T14:00:00+01:00")).steps).toEqual([]);
    await apply("2026-03-02T14:00:00+01:00", "good day");
    await s.until(noon + 4 * hour);
    expect(await s.sent()).toEqual(["hello"]);
    await apply("2026-03-02T18:00:00+01:00", "good evening");
    await s.until(noon + 6 * hour);
    expect(await s.sent()).toEqual(["hello", "good evening"]);
  });

  test("records of re-evaluations are kept for a week, those of scheduled runs as long as firings", async () => {
    const s = createHarness();
    await s.declare({
      audience: { late: { where: "gt now.Unix 0", every: "1d" }, ...vips },
      trigger: { once: trigger({ at: new Date(noon + hour).toISOString(), audience: "vips" }) },
    });
    await s.update("1", { name: "ada", visits: 11 });
    const ended = async () => {
      const { items } = await s.store.runs.list({ limit: 500 });
      return [...new Set(items.map(({ kind, endedAt }) => `${kind} ${(s.now - endedAt!) / hour}`))];
    };
    await s.until(noon + 9 * day);
    expect(await ended()).toEqual(
      [...Array(8).keys()].map((i) => `reevaluate ${i * 24}`).concat(`scheduled ${9 * 24 - 1}`),
    );
    await s.until(noon + 400 * day);
    expect(await ended()).toContain(`scheduled ${400 * 24 - 1}`);
    await s.until(noon + 401 * day + hour);
    expect((await ended()).filter((one) => one.startsWith("scheduled"))).toEqual([]);
  });

  test("what depends on the time is evaluated anew, and fires", async () => {
    const s = createHarness();
    const where = 'and .last_seen (lt (toDate "2006-01-02T15:04:05Z07:00" .last_seen).Unix (sub now.Unix 3600))';
    await s.declare({
      audience: { idle: { where, every: "10m" } },
      trigger: { missed: trigger({ enter: "idle" }) },
    });
    await s.update("1", { name: "ada", last_seen: new Date(noon).toISOString() });
    await s.until(noon + 55 * minute);
    expect(await s.sent()).toEqual([]);
    await s.until(noon + 75 * minute);
    expect(await s.sent()).toEqual(["missed/enter ada"]);
    await s.update("1", { last_seen: new Date(s.now).toISOString() });
    await s.until(s.now + 2 * hour);
    expect(await s.sent()).toEqual(["missed/enter ada", "missed/enter ada"]);
    s.now = noon + minute; // The clock is put back.
    await s.update("2", { name: "bob", last_seen: new Date(noon - 59 * minute).toISOString() });
    await s.until(noon + 11 * minute);
    expect((await s.sent()).slice(2)).toEqual(["missed/enter bob"]);
  });
});
