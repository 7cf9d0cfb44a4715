import type Database from "better-sqlite3";
import type { Run, Runs, RunsWriter } from "../../triggers/index.ts";
import { bounds, cursor, pageOf, Where } from "./page.ts";

export function runReader(db: Database.Database): Runs {
  const byId = db.prepare<[string], string>("select body from runs where id = ?").pluck();
  return {
    async get(id) {
      const body = byId.get(id);
      return body === undefined ? undefined : JSON.parse(body);
    },
    async list({ state, trigger, limit, after }) {
      const where = new Where().and("seq < ?", cursor(after, bounds.last));
      if (state !== undefined) where.and("state = ?", state);
      if (trigger !== undefined) where.and("trigger = ?", trigger);
      const rows = db
        .prepare<unknown[], { seq: number; body: string }>(
          `select seq, body from runs ${where} order by seq desc limit ?`,
        )
        .all(...where.values, limit + 1);
      return pageOf(rows, limit, ({ body }) => JSON.parse(body) as Run);
    },
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
