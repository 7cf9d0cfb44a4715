import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Claimed, priorities, type Store } from "../../src/store/index.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { entry, idsOf, settlement, start } from "../store/builders.ts";
import { inMemory, temporaryFolder } from "../stores/folder.ts";
import { Model } from "./model-outbox.ts";

const folder = temporaryFolder(inMemory);

/** A store, and how it is when the process that had it was killed. */
const kinds: readonly (readonly [
  name: string,
  runs: number,
  open: () => { store: Store; reopen(): Promise<Store> },
])[] = [
  [
    "memory",
    300,
    () => {
      const store = memoryStore();
      return { store, reopen: async () => store };
    },
  ],
  [
    "sqlite",
    50,
    () => {
      const file = folder.file();
      let store = sqliteStore(file);
      const reopen = async (): Promise<Store> => {
        await store.close();
        store = sqliteStore(file);
        return store;
      };
      return { store, reopen };
    },
  ],
];

const small = fc.nat({ max: 3 });
const places = fc.constantFrom("a", "b", "c");
const text = fc.option(fc.constantFrom("k", "l"), { nil: undefined });
const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("add" as const),
      entries: fc.array(
        fc.record({
          destination: places,
          delay: small,
          priority: fc.constantFrom(...priorities),
          idempotencyKey: fc.option(fc.nat({ max: 30 }).map(String), { nil: undefined }),
          orderingKey: text,
          aborted: fc.constantFrom(undefined, undefined, undefined, "no"),
        }),
        { maxLength: 4 },
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("claim" as const),
      limit: fc.integer({ min: 1, max: 6 }),
      perDestination: fc.integer({ min: 1, max: 3 }),
      full: fc.option(places, { nil: undefined }),
      retries: fc.option(small, { nil: undefined }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("settle" as const),
      which: fc.nat(),
      how: fc.constantFrom("delivered" as const, "dead" as const, "again" as const),
      delay: small,
      hold: fc.constantFrom(0, 0, 0, 2),
      disable: fc.constantFrom(false, false, false, false, true),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("release" as const, "renew" as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("cancel" as const, "replay" as const), which: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom("erase" as const, "withdraw" as const), which: fc.nat() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("hold" as const), destination: places, ms: small }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("enable" as const), destination: places }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.nat({ max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("crash" as const) }) },
);

type Action = typeof action extends fc.Arbitrary<infer One> ? One : never;

const lease = 3;

describe.each(kinds)("%s: whatever happens, it is as the model says", (_, numRuns, open) => {
  test("any history", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 20, maxLength: 80, size: "max" }), async (actions) => {
        const opened = open();
        const model = new Model(start);
        let store = opened.store;
        for (const one of actions) {
          if (one.kind === "crash") {
            // Those that held something are no more, and settle nothing.
            store = await opened.reopen();
            model.claims.length = 0;
          } else await act(store, model, one);
          expect((await store.outbox.stats()).total).toEqual(model.count());
        }
        for (const { id, state, attempts, key, destination, silent } of model.deliveries) {
          expect(await store.outbox.find(id)).toMatchObject({
            id,
            state,
            attempts,
            destination,
            erased: silent,
            ...(key === undefined ? {} : { idempotencyKey: key }),
          });
        }
        await store.close();
      }),
      { numRuns },
    );
  }, 240_000);
});

