import { expect, test } from "vitest";
import { fake } from "../../src/channels/fake.ts";
import type { EngineStore } from "../../src/store/index.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { simulate } from "../../src/triggers/index.ts";
import { retryingStore } from "../store/retrying-store.ts";
import { createHarness, day, hour, minute, noon, trigger, vips } from "./harness.ts";

const stream = {
  orders: {
    key: "{{ .id }}",
    identifiers: { user_id: "{{ .user }}", email: "{{ .email }}" },
    fields: { total: "{{ .n }}" },
  },
};
const alerts = {
  entered: trigger({ enter: "vips" }),
  ordered: trigger({ event: "orders" }, { digest: { window: "10m" } }),
  daily: trigger({ schedule: "0 9 * * *", audience: "vips" }),
};

/** Plays updates, events, merges, a split, runs and schedules; returns everything that can be seen of it. */
async function play(store: EngineStore): Promise<unknown> {
  const s = createHarness(store);
  await s.declare({ stream, audience: vips, trigger: alerts });
  const results: unknown[] = [];
  for (const [i, user] of ["a", "b", "a", "c", "b"].entries()) {
    const {
      id: _id,
      profile: _profile,
      ...result
    } = (
      await s.engine.collect("orders", [{ id: `o${i % 4}`, user, email: `${user}@example.com`, n: i }], {
        signed: true,
      })
    )[0]!;
    results.push(result);
    await s.update(user, { visits: i % 2 === 0 ? 20 : 5, name: user });
    await s.until(s.now + minute);
  }
  await s.engine.setState("daily", "paused");
  await s.engine.setState("daily", "active");
  await s.engine.backfill("entered");
  await s.until(s.now + day + hour);
  return { results, sent: await s.sent(), events: s.events, problems: s.problems };
}

test("a transaction that is run twice has the effects of one", async () => {
  expect(await play(retryingStore(memoryStore()))).toEqual(await play(memoryStore()));
});

test("a simulation reports what happened once", async () => {
  const play = async (store: EngineStore) => {
    const events: unknown[] = [];
    const updates = ["a", "b"].map((user, i) => ({
      at: noon + i * minute,
      update: { identifiers: { user_id: user }, fields: { visits: 20, name: user } },
    }));
    const [channels, templates] = [{ crm: fake() }, {}];
    const desired = { origin: "file", definitions: { audience: vips, trigger: { entered: alerts.entered } } } as const;
    const simulation = simulate({
      store,
      channels,
      templates,
      from: noon,
      until: noon + hour,
      desired: desired,
      activate: ["entered"],
      updates,
    });
    for await (const { profile: _profile, ...event } of simulation as AsyncIterable<Record<string, unknown>>)
      events.push(event);
    return events;
  };
  const once = await play(memoryStore());
  expect(once.length).toBe(2);
  expect(await play(retryingStore(memoryStore()))).toEqual(once);
});
