import { expect, test } from "vitest";
import { createHarness, minute, trigger, vips } from "./harness.ts";

test("a person who is forgotten leaves nothing", async () => {
  const s = createHarness();
  await s.declare({ audience: vips, trigger: { t: trigger({ enter: "vips" }) } });
  const id = await s.update("1", { name: "ada", visits: 11 });
  expect(await s.engine.forget(id)).toEqual({ erased: 1, inFlight: [] });
  expect(await s.engine.forget(id)).toBeUndefined();
  expect(await s.store.profiles.get([id])).toEqual([undefined]);
  expect(await s.store.memberships.sizes()).toEqual(new Map());
  const { items } = await s.store.outbox.list();
  expect(items).toMatchObject([{ state: "cancelled", destination: "erased" }]);
  expect((await s.store.outbox.find(items[0]!.id))!.erased).toBe(true);
});

test("what is being sent to a person who is forgotten is not sent again, and leaves nothing either", async () => {
  const s = createHarness();
  await s.declare({ audience: vips, trigger: { t: trigger({ enter: "vips" }) } });
  const id = await s.update("1", { name: "ada", visits: 11 });
  const { outbox } = s.store;
  const { claimed } = await outbox.claim({
    now: s.now,
    lease: minute,
    limit: 1,
    channels: { crm: { perDestination: 1 } },
  });
  const [delivery] = claimed;
  expect(await s.engine.forget(id)).toEqual({ erased: 0, inFlight: [delivery!.id] });
  expect((await outbox.find(delivery!.id))!).toMatchObject({ state: "pending", erased: true });
  await outbox.settle([{ claim: delivery!, now: s.now, decision: { state: "pending", due: s.now + minute } }]);
  expect((await outbox.find(delivery!.id))!).toMatchObject({ state: "cancelled", destination: "erased", erased: true });
});
