import { expect, test } from "vitest";
import { broken, hour, minute, noon, trigger } from "./harness.ts";

test("what cannot run here any more is left out, says so, and does not hold up the rest", async () => {
  const { s, status } = await broken();
  await s.until(s.now);
  await s.update("1", { name: "ada", visits: 11 });
  expect(await s.sent()).toEqual(["two/enter ada"]);
  const reason = "send.0.channel: no channel named fax; there are: crm";
  expect(await status()).toMatchObject({ state: "failed", reason });
  expect(s.problems).toHaveLength(1);
  await expect(s.engine.estimate("one")).rejects.toThrow("no channel named");
});

test("an alarm that watches what cannot run rings", async () => {
  const { s } = await broken();
  const when = { failing: "one", over: 0.5 };
  await s.store.transaction(async ({ definitions }) => {
    const [any] = await definitions.all();
    const alarm = { when, send: [{ channel: "crm", to: "ops" }] };
    await definitions.put([{ ...any!, kind: "alarm", name: "watch", body: alarm, status: {} }]);
  });
  await s.until(s.now + minute);
  expect(await s.sent()).toEqual(["Trigger one fails"]);
  expect(s.problems).toHaveLength(1);
});

test("what cannot run hinders no other change, and cannot be activated as it is", async () => {
  const { s, status } = await broken();
  await s.until(s.now);
  await s.engine.setState("two", "paused");
  await s.declare({ audience: { vips: { where: "gt .visits 20" } } });
  await expect(s.engine.setState("one", "active")).rejects.toThrow("no channel named fax");
  await expect(s.engine.apply({ origin: "api", definitions: { audience: { vips: null } } })).rejects.toThrow(
    "no audience named vips",
  );
  expect(await status()).toMatchObject({ state: "failed" });
  await s.engine.setState("one", "draft");
  expect(await status()).toMatchObject({ state: "draft" });
  await s.declare({ trigger: { one: trigger({ enter: "vips" }) } });
  expect(await status()).toMatchObject({ state: "active" });
});

test("what cannot run here fails again when another process activates it, and its time holds up nothing", async () => {
  const { s, status, breaks } = await broken({ every: "1h", audience: "vips" });
  await s.until(s.now);
  await s.store.transaction(({ definitions }) => definitions.put([breaks]));
  expect(await status()).toMatchObject({ state: "active", next: noon + hour });
  await s.until(noon + 2 * hour);
  expect(await status()).toMatchObject({ state: "failed" });
  expect(s.problems).toHaveLength(1);
});
