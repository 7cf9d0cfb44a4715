import { describe, expect, test } from "vitest";
import type { EngineStore } from "../../src/store/index.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { createHarness, hour, noon, trigger } from "./harness.ts";

const clicks = { identifiers: { user_id: "{{ .who }}" } };
const click = (n: number) => ({ who: "ada", n });

/** Returns a store that counts the waiting firings that were read. */
function counting(): { store: EngineStore; reads: () => number } {
  const store = memoryStore();
  let read = 0;
  return {
    reads: () => read,
    store: {
      ...store,
      transaction: (work, options) =>
        store.transaction(
          (transaction) =>
            work({
              ...transaction,
              firings: {
                ...transaction.firings,
                async waiting(trigger, profile) {
                  const found = await transaction.firings.waiting(trigger, profile);
                  read += found.length;
                  return found;
                },
              },
            }),
          options,
        ),
    },
  };
}

async function digesting(title: string, more: NonNullable<Parameters<typeof trigger>[1]> = {}, maxEvents = 5) {
  const { store, reads } = counting();
  const s = createHarness(store);
  const alert = { title };
  const t = trigger({ event: "clicks" }, { alert, digest: { window: "1h", maxEvents }, ...more });
  await s.update("ada", { name: "ada" });
  await s.declare({ stream: { clicks }, trigger: { t } });
  const collect = async (n: number) => {
    s.now += 1;
    await s.engine.collect("clicks", [click(n)]);
  };
  const states = async () => {
    const { items } = await store.firings.list({ trigger: "t", limit: 500 });
    return items.map(({ state, reason }) => (reason === undefined ? state : `${state}: ${reason}`)).reverse();
  };
  return { s, collect, states, reads };
}

const numbers = "{{ range .trigger.events }}{{ .event.n }} {{ end }}";

describe("a digest whose hand-over fails", () => {
  test("goes without the event that fails by itself", async () => {
    const { s, collect, states } = await digesting("{{ range .trigger.events }}{{ div 6 .event.n }} {{ end }}");
    for (const n of [1, 2, 0, 3, 6]) await collect(n);
    expect(await s.sent()).toEqual(["6 3 2 1 "]);
    const failed = expect.stringMatching(/^failed: template: title:1:30: .*divide by zero/);
    expect(await states()).toEqual(["sent", "sent", failed, "sent", "sent"]);
  });

  test("fails as a whole where no single event is to blame", async () => {
    const { s, collect, states } = await digesting(
      '{{ if gt (len .trigger.events) 1 }}{{ fail "too many" }}{{ end }}one',
    );
    for (const n of [1, 2, 3, 4, 5]) await collect(n);
    expect(await s.sent()).toEqual([]);
    expect(new Set(await states())).toEqual(new Set([expect.stringMatching(/^failed: .*too many/)]));
    expect(await states()).toHaveLength(5);
    await s.until(noon + 2 * hour);
    expect(await states()).toHaveLength(5);
  });

  test("where the event that fails comes last, the others go at once, and it fails", async () => {
    const { s, collect, states } = await digesting("{{ range .trigger.events }}{{ div 6 .event.n }} {{ end }}");
    for (const n of [1, 2, 3, 6, 0]) await collect(n);
    expect(await s.sent()).toEqual(["6 3 2 1 "]);
    expect((await states()).at(-1)).toMatch(/^failed: /);
  });

  test("one that has no address is skipped with all that is in it", async () => {
    const { s, collect, states } = await digesting(numbers, { send: [{ channel: "crm", to: "{{ .nowhere }}" }] });
    for (const n of [1, 2, 3, 4]) await collect(n);
    await collect(5);
    expect(await s.sent()).toEqual([]);
    expect(await states()).toEqual(Array(4).fill("skipped: no address on crm"));
    expect(await s.store.firings.lastSkip("t", (await s.store.profiles.list({ limit: 1 })).items[0]!.id)).toMatchObject(
      {
        reason: "no address on crm",
        count: 1,
      },
    );
  });
});

describe("firings that wait are read at most once each, however many come", () => {
  const growths: [what: string, title: string, more: NonNullable<Parameters<typeof trigger>[1]>][] = [
    ["the template fails", '{{ fail "no" }}', {}],
    ["there is no address", numbers, { send: [{ channel: "crm", to: "{{ .nowhere }}" }] }],
    ["a cap holds it back", numbers, { caps: { overall: [{ count: 1, per: "9h" }] } }],
    ["quiet hours drop it", numbers, { quietHours: { from: "09:00", to: "20:00", action: "drop" } }],
    ["quiet hours hold it", numbers, { quietHours: { from: "09:00", to: "20:00" } }],
  ];
  test.each(growths)("where %s", async (_what, title, more) => {
    for (const count of [20, 40, 80]) {
      const { s, collect, reads } = await digesting(title, more, 10);
      for (let n = 0; n < count; n++) await collect(n);
      await s.until(noon + 12 * hour);
      expect(reads()).toBeLessThanOrEqual(3 * count);
    }
  });

  test("who comes and goes while it has to stay", async () => {
    for (const count of [10, 20, 40]) {
      const { store, reads } = counting();
      const s = createHarness(store);
      await s.declare({
        audience: { vips: { where: ".vip" } },
        trigger: { t: trigger({ enter: "vips" }, { dwell: "1h" }) },
      });
      for (let n = 0; n < count; n++) {
        s.now += 1;
        await s.update("ada", { vip: true, name: "ada" });
        await s.update("ada", { vip: false });
      }
      await s.update("ada", { vip: true });
      await s.until(noon + 2 * hour);
      expect(await s.sent()).toEqual(["t/enter ada"]);
      expect(reads()).toBeLessThanOrEqual(2 * (count + 1));
    }
  });
});
