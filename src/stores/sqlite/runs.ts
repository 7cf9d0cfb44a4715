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
    `insert into runs (id, state, trigger, body) values (?, ?, ?, ?)
     on conflict do update set state = excluded.state, body = excluded.body`,
  );
  return {
    ...runReader(db),
    async put(run) {
      put.run(run.id, run.state, run.trigger ?? null, JSON.stringify(run));
    },
  };
}
