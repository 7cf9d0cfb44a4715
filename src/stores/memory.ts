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
import { cancel, erase, replay, withdraw } from "./memory/change.ts";
import { claim } from "./memory/claim.ts";
import { definitionsOf } from "./memory/definitions.ts";
import { isSettled, itemOf, keptOf, type OutboxEntry, stateOf } from "./memory/entry.ts";
import { eventsOf } from "./memory/events.ts";
import { firingsOf } from "./memory/firings.ts";
import { membershipsOf } from "./memory/memberships.ts";
import { OutboxState } from "./memory/outbox-state.ts";
import { profilesOf } from "./memory/profiles.ts";
import { list, statsOf, troublesOf } from "./memory/read.ts";
import { runsOf } from "./memory/runs.ts";
import { prune, putBack, settle } from "./memory/settle.ts";
import { Tables } from "./memory/tables.ts";
import { defaultRetention, type Retention } from "./retention.ts";

/** A store for tests and trials: it ends with the process. Keeps to the same contract as the others. */
export function memoryStore(options: { readonly retention?: Partial<Retention> | undefined } = {}): EngineStore {
  const retention = { ...defaultRetention, ...options.retention };
  let shelf = new OutboxState();
  const books = new Tables();
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
    const known = idempotencyKey === undefined ? undefined : shelf.byKey.get(idempotencyKey);
    if (known !== undefined) {
      const reason = isSettled(known) ? known.reason : undefined;
      return { added: { id: known.entry.id, state: stateOf(known), reason, duplicate: true } };
    }
    const earlier = idempotencyKey === undefined ? undefined : staged.get(idempotencyKey);
    if (earlier !== undefined) return { added: { ...earlier, duplicate: true } };
    const item = itemOf(entry, shelf);
    const reason = isSettled(item) ? item.reason : undefined;
    const added = { id: entry.id, state: stateOf(item), reason, duplicate: false };
    if (idempotencyKey !== undefined) staged.set(idempotencyKey, added);
    return { added, item };
  }

  function withdrawAll(ids: readonly string[], now: number): ExpungeResult {
    const items = ids.flatMap((id) => shelf.items.get(id) ?? []);
    const erased = items.filter((item) => withdraw(shelf, item, now));
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
          if (shelf.items.has(entry.id) || ids.has(entry.id))
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
        const item = shelf.items.get(id);
        return item !== undefined && act(item);
      });
    });

  const outbox: Outbox = {
    add: (entries) =>
      write(() => {
        const { add, items } = stager();
        const added = add(entries);
        for (const item of items) shelf.keep(item);
        return added;
      }),
    claim: (request) => write(() => claim(shelf, request)),
    settle: (settlements) => write(() => settlements.map((one) => settle(shelf, one))),
    release: (claims, now) =>
      write(() => {
        for (const { id, claim } of claims) {
          const item = shelf.held(id, claim);
          if (item === undefined) continue;
          item.attempt--;
          if (item.destination.trialUntil !== undefined) item.destination.trialUntil = 0;
          putBack(shelf, item, Math.min(item.due, now));
          if (item.body === undefined) withdraw(shelf, item, now);
        }
      }),
    renew: (claims, until) =>
      write(() =>
        claims.map(({ id, claim }) => {
          const item = shelf.held(id, claim);
          if (item !== undefined) item.lease = until;
          return item !== undefined;
        }),
      ),
    find: (id) =>
      read(() => {
        const item = shelf.items.get(id);
        return item === undefined ? undefined : keptOf(item);
      }),
    list: (query = {}) => read(() => list(shelf, query)),
    stats: () => read(() => statsOf(shelf)),
    replay: (ids, now) => each(ids, (item) => replay(shelf, item, now)),
    cancel: (ids, now, reason) => each(ids, (item) => cancel(shelf, item, now, reason)),
    erase: (ids) => each(ids, (item) => erase(shelf, item)),
    expunge: (ids, now) => write(() => withdrawAll(ids, now)),
    prune: (now, limit) => write(() => prune(shelf, retention, now, limit)),
    hold: ({ channel, destination }, until, reason) =>
      write(() => {
        const place = destination === undefined ? shelf.channel(channel) : shelf.destination(channel, destination);
        place.heldUntil = until;
        place.heldReason = reason;
      }),
    disable: ({ channel, destination }, reason) =>
      write(() => {
        shelf.destination(channel, destination).disabled = reason;
      }),
    enable: ({ channel, destination }) =>
      write(() => {
        const place = shelf.destination(channel, destination);
        Object.assign(place, {
          disabled: undefined,
          heldUntil: 0,
          heldReason: undefined,
          failures: 0,
          trialUntil: undefined,
        });
      }),
    unhealthy: ({ limit = 100, after } = {}) => read(() => troublesOf(shelf, limit, Number(after ?? 0))),
  };

  const writers = {
    profiles: profilesOf(books),
    events: eventsOf(books),
    memberships: membershipsOf(books),
    definitions: definitionsOf(books),
    firings: firingsOf(books),
    runs: runsOf(books),
  };
  const outside = { ...writers, keys: keysOf(books), idempotency: idempotencyOf(books) };
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
      books.undo.forget();
      return result;
    } catch (error) {
      books.undo.back();
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
              withdrawn.push(() => withdrawAll(ids, now));
              const known = ids.flatMap((id) => shelf.items.get(id) ?? []);
              const isUnderway = ({ stage }: OutboxEntry) => stage === "claimed";
              return {
                erased: known.filter((item) => !isUnderway(item)).map(idOf),
                inFlight: known.filter(isUnderway).map(idOf),
              };
            },
          };
          const result = await work({ outbox, ...writers });
          for (const item of items) shelf.keep(item);
          for (const one of withdrawn) one();
          return result;
        }),
      ),
    async close() {
      closed = true;
      while (waiting > 0) await turn;
      shelf = new OutboxState();
    },
  };
}

const idOf = ({ entry }: OutboxEntry): string => entry.id;
