import { describe, expect, test } from "vitest";
import { createHarness, day, hour, noon, trigger } from "./harness.ts";

describe("events", () => {
  const shop = {
    orders: {
      key: "{{ .id }}",
      identifiers: { user_id: "{{ .user.id }}" },
      fields: { name: "{{ .user.name }}", last_total: { path: "total" } },
    },
  };
  const order = (id: number, user: string, total: number) => ({ id, user: { id: user, name: user }, total });

  test("an event goes into the profile, fires with its payload, and counts once", async () => {
    const s = createHarness();
    const alert = { title: "{{ .name }} paid {{ .trigger.event.total }}, now {{ .last_total }}" };
    await s.declare({ stream: shop, trigger: { paid: trigger({ event: "orders" }, { alert }) } });
    const first = await s.engine.collect("orders", [order(1, "ada", 5), order(2, "bob", 7), order(1, "ada", 5)]);
    expect(first.map(({ duplicate }) => duplicate)).toEqual([undefined, undefined, true]);
    expect(await s.engine.collect("orders", [order(1, "ada", 5)])).toEqual([{ duplicate: true }]);
    expect(await s.sent()).toEqual(["ada paid 5, now 5", "bob paid 7, now 7"]);
  });

  test("what belongs to nobody is kept, and says why", async () => {
    const s = createHarness();
    await s.declare({ stream: shop });
    const [result] = await s.engine.collect("orders", [{ id: 1, total: 2 }]);
    expect(result).toEqual({ id: expect.stringMatching(/^evt_/), problem: expect.any(String) });
    const { items } = await s.store.events.list({ problems: true, limit: 10 });
    expect(items).toEqual([expect.objectContaining({ stream: "orders", payload: { id: 1, total: 2 } })]);
  });

  test("a firing keeps what an event said as long as it waits", async () => {
    const s = createHarness();
    const on = { event: "orders" };
    const window = { digest: { window: "1h" } };
    const alert = { title: "{{ range .trigger.events }}{{ .event.id }} {{ end }}" };
    await s.declare({
      stream: shop,
      trigger: {
        digested: trigger(on, { alert, ...window }),
        stopped: trigger(on, window),
        failing: trigger(on, { alert: { title: '{{ fail "no" }}' } }),
        "at-once": trigger(on),
      },
    });
    const [one, two] = [order(1, "ada", 5), order(2, "ada", 7)];
    await s.engine.collect("orders", [one, two]);
    const kept = async (trigger: string) => {
      const { items } = await s.store.firings.list({ trigger, limit: 9 });
      expect(items).toHaveLength(2);
      return items.map(({ state, cause }) => [state, cause.kind === "event" ? cause.payload : cause]);
    };
    expect(await kept("digested")).toEqual([
      ["waiting", two],
      ["waiting", one],
    ]);
    expect(await kept("failing")).toEqual(Array(2).fill(["failed", undefined]));
    expect(await kept("at-once")).toEqual(Array(2).fill(["sent", undefined]));
    await s.engine.apply({ origin: "api", definitions: {}, states: { stopped: "paused" } });
    await s.until(noon + hour);
    expect((await s.sent()).at(-1)).toBe("1 2 ");
    expect(await kept("digested")).toEqual(Array(2).fill(["sent", undefined]));
    expect(await kept("stopped")).toEqual(Array(2).fill(["skipped", undefined]));
    const [event] = (await s.store.events.list({ limit: 1 })).items;
    const [last] = (await s.store.firings.list({ trigger: "digested", limit: 1 })).items;
    expect(last!.cause).toEqual({ kind: "event", stream: "orders", event: event!.id });
  });

  test("what came in on a stream that is no more is kept as long as the rest", async () => {
    const s = createHarness();
    await s.declare({ stream: { orders: { retention: "1h" }, visits: { retention: "10d" } } });
    for (const stream of ["orders", "visits"]) await s.engine.collect(stream, [{}]);
    await s.declare({ stream: { visits: null, orders: null, others: { retention: "9d" } } });
    const kept = async () => (await s.store.events.list({ limit: 9 })).items.map(({ stream }) => stream);
    await s.until(noon + 9 * day);
    expect(await kept()).toEqual(["visits", "orders"]);
    await s.until(noon + 9 * day + hour);
    expect(await kept()).toEqual([]);
  });

  test("a stream that goes while something comes in takes nothing more, and hinders nothing else", async () => {
    const s = createHarness();
    await s.declare({ stream: shop });
    const collected = s.engine.collect("orders", [order(1, "ada", 5)]);
    const updated = s.update("1", { name: "bob" });
    const gone = s.store.transaction(({ definitions }) => definitions.remove("stream", "orders"));
    await expect(collected).rejects.toThrow("no stream named orders");
    await Promise.all([updated, gone]);
    expect(await s.store.profiles.count()).toBe(1);
  });

  test("there has to be such a stream", async () => {
    const s = createHarness();
    await expect(s.engine.collect("nothing", [{}])).rejects.toThrow("no stream named nothing");
  });
});
