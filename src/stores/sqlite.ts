import type { Entry, Outbox } from "../dispatch/outbox.ts";
import type { Store } from "../dispatch/store.ts";
import { defaultRetention, type Retention } from "./retention.ts";
import { adder } from "./sqlite/add.ts";
import { changer } from "./sqlite/change.ts";
import { claimer, peeker } from "./sqlite/claim.ts";
import { openFile, storeError } from "./sqlite/file.ts";
import { Ledger } from "./sqlite/ledger.ts";
import { placesOf } from "./sqlite/places.ts";
import { finder, lister, statsReader, troubleLister } from "./sqlite/read.ts";
import { settler } from "./sqlite/settle.ts";
import { Writer } from "./sqlite/writer.ts";

export interface SqliteOptions {
  /** @default 30 days, 4 GiB */
  readonly retention?: Partial<Retention> | undefined;
  /** How long to wait for other processes that write, in ms, before a verb fails as `locked`. @default 30,000 */
  readonly patience?: number | undefined;
}

/**
 * A store in one SQLite file (and two beside it), safe against the end of the process and of the machine: WAL,
 * `synchronous = FULL`. Several processes may use one file at once; it must not be on a network file system.
 * @throws StoreError if the file cannot be used
 */
export function sqliteStore(path: string, options: SqliteOptions = {}): Store {
  const file = openFile(path);
  const { writer: db, reader } = file;
  const ledger = new Ledger(db);
  const places = placesOf(db, ledger);
  const writer = new Writer(file, ledger, options.patience ?? 30_000);
  const retention = { ...defaultRetention, ...options.retention };
  const write = <Result>(run: () => Result): Promise<Result> => writer.write(run);
  const [addOne, claim] = [adder(db, ledger), claimer(db, ledger)];
  const { settle, release, renew } = settler(db, ledger, places);
  const { replay, cancel, erase, prune } = changer(db, ledger, places);
  const [peek, find, list] = [peeker(reader), finder(reader), lister(reader)];
  const [stats, troubles] = [statsReader(reader), troubleLister(reader)];

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
      return next > request.now || request.limit < 1 ? { claimed: [], next } : write(() => claim(request));
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
    erase: (ids) => write(() => ids.filter(erase)),
    prune: (now, limit) => write(() => prune(retention, now, limit)),
    hold: ({ channel, destination }, until, reason) =>
      write(() => {
        if (destination === undefined) places.holdChannel(ledger.channel(channel), until, reason);
        else places.hold(ledger.destination(channel, destination).id, until, reason);
      }),
    disable: ({ channel, destination }, reason) =>
      write(() => places.disable(ledger.destination(channel, destination).id, reason)),
    enable: ({ channel, destination }) => write(() => places.enable(ledger.destination(channel, destination).id)),
    troubles: ({ limit = 100, after } = {}) => read(() => troubles(limit, after)),
  };

  return {
    outbox,
    transaction: (work) => writer.writeAlone(() => work({ outbox: { add: async (entries) => add(entries) } })),
    async close() {
      await writer.close();
      reader.close();
      db.close();
    },
  };
}
