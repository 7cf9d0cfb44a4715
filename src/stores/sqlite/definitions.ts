import type Database from "better-sqlite3";
import type { Definition, DefinitionKind, Definitions, DefinitionsWriter } from "../../store/index.ts";
import type { IdCache } from "./id-cache.ts";

interface Row {
  readonly kind: DefinitionKind;
  readonly name: string;
  readonly body: string;
  readonly origin: Definition["origin"];
  readonly created_at: number;
  readonly updated_at: number;
  readonly status: string;
}

export function definitionReader(db: Database.Database): Definitions {
  const version = db.prepare<[], number>("select n from versions where what = 'definitions'").pluck();
  const all = db.prepare<[], Row>("select * from definitions order by seq");
  return {
    version: async () => version.get() ?? 0,
    all: async () =>
      all.all().map(({ kind, name, body, origin, created_at, updated_at, status }) => ({
        kind,
        name,
        body: JSON.parse(body),
        origin,
        createdAt: created_at,
        updatedAt: updated_at,
        status: JSON.parse(status),
      })),
  };
}

export function definitionWriter(db: Database.Database, idCache: IdCache): DefinitionsWriter {
  const count = db.prepare(
    "insert into versions (what, n) values ('definitions', 1) on conflict do update set n = n + 1",
  );
  const put = db.prepare(
    `insert into definitions (kind, name, body, origin, created_at, updated_at, status) values (?, ?, ?, ?, ?, ?, ?)
     on conflict do update set body = excluded.body, origin = excluded.origin, created_at = excluded.created_at,
       updated_at = excluded.updated_at, status = excluded.status`,
  );
  const setStatus = db.prepare("update definitions set status = ? where kind = ? and name = ?");
  const remove = db.prepare("delete from definitions where kind = ? and name = ?");
  const deleteWaiting = db.prepare("delete from firings where trigger = ? and state = 0");
  const deleteSkips = db.prepare("delete from skips where trigger = ?");
  const deleteMergedSkips = db.prepare("delete from merged_skips where trigger = ?");
  return {
    ...definitionReader(db),
    async put(definitions) {
      for (const { kind, name, body, origin, createdAt, updatedAt, status } of definitions) {
        put.run(kind, name, JSON.stringify(body), origin, createdAt, updatedAt, JSON.stringify(status));
      }
      if (definitions.length > 0) count.run();
    },
    async setStatus(kind, name, status, counts = false) {
      const { changes } = setStatus.run(JSON.stringify(status), kind, name);
      if (counts && changes > 0) count.run();
    },
    async remove(kind, name) {
      if (remove.run(kind, name).changes === 0) return;
      count.run();
      const id = idCache.find(name);
      if (kind !== "trigger" || id === undefined) return;
      deleteWaiting.run(id);
      deleteSkips.run(id);
      deleteMergedSkips.run(id);
    },
  };
}