async function act({ outbox }: Store, model: Model, action: Exclude<Action, { kind: "crash" }>): Promise<void> {
  const { now } = model;
  const claimed =
    "which" in action && model.claims.length > 0 ? model.claims[action.which % model.claims.length]! : undefined;
  switch (action.kind) {
    case "add": {
      const entries = action.entries.map(({ delay, aborted, ...rest }) =>
        entry({
          ...rest,
          createdAt: now,
          due: now + delay,
          aborted,
          ...(aborted === undefined ? {} : { alert: undefined }),
        }),
      );
      const added = await outbox.add(entries);
      entries.forEach(({ id, destination, idempotencyKey: key, orderingKey, priority, due, aborted }, i) => {
        const before = model.byKey(key);
        if (before === undefined) {
          const state = aborted !== undefined ? "aborted" : model.disabled.has(destination) ? "dead" : "pending";
          const seq = model.nextPlace;
          model.deliveries.push({
            ...{ id, seq, place: seq, destination, key, orderingKey, priority: priority!, state, due: due! },
            ...{ lease: undefined, claims: 0, attempts: 0, silent: false },
          });
        }
        const expected = model.byKey(key) ?? model.find(id);
        expect(added[i]).toMatchObject({ id: expected.id, state: expected.state, duplicate: before !== undefined });
      });
      return;
    }
    case "claim": {
      const { limit, perDestination, full, retries } = action;
      const overrides = new Map(full === undefined ? [] : [[full, 0]]);
      const request = {
        now,
        lease,
        limit,
        channels: { crm: { perDestination, overrides } },
        ...(retries === undefined ? {} : { retries }),
      };
      const { claimed: got } = await outbox.claim(request);
      model.loseLeases();
      expect(got.length).toBeLessThanOrEqual(limit);
      const counts = new Map<string, number>();
      for (const one of got) {
        const delivery = model.find(one.id);
        expect(model.isWaiting(delivery)).toBe(true);
        expect(one.disabled !== undefined).toBe(model.disabled.has(one.destination));
        delivery.lease = now + lease;
        delivery.claims++;
        delivery.attempts++;
        expect(one).toMatchObject({ attempt: delivery.attempts, claim: delivery.claims });
        if (one.disabled === undefined) counts.set(one.destination, (counts.get(one.destination) ?? 0) + 1);
      }
      for (const [destination, count] of counts)
        expect(count).toBeLessThanOrEqual(destination === full ? 0 : perDestination);
      expectComplete(model, got, counts, action);
      model.claims.push(...got);
      return;
    }
    case "settle": {
      if (claimed === undefined) return;
      const delivery = model.find(claimed.id);
      const holds = model.isHeldBy(claimed);
      const { how, delay, hold, disable } = action;
      const decision =
        how === "again"
          ? ({ state: "pending", due: now + delay } as const)
          : how === "dead"
            ? ({ state: "dead", reason: "no" } as const)
            : ({ state: "delivered" } as const);
      const changes = {
        ...(hold === 0 ? {} : { hold: { of: "destination" as const, until: now + hold, reason: "wait" } }),
        ...(disable ? { disable: "gone" } : {}),
        now,
      };
      expect(await outbox.settle([settlement(claimed, decision, changes)])).toEqual([holds]);
      if (!holds) return;
      delivery.lease = undefined;
      delivery.state = decision.state;
      if (decision.state === "pending") delivery.due = decision.due;
      if (hold > 0) model.held.set(delivery.destination, now + hold);
      if (disable) model.disabled.add(delivery.destination);
      model.end(delivery);
      return;
    }
    case "release": {
      if (claimed === undefined) return;
      const holds = model.isHeldBy(claimed);
      await outbox.release([claimed], now);
      if (!holds) return;
      const delivery = model.find(claimed.id);
      delivery.lease = undefined;
      delivery.attempts--;
      model.end(delivery);
      return;
    }
    case "renew": {
      if (claimed === undefined) return;
      const holds = model.isHeldBy(claimed);
      expect(await outbox.renew([claimed], now + lease)).toEqual([holds]);
      if (holds) model.find(claimed.id).lease = now + lease;
      return;
    }
    case "cancel":
    case "replay": {
      if (model.deliveries.length === 0) return;
      const delivery = model.deliveries[action.which % model.deliveries.length]!;
      const { id, state, lease } = delivery;
      if (action.kind === "cancel") {
        const can = state === "pending" && lease === undefined;
        expect(await outbox.cancel([id], now, "no")).toEqual(can ? [id] : []);
        if (can) delivery.state = "cancelled";
        return;
      }
      const can = state !== "pending" && state !== "aborted" && !delivery.silent;
      expect(await outbox.replay([id], now)).toEqual(can ? [id] : []);
      if (can) Object.assign(delivery, { state: "pending", due: now, attempts: 0, place: lineUp(model, delivery) });
      return;
    }
    case "erase":
    case "withdraw": {
      if (model.deliveries.length === 0) return;
      const delivery = model.deliveries[action.which % model.deliveries.length]!;
      const { id, state, lease } = delivery;
      const withdraws = action.kind === "withdraw";
      const can = state !== "pending" || (withdraws && lease === undefined);
      const erased = can ? [id] : [];
      if (withdraws) expect(await outbox.expunge([id], now)).toEqual({ erased, inFlight: can ? [] : [id] });
      else expect(await outbox.erase([id])).toEqual(erased);
      if (can && state === "pending") delivery.state = "cancelled";
      if (can) model.erase(delivery);
      else if (withdraws) delivery.silent = true;
      return;
    }
    case "hold":
      await outbox.hold({ channel: "crm", destination: action.destination }, now + action.ms, "wait");
      model.held.set(action.destination, now + action.ms);
      return;
    case "enable":
      await outbox.enable({ channel: "crm", destination: action.destination });
      model.held.delete(action.destination);
      model.disabled.delete(action.destination);
      return;
    case "pass":
      model.now += action.ms;
      return;
    default:
      action satisfies never;
  }
}

/** What is replayed goes behind the first of its line, and before those that came later than it. */
function lineUp(model: Model, delivery: { seq: number; destination: string; orderingKey: string | undefined }): number {
  const first = model.deliveries
    .filter(
      (one) =>
        one.state === "pending" &&
        one.destination === delivery.destination &&
        one.orderingKey === delivery.orderingKey &&
        delivery.orderingKey !== undefined,
    )
    .sort((a, b) => a.place - b.place)[0];
  return first !== undefined && first.place > delivery.seq ? first.place + 0.5 : delivery.seq;
}

/** What was left could not have been taken. */
function expectComplete(
  model: Model,
  got: readonly Claimed[],
  counts: ReadonlyMap<string, number>,
  { limit, perDestination, full, retries }: Extract<Action, { kind: "claim" }>,
): void {
  if (got.length === limit) return;
  const retried = got.filter(({ claim }) => claim > 1).length;
  const left = model.deliveries.filter((one) => {
    if (!model.isWaiting(one)) return false;
    if (model.disabled.has(one.destination)) return retries === undefined;
    const most = one.destination === full ? 0 : perDestination;
    return (counts.get(one.destination) ?? 0) < most && (one.claims === 0 || (retries ?? limit) > retried);
  });
  expect(idsOf(left)).toEqual([]);
}
