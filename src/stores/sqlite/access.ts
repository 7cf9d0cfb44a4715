import type Database from "better-sqlite3";
import type { ApiKey, StoredResponse } from "../../store/index.ts";
import { containsId } from "../contains-id.ts";

/** Reads API keys. */
export function keyReader(db: Database.Database) {
  const byHash = db.prepare<[string], string>("select body from api_keys where hash = ?").pluck();
  const list = db.prepare<[], string>("select body from api_keys order by created_at, id").pluck();
  return {
    byHash(hash: string): ApiKey | undefined {
      const body = byHash.get(hash);
      return body === undefined ? undefined : JSON.parse(body);
    },
    list: (): readonly ApiKey[] => list.all().map((body) => JSON.parse(body)),
  };
}

export function keyWriter(db: Database.Database): (key: ApiKey) => void {
  const put = db.prepare(
    `insert into api_keys (id, hash, created_at, body) values (?, ?, ?, ?)
     on conflict (id) do update set hash = excluded.hash, body = excluded.body`,
  );
  return (key) => {
    put.run(key.id, key.hash, key.createdAt, JSON.stringify(key));
  };
}

/** Reads responses that are stored for idempotency keys. The table is called `answers`. */
export function responseReader(db: Database.Database): (key: string) => StoredResponse | undefined {
  const get = db.prepare<[string], StoredResponse>("select * from answers where key = ?");
  return (key) => get.get(key);
}

export function responseWriter(db: Database.Database) {
  const put = db.prepare(
    "insert into answers (key, fingerprint, status, body, at) values (?, ?, ?, ?, ?) on conflict do nothing",
  );
  const prune = db.prepare(
    "delete from answers where key in (select key from answers where at < ? order by at limit ?)",
  );
  const some = db.prepare<[number], { seq: number; body: string }>(
    "select rowid as seq, body from answers where rowid > ? order by rowid limit 1000",
  );
  const remove = db.prepare("delete from answers where rowid = ?");
  return {
    put({ key, fingerprint, status, body, at }: StoredResponse): void {
      put.run(key, fingerprint, status, body, at);
    },
    prune: (before: number, limit: number): number => prune.run(before, limit).changes,
    /** Removes, from the next 1,000 responses after a row, those that contain one of the ids. @returns the row to go on after */
    forget(ids: ReadonlySet<string>, after: number): number | undefined {
      const piece = some.all(after);
      for (const { seq, body } of piece) if (containsId(body, ids)) remove.run(seq);
      return piece.at(-1)?.seq;
    },
  };
}
