import type Database from "better-sqlite3";
import { erasedDestination } from "../../store/index.ts";
import { state } from "./schema.ts";
import type { TransactionHooks } from "./writer.ts";

export interface DestinationRow {
  readonly id: number;
  readonly channel: number;
  readonly name: string;
  readonly held_until: number;
  readonly disabled: string | null;
  readonly failures: number;
  /** Not null while the destination is failing and tried with one attempt at a time: when the lease of that attempt ends, or 0. */
  readonly trial_until: number | null;
}

/** Caches rows of destinations and heads that one transaction has read, and collects its changes of `counts` until it commits. */
export class TransactionCache implements TransactionHooks {
  readonly #channels = new Map<string, number>();
  readonly #destinations = new Map<string, DestinationRow>();
  readonly #byId = new Map<number, DestinationRow>();
  readonly #heads = new Map<number, number>();
  readonly #counts = new Map<number, { n: number; bytes: number }>();
  readonly #sql;

  constructor(db: Database.Database) {
    this.#sql = {
      channelId: db.prepare<[string], number>("select id from channels where name = ?").pluck(),
      newChannel: db.prepare<[string], number>("insert into channels (name) values (?) returning id").pluck(),
      destination: db.prepare<[number, string], DestinationRow>(
        "select id, channel, name, held_until, disabled, failures, trial_until from destinations where channel = ? and name = ?",
      ),
      byId: db.prepare<[number], DestinationRow>(
        "select id, channel, name, held_until, disabled, failures, trial_until from destinations where id = ?",
      ),
      newDestination: db.prepare<[number, string], DestinationRow>(
        "insert into destinations (channel, name) values (?, ?) returning id, channel, name, held_until, disabled, failures, trial_until",
      ),
      head: db.prepare(
        `insert into heads (destination, rank, channel, at, due) values (?, ?, ?, ?, ?) on conflict do update
         set at = min(at, excluded.at), due = min(due, excluded.due) where excluded.at < at or excluded.due < due`,
      ),
      count: db.prepare(
        `insert into counts (channel, state, n, bytes) values (?, ?, ?, ?)
         on conflict do update set n = n + excluded.n, bytes = bytes + excluded.bytes`,
      ),
    };
  }

  channel(name: string): number {
    let id = this.#channels.get(name);
    if (id === undefined) {
      id = this.#sql.channelId.get(name) ?? this.#sql.newChannel.get(name)!;
      this.#channels.set(name, id);
    }
    return id;
  }

  destination(channel: string, name: string): DestinationRow {
    const key = `${channel}\n${name}`;
    let row = this.#destinations.get(key);
    if (row === undefined) {
      const id = this.channel(channel);
      row = this.#sql.destination.get(id, name) ?? this.#sql.newDestination.get(id, name)!;
      this.#destinations.set(key, row);
    }
    return row;
  }

  /** Returns the destination of a channel's erased deliveries, creating it if needed. */
  erasedDestination(channel: number): number {
    return (
      this.#sql.destination.get(channel, erasedDestination) ?? this.#sql.newDestination.get(channel, erasedDestination)!
    ).id;
  }

  destinationById(id: number): DestinationRow {
    let row = this.#byId.get(id);
    if (row === undefined) {
      row = this.#sql.byId.get(id)!;
      this.#byId.set(id, row);
    }
    return row;
  }

  /** Records that a delivery of this rank waits for a destination from `due` on. */
  addWaiting(destination: number, channel: number, rank: number, due: number): void {
    // Both in one number: a rank is below 6, so 8 keeps the keys apart.
    const key = destination * 8 + rank;
    if (due >= (this.#heads.get(key) ?? Number.POSITIVE_INFINITY)) return;
    this.#heads.set(key, due);
    this.#sql.head.run(destination, rank, channel, due, due);
  }

  /** Forgets destinations and heads, because they were changed. */
  invalidateDestinations(): void {
    this.#heads.clear();
    this.#byId.clear();
    this.#destinations.clear();
  }

  count(channel: number, of: number, n: number, bytes: number): void {
    // Both in one number: a state is below 7, so 8 keeps the keys apart. All pending states are counted as 0.
    const key = channel * 8 + (of < state.delivered ? 0 : of);
    const count = this.#counts.get(key);
    if (count === undefined) this.#counts.set(key, { n, bytes });
    else {
      count.n += n;
      count.bytes += bytes;
    }
  }

  beforeCommit(): void {
    for (const [key, { n, bytes }] of this.#counts) {
      if (n !== 0 || bytes !== 0) this.#sql.count.run(Math.floor(key / 8), key % 8, n, bytes);
    }
    this.#counts.clear();
  }

  forget(): void {
    this.#channels.clear();
    this.#byId.clear();
    this.#destinations.clear();
    this.#heads.clear();
    this.#counts.clear();
  }
}
