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
  /** @default 30 days, 4 GiB */
  readonly retention?: Partial<Retention> | undefined;
  /** How long to wait for other processes that write, in ms, before a verb fails as `locked`. @default 30,000 */
  readonly busyTimeout?: number | undefined;
  /**
   * Whether what is written outlives the end of the machine: not for a copy to rehearse on. False on a file that others use
   * undoes what they promise. @default true
   */
  readonly durable?: boolean | undefined;
}

export interface SqliteStore extends EngineStore {
  /**
   * Writes all that is kept at this moment into a file that is not there yet: a copy to rehearse on. Others may write
   * meanwhile; this process waits, about a second for each few hundred MB.
   * @throws StoreError if the file is there or cannot be written
   */
  copy(path: string): Promise<void>;
}

/**
 * A store in one SQLite file (and two beside it), safe against the end of the process and of the machine: what a verb says
 * that it did is in the write-ahead log, synced; but for claims, which are made again. Several processes may use one file at
 * once; it must not be on a network file system. A link is followed to the file that it leads to.
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
      // A claim that is lost when the machine goes down is made again.
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
  // What others have written since is there, too: only names stay what they are, and those are found again.
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

  /** Each verb sees one state of the file, and the newest; and says what SQLite says in our words. */
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
  // Verbs await nothing: they have read all they read when they return a promise.
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
        // Who is told what was answered relies on what was done, maybe by another process.
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
