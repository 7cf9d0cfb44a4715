import type { EngineStore, EngineTransaction, Entry, Outbox } from "../store/index.ts";
import { defaultRetention, type Retention } from "./retention.ts";
import { keyReader, keyWriter, responseReader, responseWriter } from "./sqlite/access.ts";
import { adder } from "./sqlite/add.ts";
import { changer } from "./sqlite/change.ts";
import { claimer, peeker } from "./sqlite/claim.ts";
import { definitionReader, definitionWriter } from "./sqlite/definitions.ts";
import { healthWriter } from "./sqlite/destination-health.ts";
import { eventReader, eventWriter } from "./sqlite/events.ts";
import { copyFile, openFile, storeError } from "./sqlite/file.ts";
import { firingReader, firingWriter } from "./sqlite/firings.ts";
import { IdCache } from "./sqlite/id-cache.ts";
import { membershipReader, membershipWriter } from "./sqlite/memberships.ts";
import { profileReader, profileWriter } from "./sqlite/profiles.ts";
import { finder, lister, statsReader, unhealthyLister } from "./sqlite/read.ts";
import { runReader, runWriter } from "./sqlite/runs.ts";
import { settler } from "./sqlite/settle.ts";
import { TransactionCache } from "./sqlite/transaction-cache.ts";
import { type TransactionHooks, Writer } from "./sqlite/writer.ts";

export interface SqliteOptions {
  /** Limits the age and size of settled deliveries. @default 30 days, 4 GiB */
  readonly retention?: Partial<Retention> | undefined;
  /** Limits the wait for other processes that write, in ms; after it a verb fails as `locked`. @default 30,000 */
  readonly busyTimeout?: number | undefined;
  /**
   * Syncs what is written to disk, so that it survives a crash of the machine. Set false only for a copy to rehearse on: on a file
   * that other processes use it breaks their promises, too. @default true
   */
  readonly durable?: boolean | undefined;
}

export interface SqliteStore extends EngineStore {
  /**
   * Writes a copy of the store, as it is at this moment, to a new file. Other processes may write meanwhile; this process is blocked,
   * for about a second per few hundred MB.
   * @throws StoreError if the file exists or cannot be written
   */
  copy(path: string): Promise<void>;
}

/**
 * Opens a store in one SQLite file (and two beside it), creating the file if it does not exist. A verb resolves once its changes are
 * synced in the write-ahead log, so that they survive a crash of the process or the machine; except claims, which may be lost in a
 * crash and are then made again. Several processes may use one file at once, but not over a network file system. Symbolic links are
 * followed.
 * @throws StoreError if the file cannot be used
 */
