import type Database from "better-sqlite3";
import type { Events, EventsWriter, RawEvent } from "../../store/index.ts";
import type { IdCache } from "./id-cache.ts";
import { distinct, type NewestFirst, newest } from "./page.ts";

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

/** Lists events, newest first, filtered by stream, profile and problem: see `newest`. */
export function eventReader(db: Database.Database, idCache: IdCache): Events {
  const bySeq = db.prepare<[number], Row>(
    `select e.seq, e.id, n.name as stream, e.key, e.received_at, e.payload, p.id as profile, e.problem, e.refused
     from events e cross join names n on n.id = e.stream left join profiles p on p.seq = e.profile where e.seq = ?`,
  );
  const numbers = <Given extends readonly number[]>(from: string) =>
    db
      .prepare<[...Given, number, number], number>(`select seq from events ${from} seq < ? order by seq desc limit ?`)
      .pluck();
  /** Lists events from an index on (given columns, stream): the given stream, or each stream that the index has. */
  const byStream = <Given extends readonly number[]>(index: string, given: string) => {
    const next = db
      .prepare<[...Given, number], number | null>(
        `select min(stream) from events indexed by ${index} where ${given} stream > ?`,
      )
      .pluck();
    const page = numbers<[...Given, number]>(`indexed by ${index} where ${given} stream = ? and`);
    return (values: Given, streams: readonly number[] | undefined): NewestFirst[] =>
      (streams ?? distinct((after) => next.get(...values, after))).map(
        (stream) => (before, limit) => page.all(...values, stream, before, limit),
      );
  };
  const all = numbers("where");
  const any = byStream<[]>("events_in", "");
  const problem = byStream<[]>("event_problems", "problem is not null and");
  const of = byStream<[number]>("events_of", "profile is not null and profile = ? and");
  const problemOf = byStream<[number]>(
    "event_problems_of",
    "problem is not null and profile is not null and profile = ? and",
  );
  function lists({ stream, profile, problems = false }: Parameters<Events["list"]>[0]): readonly NewestFirst[] {
    const streams = stream === undefined ? undefined : [idCache.find(stream) ?? -1];
    if (profile !== undefined) return (problems ? problemOf : of)([idCache.profile(profile) ?? -1], streams);
    if (problems) return problem([], streams);
    return streams === undefined ? [(before, limit) => all.all(before, limit)] : any([], streams);
  }
  return {
    list: async (query) =>
      newest(
        lists(query),
        query,
        (seq) => bySeq.get(seq)!,
        eventOf,
        ({ payload }) => payload.length,
      ),
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

export function eventWriter(db: Database.Database, idCache: IdCache): EventsWriter {
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
      const id = idCache.find(stream);
      return new Set(id === undefined ? [] : keys.filter((key) => has.get(id, key) !== undefined));
    },
    async add(events) {
      for (const { id, stream, key = null, receivedAt, payload, profile, problem = null, refused } of events) {
        const owner = profile === undefined ? null : idCache.requireId(profile);
        insert.run(
          id,
          idCache.getOrCreate(stream),
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
      const id = idCache.find(stream);
      return id === undefined ? 0 : prune.run(id, before, limit).changes;
    },
  };
}
