import type Database from "better-sqlite3";
import type { Events, EventsWriter, RawEvent } from "../../profiles/index.ts";
import type { Names } from "./names.ts";
import { bounds, cursor, pageOf, Where } from "./page.ts";

interface Row {
  readonly seq: number;
  readonly id: string;
  readonly stream: string;
  readonly key: string | null;
  readonly received_at: number;
  readonly payload: string;
  readonly profile: string | null;
  readonly problem: string | null;
  readonly refused: string | null;
}

export function eventReader(db: Database.Database, names: Names): Events {
  return {
    async list({ stream, profile, problems = false, limit, after }) {
      const where = new Where().and("e.seq < ?", cursor(after, bounds.last));
      if (stream !== undefined) where.and("e.stream = ?", names.known(stream) ?? -1);
      if (profile !== undefined) where.and("e.profile = ?", names.profile(profile) ?? -1);
      if (problems) where.and("e.problem is not null");
      // SQLite would look through all events of the stream for those with a problem.
      const index = problems && profile === undefined ? "indexed by event_problems" : "";
      const rows = db
        .prepare<unknown[], Row>(
          `select e.seq, e.id, n.name as stream, e.key, e.received_at, e.payload, p.id as profile, e.problem, e.refused
           from events e ${index} cross join names n on n.id = e.stream left join profiles p on p.seq = e.profile
           ${where} order by e.seq desc limit ?`,
        )
        .all(...where.values, limit + 1);
      return pageOf(rows, limit, eventOf);
    },
  };
}

const eventOf = ({ id, stream, key, received_at, payload, profile, problem, refused }: Row): RawEvent => ({
  id,
  stream,
  ...(key !== null && { key }),
  receivedAt: received_at,
  payload: JSON.parse(payload),
  ...(profile !== null && { profile }),
  ...(problem !== null && { problem }),
  ...(refused !== null && { refused: JSON.parse(refused) }),
});

export function eventWriter(db: Database.Database, names: Names): EventsWriter {
  const has = db.prepare<[number, string], number>("select 1 from events where stream = ? and key = ?").pluck();
  const insert = db.prepare(
    "insert into events (id, stream, key, received_at, payload, profile, problem, refused) values (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const prune = db.prepare(
    `delete from events where seq in
     (select seq from events where stream = ? and received_at < ? order by received_at limit ?)`,
  );
  const pruneAll = db.prepare(
    `delete from events where seq in (select seq from events indexed by events_old
     where stream in (select id from names) and received_at < ? limit ?)`,
  );
  return {
    async known(stream, keys) {
      const id = names.known(stream);
      return new Set(id === undefined ? [] : keys.filter((key) => has.get(id, key) !== undefined));
    },
    async add(events) {
      for (const { id, stream, key = null, receivedAt, payload, profile, problem = null, refused } of events) {
        const owner = profile === undefined ? null : names.staying(profile);
        insert.run(
          id,
          names.made(stream),
          key,
          receivedAt,
          JSON.stringify(payload),
          owner,
          problem,
          refused === undefined ? null : JSON.stringify(refused),
        );
      }
    },
    async prune(stream, before, limit) {
      if (stream === undefined) return pruneAll.run(before, limit).changes;
      const id = names.known(stream);
      return id === undefined ? 0 : prune.run(id, before, limit).changes;
    },
  };
}
