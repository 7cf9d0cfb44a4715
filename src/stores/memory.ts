import {
  type EngineStore,
  type EnqueueResult,
  type Entry,
  type ExpungeResult,
  type Outbox,
  StoreError,
  type Transaction,
} from "../store/index.ts";
import { cursorOf } from "./cursor.ts";
import { idempotencyOf, keysOf } from "./memory/access.ts";
import { cancel, erase, expunge, replay } from "./memory/change.ts";
import { claim } from "./memory/claim.ts";
import { definitionsOf } from "./memory/definitions.ts";
import { isSettled, newEntry, type OutboxEntry, stateOf, storedDelivery } from "./memory/entry.ts";
import { eventsOf } from "./memory/events.ts";
import { firingsOf } from "./memory/firings.ts";
import { membershipsOf } from "./memory/memberships.ts";
import { OutboxState } from "./memory/outbox-state.ts";
import { profilesOf } from "./memory/profiles.ts";
import { list, statsOf, unhealthyOf } from "./memory/read.ts";
import { runsOf } from "./memory/runs.ts";
import { prune, putBack, settle } from "./memory/settle.ts";
import { Tables } from "./memory/tables.ts";
import { defaultRetention, type Retention } from "./retention.ts";

/** Creates a store in memory, for tests and trials: it ends with the process. It fulfils the same contract as the others. */
export function memoryStore(options: { readonly retention?: Partial<Retention> | undefined } = {}): EngineStore {
  const retention = { ...defaultRetention, ...options.retention };
  let state = new OutboxState();
  const tables = new Tables();
  let closed = false;
  let turn: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  /** Runs writes one after the other, so that nothing comes between the steps of a transaction. */
  function write<Result>(run: () => Result | Promise<Result>): Promise<Result> {
    if (closed) return Promise.reject(new StoreError("closed", "the store is closed"));
    waiting++;
    const result = turn.then(run).finally(() => waiting--);
    turn = result.catch(() => {});
    return result;
  }

  async function read<Result>(run: () => Result): Promise<Result> {
    if (closed) throw new StoreError("closed", "the store is closed");
    return run();
  }

  function stage(entry: Entry, staged: Map<string, EnqueueResult>): { added: EnqueueResult; delivery?: OutboxEntry } {
    const { idempotencyKey } = entry;
    const known = idempotencyKey === undefined ? undefined : state.byKey.get(idempotencyKey);
    if (known !== undefined) {
      const reason = isSettled(known) ? known.reason : undefined;
      return { added: { id: known.header.id, state: stateOf(known), reason, duplicate: true } };
    }
    const earlier = idempotencyKey === undefined ? undefined : staged.get(idempotencyKey);
    if (earlier !== undefined) return { added: { ...earlier, duplicate: true } };
    const delivery = newEntry(entry, state);
    const reason = isSettled(delivery) ? delivery.reason : undefined;
    const added = { id: entry.id, state: stateOf(delivery), reason, duplicate: false };
    if (idempotencyKey !== undefined) staged.set(idempotencyKey, added);
    return { added, delivery };
  }

  function expungeAll(ids: readonly string[], now: number): ExpungeResult {
    const deliveries = ids.flatMap((id) => state.entries.get(id) ?? []);
    const erased = deliveries.filter((delivery) => expunge(state, delivery, now));
    return { erased: erased.map(idOf), inFlight: deliveries.filter(({ stage }) => stage === "claimed").map(idOf) };
  }

  function stager() {
    const staged = new Map<string, EnqueueResult>();
    const deliveries: OutboxEntry[] = [];
    const ids = new Set<string>();
    const add = (entries: readonly Entry[]): EnqueueResult[] =>
      entries.map((entry) => {
        const { added, delivery } = stage(entry, staged);
        if (delivery !== undefined) {
          if (state.entries.has(entry.id) || ids.has(entry.id))
            throw new StoreError("other", `${entry.id} is kept already`);
          ids.add(entry.id);
          deliveries.push(delivery);
        }
        return added;
      });
    return { add, deliveries };
  }

  const each = (ids: readonly string[], act: (delivery: OutboxEntry) => boolean) =>
    write(() => {
      return ids.filter((id) => {
        const delivery = state.entries.get(id);
        return delivery !== undefined && act(delivery);
      });
    });

  const outbox: Outbox = {
    add: (entries) =>
      write(() => {
        const { add, deliveries } = stager();
        const added = add(entries);
        for (const delivery of deliveries) state.add(delivery);
        return added;
      }),
    claim: (request) => write(() => claim(state, request)),
    settle: (settlements) => write(() => settlements.map((one) => settle(state, one))),
    release: (claims, now) =>
      write(() => {
        for (const { id, claim } of claims) {
          const delivery = state.findClaimed(id, claim);
          if (delivery === undefined) continue;
          delivery.attempt--;
          if (delivery.destination.trialUntil !== undefined) delivery.destination.trialUntil = 0;
          putBack(state, delivery, Math.min(delivery.due, now));
          if (delivery.body === undefined) expunge(state, delivery, now);
        }
      }),
    renew: (claims, until) =>
      write(() =>
        claims.map(({ id, claim }) => {
          const delivery = state.findClaimed(id, claim);
          if (delivery !== undefined) delivery.lease = until;
          return delivery !== undefined;
        }),
      ),
    find: (id) =>
      read(() => {
        const delivery = state.entries.get(id);
        return delivery === undefined ? undefined : storedDelivery(delivery);
      }),
    list: (query = {}) => read(() => list(state, query)),
    stats: () => read(() => statsOf(state)),
    replay: (ids, now) => each(ids, (delivery) => replay(state, delivery, now)),
    cancel: (ids, now, reason) => each(ids, (delivery) => cancel(state, delivery, now, reason)),
    erase: (ids) => each(ids, (delivery) => erase(state, delivery)),
    expunge: (ids, now) => write(() => expungeAll(ids, now)),
    prune: (now, limit) => write(() => prune(state, retention, now, limit)),
    hold: ({ channel, destination }, until, reason) =>
      write(() => {
        const target = destination === undefined ? state.channel(channel) : state.destination(channel, destination);
        target.heldUntil = until;
        target.heldReason = reason;
      }),
    disable: ({ channel, destination }, reason) =>
      write(() => {
        state.destination(channel, destination).disabled = reason;
      }),
    enable: ({ channel, destination }) =>
      write(() => {
        const target = state.destination(channel, destination);
        Object.assign(target, {
          disabled: undefined,
          heldUntil: 0,
          heldReason: undefined,
          failures: 0,
          trialUntil: undefined,
        });
      }),
    unhealthy: ({ limit = 100, after } = {}) => read(() => unhealthyOf(state, limit, cursorOf(after, 0))),
  };

  const writers = {
    profiles: profilesOf(tables),
    events: eventsOf(tables),
    memberships: membershipsOf(tables),
    definitions: definitionsOf(tables),
    firings: firingsOf(tables),
    runs: runsOf(tables),
  };
  const outside = { ...writers, keys: keysOf(tables), idempotency: idempotencyOf(tables) };
  const readers = Object.fromEntries(Object.entries(outside).map(([name, verbs]) => [name, inTurn(verbs)]));

  /** Makes each verb wait for the transactions before it, so that nobody sees what a transaction has not committed yet. */
  function inTurn(verbs: object): object {
    const turns = Object.entries(verbs).map(([name, verb]) => [
      name,
      (...given: never[]) => write(() => undoable(() => verb(...given))),
    ]);
    return Object.fromEntries(turns);
  }

  async function undoable<Result>(run: () => Promise<Result>): Promise<Result> {
    try {
      const result = await run();
      tables.undo.forget();
      return result;
    } catch (error) {
      tables.undo.rollBack();
      throw error;
    }
  }

  return {
    ...(readers as typeof outside),
    outbox,
    transaction: (work) =>
      write(() =>
        undoable(async () => {
          const { add, deliveries } = stager();
          const expunges: (() => void)[] = [];
          const outbox: Transaction["outbox"] = {
            add: async (entries) => add(entries),
            async expunge(ids, now) {
              expunges.push(() => expungeAll(ids, now));
              const known = ids.flatMap((id) => state.entries.get(id) ?? []);
              const isInFlight = ({ stage }: OutboxEntry) => stage === "claimed";
              return {
                erased: known.filter((delivery) => !isInFlight(delivery)).map(idOf),
                inFlight: known.filter(isInFlight).map(idOf),
              };
            },
          };
          const result = await work({ outbox, ...writers });
          for (const delivery of deliveries) state.add(delivery);
          for (const expungeNow of expunges) expungeNow();
          return result;
        }),
      ),
    async close() {
      closed = true;
      while (waiting > 0) await turn;
      state = new OutboxState();
    },
  };
}

const idOf = ({ header }: OutboxEntry): string => header.id;
