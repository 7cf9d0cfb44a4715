import { describe, expect, test } from "vitest";
import { createHarness, noon, trigger, vips } from "./harness.ts";

describe("transitions", () => {
  test("who enters and leaves is alerted, each time once", async () => {
    const s = createHarness();
    await s.declare({
      audience: vips,
      trigger: { welcome: trigger({ enter: "vips" }), farewell: trigger({ exit: "vips" }) },
    });
    await s.update("1", { name: "ada", visits: 3 });
    await s.update("1", { visits: 11 });
    await s.update("1", { visits: 12 });
    await s.update("1", { visits: 2 });
    await s.update("1", { visits: 20 });
    expect(await s.sent()).toEqual(["welcome/enter ada", "farewell/exit ada", "welcome/enter ada"]);
    expect(await s.store.memberships.sizes()).toEqual(new Map([["vips", 1]]));
  });

  test("one that comes as a member enters", async () => {
    const s = createHarness();
    await s.declare({ audience: vips, trigger: { welcome: trigger({ enter: "vips" }) } });
    const id = await s.update("1", { name: "ada", visits: 11 });
    expect(await s.sent()).toEqual(["welcome/enter ada"]);
    expect(await s.store.memberships.of([id])).toEqual([[{ audience: "vips", since: noon }]]);
  });

  test("in one call, each update counts", async () => {
    const s = createHarness();
    await s.declare({
      audience: vips,
      trigger: { welcome: trigger({ enter: "vips" }), farewell: trigger({ exit: "vips" }) },
    });
    const identifiers = { user_id: "1" };
    await s.engine.update([
      { identifiers, fields: { name: "ada", visits: 11 } },
      { identifiers, fields: { visits: 1 } },
      { identifiers, fields: { visits: 12 } },
    ]);
    expect(await s.sent()).toEqual(["welcome/enter ada", "farewell/exit ada", "welcome/enter ada"]);
  });

  test("a condition that fails does not hold", async () => {
    const s = createHarness();
    await s.declare({ audience: vips, trigger: { welcome: trigger({ enter: "vips" }) } });
    await s.update("1", { name: "ada", visits: "many" });
    expect(await s.sent()).toEqual([]);
  });

  test("a new audience is filled without alerts; so is one whose condition changes, unless told to fire", async () => {
    const s = createHarness();
    for (const [user, visits] of [
      ["a", 5],
      ["b", 15],
      ["c", 25],
    ] as const)
      await s.update(user, { name: user, visits });
    const triggers = { welcome: trigger({ enter: "vips" }), farewell: trigger({ exit: "vips" }) };
    await s.declare({ audience: vips, trigger: triggers });
    expect(await s.sent()).toEqual([]);
    expect(await s.store.memberships.sizes()).toEqual(new Map([["vips", 2]]));
    await s.declare({ audience: { vips: { where: "gt .visits 20" } } });
    expect(await s.sent()).toEqual([]);
    expect(await s.store.memberships.sizes()).toEqual(new Map([["vips", 1]]));
    await s.declare({ audience: { vips: { where: "lt .visits 20" } } }, { fire: true });
    expect((await s.sent()).sort()).toEqual(["farewell/exit c", "welcome/enter a", "welcome/enter b"]);
  });

  test("while an audience is re-evaluated silently, what really happens fires", async () => {
    const s = createHarness();
    for (let i = 0; i < 100; i++) await s.update(`u${i}`, { name: `u${i}`, visits: i });
    const triggers = { welcome: trigger({ enter: "vips" }), farewell: trigger({ exit: "vips" }) };
    await s.engine.apply({
      origin: "api",
      definitions: { audience: { vips: { where: "gt .visits 49" } }, trigger: triggers },
      states: { welcome: "active", farewell: "active" },
    });
    await s.engine.tick(); // a part of the re-evaluation
    await s.update("u99", { visits: 98 }); // was and is
    await s.update("u98", { visits: 1 }); // was, is not
    await s.update("u1", { visits: 70 }); // was not, is
    await s.until(noon);
    expect(await s.sent()).toEqual(["farewell/exit u98", "welcome/enter u1"]);
    expect(await s.store.memberships.sizes()).toEqual(new Map([["vips", 50]]));
  });

  test("two that turn out to be one person enter at most once", async () => {
    const s = createHarness();
    await s.declare({
      audience: vips,
      trigger: { welcome: trigger({ enter: "vips" }), farewell: trigger({ exit: "vips" }) },
    });
    await s.engine.update([
      { identifiers: { user_id: "1" }, fields: { name: "ada", visits: 11 } },
      { identifiers: { email: "ada@example.com" }, fields: { name: "ada", visits: 12 } },
    ]);
    expect(await s.sent()).toEqual(["welcome/enter ada", "welcome/enter ada"]);
    await s.engine.update([{ identifiers: { user_id: "1", email: "ada@example.com" } }]);
    expect(await s.sent()).toHaveLength(2);
    expect(await s.store.profiles.count()).toBe(1);
    expect(await s.store.memberships.sizes()).toEqual(new Map([["vips", 1]]));
    await s.update("1", { visits: 0 });
    expect(await s.sent()).toHaveLength(3);
  });

  test.each([
    ["who is new and enters", undefined, 3, ["welcome"]],
    ["a member who leaves", 12, 3, ["welcome", "farewell"]],
    ["one who enters, by one who is in already", 2, 30, ["welcome", "welcome"]],
  ])("%s, and is absorbed in the same call, is alerted as in two calls", async (_, before, older, expected) => {
    const s = createHarness();
    await s.declare({
      audience: vips,
      trigger: { welcome: trigger({ enter: "vips" }), farewell: trigger({ exit: "vips" }) },
    });
    await s.update("1", { name: "ada", visits: older });
    const email = { email: "ada@example.com" };
    if (before !== undefined) await s.engine.update([{ identifiers: email, fields: { name: "ada", visits: before } }]);
    await s.engine.update([
      { identifiers: email, fields: { name: "ada", visits: before === 12 ? 1 : 13 } },
      { identifiers: { user_id: "1", ...email } },
    ]);
    const kinds = { welcome: "welcome/enter ada", farewell: "farewell/exit ada" } as const;
    expect(await s.sent()).toEqual(expected.map((one) => kinds[one as keyof typeof kinds]));
    expect((await s.store.memberships.sizes()).get("vips") ?? 0).toBe(before === 12 ? 0 : 1);
  });

  test("a change of named fields fires for who was there, with what was", async () => {
    const s = createHarness();
    const alert = { title: "{{ .trigger.before.plan }} -> {{ .plan }} ({{ join `,` .trigger.fields }})" };
    await s.declare({ trigger: { moved: trigger({ change: ["plan", "seats"] }, { alert }) } });
    await s.update("1", { name: "ada", plan: "free" });
    await s.update("1", { name: "Ada" });
    await s.update("1", { plan: "pro" });
    await s.update("1", { plan: "pro" });
    expect(await s.sent()).toEqual(["free -> pro (plan)"]);
  });
});
