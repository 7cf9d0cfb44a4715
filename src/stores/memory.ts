import {
  type EngineStore,
  type EnqueueResult,
  type Entry,
  type ExpungeResult,
  type Outbox,
  StoreError,
  type Transaction,
} from "../store/index.ts";
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

/** A store for tests and trials: it ends with the process. Keeps to the same contract as the others. */
export function memoryStore(options: { readonly retention?: Partial<Retention> | undefined } = {}): EngineStore {
  const retention = { ...defaultRetention, ...options.retention };
  let state = new OutboxState();
  const tables = new Tables();
  let closed = false;
  let turn: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  /** In turn, so that nothing comes between the steps of a transaction. */
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

  function stage(entry: Entry, staged: Map<string, EnqueueResult>): { added: EnqueueResult; item?: OutboxEntry } {
    const { idempotencyKey } = entry;
    const known = idempotencyKey === undefined ? undefined : state.byKey.get(idempotencyKey);
    if (known !== undefined) {
      const reason = isSettled(known) ? known.reason : undefined;
      return { added: { id: known.header.id, state: stateOf(known), reason, duplicate: true } };
    }
    const earlier = idempotencyKey === undefined ? undefined : staged.get(idempotencyKey);
    if (earlier !== undefined) return { added: { ...earlier, duplicate: true } };
    const item = newEntry(entry, state);
    const reason = isSettled(item) ? item.reason : undefined;
    const added = { id: entry.id, state: stateOf(item), reason, duplicate: false };
    if (idempotencyKey !== undefined) staged.set(idempotencyKey, added);
    return { added, item };
  }

  function expungeAll(ids: readonly string[], now: number): ExpungeResult {
    const items = ids.flatMap((id) => state.entries.get(id) ?? []);
    const erased = items.filter((item) => expunge(state, item, now));
    return { erased: erased.map(idOf), inFlight: items.filter(({ stage }) => stage === "claimed").map(idOf) };
  }

  function stager() {
    const staged = new Map<string, EnqueueResult>();
    const items: OutboxEntry[] = [];
    const ids = new Set<string>();
    const add = (entries: readonly Entry[]): EnqueueResult[] =>
      entries.map((entry) => {
        const { added, item } = stage(entry, staged);
        if (item !== undefined) {
          if (state.entries.has(entry.id) || ids.has(entry.id))
            throw new StoreError("other", `${entry.id} is kept already`);
          ids.add(entry.id);
          items.push(item);
        }
        return added;
      });
    return { add, items };
  }

  const each = (ids: readonly string[], act: (item: OutboxEntry) => boolean) =>
    write(() => {
      return ids.filter((id) => {
        const item = state.entries.get(id);
        return item !== undefined && act(item);
      });
    });

  const outbox: Outbox = {
    add: (entries) =>
      write(() => {
        const { add, items } = stager();
        const added = add(entries);
        for (const item of items) state.add(item);
        return added;
      }),
    claim: (request) => write(() => claim(state, request)),
    settle: (settlements) => write(() => settlements.map((one) => settle(state, one))),
    release: (claims, now) =>
      write(() => {
        for (const { id, claim } of claims) {
          const item = state.findClaimed(id, claim);
          if (item === undefined) continue;
          item.attempt--;
          if (item.destination.trialUntil !== undefined) item.destination.trialUntil = 0;
          putBack(state, item, Math.min(item.due, now));
          if (item.body === undefined) expunge(state, item, now);
        }
      }),
    renew: (claims, until) =>
      write(() =>
        claims.map(({ id, claim }) => {
          const item = state.findClaimed(id, claim);
          if (item !== undefined) item.lease = until;
          return item !== undefined;
        }),
      ),
    find: (id) =>
      read(() => {
        const item = state.entries.get(id);
        return item === undefined ? undefined : storedDelivery(item);
      }),
    list: (query = {}) => read(() => list(state, query)),
    stats: () => read(() => statsOf(state)),
    replay: (ids, now) => each(ids, (item) => replay(state, item, now)),
    cancel: (ids, now, reason) => each(ids, (item) => cancel(state, item, now, reason)),
    erase: (ids) => each(ids, (item) => erase(state, item)),
    expunge: (ids, now) => write(() => expungeAll(ids, now)),
    prune: (now, limit) => write(() => prune(state, retention, now, limit)),
    hold: ({ channel, destination }, until, reason) =>
      write(() => {
        const place = destination === undefined ? state.channel(channel) : state.destination(channel, destination);
        place.heldUntil = until;
        place.heldReason = reason;
      }),
    disable: ({ channel, destination }, reason) =>
      write(() => {
        state.destination(channel, destination).disabled = reason;
      }),
    enable: ({ channel, destination }) =>
      write(() => {
        const place = state.destination(channel, destination);
        Object.assign(place, {
          disabled: undefined,
          heldUntil: 0,
          heldReason: undefined,
          failures: 0,
          trialUntil: undefined,
        });
      }),
    unhealthy: ({ limit = 100, after } = {}) => read(() => unhealthyOf(state, limit, Number(after ?? 0))),
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

  /** Each verb waits its turn, so that nobody sees what a transaction has not kept yet. */
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
          const { add, items } = stager();
          const withdrawn: (() => void)[] = [];
          const outbox: Transaction["outbox"] = {
            add: async (entries) => add(entries),
            async expunge(ids, now) {
              withdrawn.push(() => expungeAll(ids, now));
              const known = ids.flatMap((id) => state.entries.get(id) ?? []);
              const isUnderway = ({ stage }: OutboxEntry) => stage === "claimed";
              return {
                erased: known.filter((item) => !isUnderway(item)).map(idOf),
                inFlight: known.filter(isUnderway).map(idOf),
              };
            },
          };
          const result = await work({ outbox, ...writers });
          for (const item of items) state.add(item);
          for (const one of withdrawn) one();
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
