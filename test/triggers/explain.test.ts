import { describe, expect, test } from "vitest";
import { broken, createHarness, trigger, vips } from "./harness.ts";

describe("explain", () => {
  test("says in one sentence why somebody was not alerted, and in steps how it came", async () => {
    const s = createHarness();
    await s.declare({ audience: vips, trigger: { t: trigger({ enter: "vips" }, { coolDown: "1h" }) } });
    const id = await s.update("1", { name: "ada", visits: 1 });
    expect((await s.engine.explain(id, "t")).answer).toBe(`${id} was not alerted by t: is not in vips.`);
    await s.update("1", { visits: 11 });
    const pending = await s.engine.explain(id, "t");
    expect(pending.answer).toMatch(
      new RegExp(`^${id} has not been alerted by t yet: msg_\\w+ on crm to ada@example.com: pending`),
    );
    await s.update("1", { visits: 1 });
    await s.update("1", { visits: 11 });
    const { answer, steps } = await s.engine.explain(id, "t");
    expect(answer).toBe(`${id} was not alerted by t: the cool-down since the last alert to this profile is not over.`);
    expect(steps.map(({ what }) => what)).toEqual([
      "trigger",
      "membership",
      "audience",
      "skipped",
      "fired",
      "delivery",
    ]);
  });

  test("says what did not happen", async () => {
    const s = createHarness();
    const id = await s.update("1", { name: "ada", visits: 1 });
    await s.declare({
      audience: { vips: { where: "gt .visits 20" } },
      trigger: { t: trigger({ enter: "vips" }), daily: trigger({ schedule: "0 9 * * *", audience: "vips" }) },
    });
    const answer = async (name: string) => (await s.engine.explain(id, name)).answer.split(`${name}: `)[1];
    expect(await answer("daily")).toBe("is not in vips.");
    await s.declare({ audience: { vips: { where: "gt .visits 0" } } });
    expect(await answer("daily")).toBe("nothing has happened that it fires on.");
    expect(await answer("t")).toBe(
      "came into vips at 2026-03-02T12:00:00.000Z silently, because the audience was new or its condition changed; only a backfill alerts such members.",
    );
    s.now += 1;
    await s.engine.setState("t", "paused");
    await s.update("1", { visits: 0 });
    await s.update("1", { visits: 1 });
    await s.engine.setState("t", "active");
    expect(await answer("t")).toBe("the trigger was paused.");
  });

  test("knows a trigger that cannot run any more", async () => {
    const { s } = await broken();
    const id = await s.update("1", { name: "ada", visits: 1 });
    await s.until(s.now);
    const { answer, steps } = await s.engine.explain(id, "one");
    const reason = "send.0.channel: no channel named fax; there are: crm";
    expect(answer).toBe(`${id} was not alerted by one: it is failed (${reason}).`);
    expect(steps).toEqual([{ what: "trigger", ok: false, detail: `one is failed: ${reason}` }]);
  });
});
