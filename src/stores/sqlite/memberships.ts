import type Database from "better-sqlite3";
import { pageOf } from "../../base/page.ts";
import type { Membership, Memberships, MembershipsWriter } from "../../store/index.ts";
import { cursorOf } from "../cursor.ts";
import type { IdCache } from "./id-cache.ts";
import { bounds } from "./page.ts";

export function membershipReader(db: Database.Database, idCache: IdCache): Memberships {
  const of = db.prepare<[number], { audience: number; since: number }>(
    "select audience, since from memberships where profile = ?",
  );
  const page = db.prepare<[number, number, number], { seq: number; id: string; since: number }>(
    `select m.profile as seq, p.id, m.since from memberships m cross join profiles p on p.seq = m.profile
     where m.audience = ? and m.profile > ? order by m.profile limit ?`,
  );
  const sizes = db.prepare<[], { name: string; n: number }>(
    "select n.name, s.n from sizes s join names n on n.id = s.audience where s.n > 0",
  );
  return {
    of: async (profiles) =>
      profiles.map((id) => {
        const seq = idCache.profile(id);
        if (seq === undefined) return [];
        const all = of.all(seq).map(({ audience, since }): Membership => ({ audience: idCache.name(audience), since }));
        return all.sort((a, b) => (a.audience < b.audience ? -1 : 1));
      }),
    async members({ audience, limit, after }) {
      const rows = page.all(idCache.find(audience) ?? -1, cursorOf(after, bounds.first), limit + 1);
      for (const { id, seq } of rows) idCache.remember(id, seq);
      return pageOf(rows, limit, ({ id, since }) => ({ profile: id, since }));
    },
    sizes: async () => new Map(sizes.all().map(({ name, n }) => [name, n])),
  };
}

export function membershipWriter(db: Database.Database, idCache: IdCache): MembershipsWriter {
  const enter = db.prepare(
    "insert into memberships (profile, audience, since) values (?, ?, ?) on conflict do nothing",
  );
  const leave = db.prepare("delete from memberships where profile = ? and audience = ?");
  const resize = db.prepare(
    "insert into sizes (audience, n) values (?, ?) on conflict do update set n = n + excluded.n",
  );
  const some = db
    .prepare<[number, number], number>("select profile from memberships where audience = ? order by profile limit ?")
    .pluck();
  return {
    ...membershipReader(db, idCache),
    async change(changes) {
      const by = new Map<number, number>();
      for (const { audience, profile, since } of changes) {
        const seq = idCache.requireId(profile);
        const id = idCache.getOrCreate(audience);
        const { changes: done } = since === undefined ? leave.run(seq, id) : enter.run(seq, id, since);
        if (done > 0) by.set(id, (by.get(id) ?? 0) + (since === undefined ? -1 : 1));
      }
      for (const [id, n] of by) if (n !== 0) resize.run(id, n);
    },
    async clear(audience, limit) {
      const id = idCache.find(audience);
      if (id === undefined) return 0;
      const profiles = some.all(id, limit);
      for (const seq of profiles) leave.run(seq, id);
      if (profiles.length > 0) resize.run(id, -profiles.length);
      return profiles.length;
    },
  };
}