export function sqliteStore(path: string, options: SqliteOptions = {}): SqliteStore {
  const file = openFile(path, options.durable);
  const { writer: db, reader } = file;
  const cache = new TransactionCache(db);
  const health = healthWriter(db, cache);
  const idCache = new IdCache(db);
  const writer = new Writer(file, combineHooks(cache, idCache), options.busyTimeout ?? 30_000);
  const retention = { ...defaultRetention, ...options.retention };
  const write = <Result>(run: () => Result, synced = true): Promise<Result> => writer.write(run, synced);
  const { replay, cancel, erase, expunge, prune } = changer(db, cache, health);
  const [addOne, claim] = [adder(db, cache), claimer(db, cache, expunge)];
  const { settle, release, renew } = settler(db, cache, health, expunge);
  const [peek, find, list] = [peeker(reader), finder(reader), lister(reader)];
  const [stats, unhealthy] = [statsReader(reader), unhealthyLister(reader)];

  const add = (entries: readonly Entry[]) => entries.map(addOne);

  async function read<Result>(run: () => Result): Promise<Result> {
    writer.checkOpen();
    try {
      return run();
    } catch (error) {
      throw storeError(error, path);
    }
  }

  const outbox: Outbox = {
    add: (entries) => write(() => add(entries)),
    async claim(request) {
      const next = await read(() => peek(request));
      if (next === undefined) return { claimed: [] };
      if (next > request.now || request.limit < 1) return { claimed: [], next };
      // Not synced: a claim that is lost in a crash of the machine is made again.
      return write(() => claim(request), false);
    },
    settle: (settlements) => write(() => settlements.map(settle)),
    release: (claims, now) =>
      write(() => {
        for (const one of claims) release(one, now);
      }),
    renew: (claims, until) => write(() => claims.map((one) => renew(one, until))),
    find: (id) => read(() => find(id)),
    list: (query = {}) => read(() => list(query)),
    stats: () => read(stats),
    replay: (ids, now) => write(() => ids.filter((id) => replay(id, now))),
    cancel: (ids, now, reason) => write(() => ids.filter((id) => cancel(id, now, reason))),
    erase: (ids) => write(() => erase(ids)),
    expunge: (ids, now) => write(() => expunge(ids, now)),
    prune: (now, limit) => write(() => prune(retention, now, limit)),
    hold: ({ channel, destination }, until, reason) =>
      write(() => {
        if (destination === undefined) health.holdChannel(cache.channel(channel), until, reason);
        else health.hold(cache.destination(channel, destination).id, until, reason);
      }),
    disable: ({ channel, destination }, reason) =>
      write(() => health.disable(cache.destination(channel, destination).id, reason)),
    enable: ({ channel, destination }) => write(() => health.enable(cache.destination(channel, destination).id)),
    unhealthy: ({ limit = 100, after } = {}) => read(() => unhealthy(limit, after)),
  };

  const transaction: EngineTransaction = {
    outbox: { add: async (entries) => add(entries), expunge: async (ids, now) => expunge(ids, now) },
    profiles: profileWriter(db, idCache),
    events: eventWriter(db, idCache),
    memberships: membershipWriter(db, idCache),
    definitions: definitionWriter(db, idCache),
    firings: firingWriter(db, idCache),
    runs: runWriter(db),
  };
  // Verbs outside of a transaction read on a second connection, and so see commits of other processes. Only the name → id cache could
  // be stale, so `consistently` clears it before each call.
  const readIdCache = new IdCache(reader);
  const readers = {
    profiles: profileReader(reader, readIdCache),
    events: eventReader(reader, readIdCache),
    memberships: membershipReader(reader, readIdCache),
    definitions: definitionReader(reader),
    firings: firingReader(reader, readIdCache),
    runs: runReader(reader),
  };
  const keys = keyReader(reader);
  const [putKey, answer, answers] = [keyWriter(db), responseReader(reader), responseWriter(db)];

  /** Makes each verb read one snapshot of the file, the newest, and throw a StoreError instead of SQLite's errors. */
  function consistently<Verbs extends object>(verbs: Verbs): Verbs {
    const wrapped = Object.entries(verbs).map(([name, verb]) => [
      name,
      async (...given: unknown[]) => {
        writer.checkOpen();
        readIdCache.forget();
        try {
          return await atOnce(() => verb(...given)).result;
        } catch (error) {
          throw storeError(error, path);
        }
      },
    ]);
    return Object.fromEntries(wrapped);
  }
  // A read transaction ends when its function returns. Verbs await nothing, so they have read everything by then.
  const atOnce = reader.transaction((run: () => unknown) => ({ result: run() }));

  return {
    outbox,
    profiles: consistently(readers.profiles),
    events: consistently(readers.events),
    memberships: consistently(readers.memberships),
    definitions: consistently(readers.definitions),
    firings: consistently(readers.firings),
    runs: consistently(readers.runs),
    keys: {
      put: (key) => write(() => putKey(key)),
      byHash: (hash) => read(() => keys.byHash(hash)),
      list: () => read(keys.list),
    },
    idempotency: {
      async get(key) {
        const found = await read(() => answer(key));
        // Another process may have written this record: wait until its commit is synced before returning it.
        if (found !== undefined) await writer.untilSynced();
        return found;
      },
      put: (one) => write(() => answers.put(one)),
      prune: (before, limit) => write(() => answers.prune(before, limit)),
      async forget(ids) {
        let after: number | undefined = 0;
        while (after !== undefined) {
          const from: number = after;
          after = await write(() => answers.forget(ids, from));
        }
      },
    },
    transaction: (work, { lowPriority = false } = {}) => writer.writeExclusive(() => work(transaction), lowPriority),
    copy: (to) => read(() => copyFile(reader, to)),
    async close() {
      await writer.close();
      reader.close();
      db.close();
    },
  };
}

const combineHooks = (...all: readonly TransactionHooks[]): TransactionHooks => ({
  beforeCommit() {
    for (const one of all) one.beforeCommit();
  },
  forget() {
    for (const one of all) one.forget();
  },
});
