import type Database from "better-sqlite3";
import type { Run, RunState, Runs, RunsWriter } from "../../store/index.ts";
import { type NewestFirst, newest } from "./page.ts";

const states: readonly RunState[] = ["running", "paused", "done", "cancelled", "failed"];

/** Lists runs, newest first, filtered by trigger and state: see `newest`. */
function lister(db: Database.Database): Runs["list"] {
  const bySeq = db.prepare<[number], { seq: number; body: string }>("select seq, body from runs where seq = ?");
  const numbers = <Given extends readonly string[]>(from: string) =>
    db
      .prepare<[...Given, number, number], number>(`select seq from runs ${from} seq < ? order by seq desc limit ?`)
      .pluck();
  const all = numbers("where");
  const inState = numbers<[string]>("indexed by runs_in where state = ? and");
  const by = numbers<[string, string]>(
    "indexed by runs_by where trigger is not null and trigger = ? and state = ? and",
  );
  function lists({ state, trigger }: Parameters<Runs["list"]>[0]): readonly NewestFirst[] {
    if (trigger !== undefined) {
      return (state === undefined ? states : [state]).map(
        (one) => (before, limit) => by.all(trigger, one, before, limit),
      );
    }
    return [
      state === undefined
        ? (before, limit) => all.all(before, limit)
        : (before, limit) => inState.all(state, before, limit),
    ];
  }
  return async (query) =>
    newest(
      lists(query),
      query,
      (seq) => bySeq.get(seq)!,
      ({ body }) => JSON.parse(body) as Run,
    );
}

export function runReader(db: Database.Database): Runs {
  const byId = db.prepare<[string], string>("select body from runs where id = ?").pluck();
  return {
    async get(id) {
      const body = byId.get(id);
      return body === undefined ? undefined : JSON.parse(body);
    },
    list: lister(db),
  };
}

export function runWriter(db: Database.Database): RunsWriter {
  const put = db.prepare(
    `insert into runs (id, kind, state, trigger, ended_at, body) values (?, ?, ?, ?, ?, ?)
     on conflict do update set kind = excluded.kind, state = excluded.state, trigger = excluded.trigger,
       ended_at = excluded.ended_at, body = excluded.body`,
  );
  const prune = db.prepare(
    `delete from runs where seq in (select seq from runs indexed by runs_ended
     where kind = ? and ended_at is not null and ended_at < ? order by ended_at limit ?)`,
  );
  return {
    ...runReader(db),
    async put(run) {
      const { id, kind, state, trigger = null, endedAt = null } = run;
      put.run(id, kind, state, trigger, endedAt, JSON.stringify(run));
    },
    async prune(kinds, before, limit) {
      let removed = 0;
      for (const kind of kinds) removed += prune.run(kind, before, limit - removed).changes;
      return removed;
    },
  };
}
