import type Database from "better-sqlite3";
import { pageOf } from "../../base/page.ts";
import type { Identifier, Profile, Profiles, ProfilesWriter } from "../../store/index.ts";
import { cursorOf } from "../cursor.ts";
import type { IdCache } from "./id-cache.ts";
import { mergeReader, mergeWriter } from "./merges.ts";
import { bounds, inPieces } from "./page.ts";

interface Row {
  readonly seq: number;
  readonly id: string;
  readonly fields: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly version: number;
}

/** Reads profiles on one connection. */
export function profileReader(db: Database.Database, idCache: IdCache): Profiles {
  const bySeq = db.prepare<[number], Row>("select * from profiles where seq = ?");
  const owner = db
    .prepare<[string, string], number>("select profile from identifiers where kind = ? and value = ?")
    .pluck();
  const identifiers = db.prepare<[number], Identifier>(
    "select kind, value from identifiers where profile = ? order by place",
  );
  const page = db.prepare<[number, number], Row>("select * from profiles where seq > ? order by seq limit ?");
  const count = db.prepare<[], number>("select n from sizes where audience = 0").pluck();

  const profileOf = ({ seq, id, fields, created_at, updated_at, version }: Row): Profile => {
    const own = identifiers.all(seq);
    if (db.inTransaction) idCache.identifiers.set(seq, own);
    return {
      id,
      fields: JSON.parse(fields),
      identifiers: own,
      createdAt: created_at,
      updatedAt: updated_at,
      version,
    };
  };

  return {
    get: async (ids) =>
      ids.map((id) => {
        const seq = idCache.profile(id);
        return seq === undefined ? undefined : profileOf(bySeq.get(seq)!);
      }),
    find: async (all) =>
      all.map(({ kind, value }) => {
        const seq = owner.get(kind, value);
        return seq === undefined ? undefined : idCache.profileId(seq);
      }),
    list: async ({ limit, after }) => {
      const rows = inPieces(cursorOf(after, bounds.first), limit + 1, (from, some) => page.all(from, some));
      return pageOf(rows, limit, profileOf, ({ fields }) => fields.length);
    },
    count: async () => count.get()!,
    ...mergeReader(db, idCache),
  };
}

export function profileWriter(db: Database.Database, idCache: IdCache): ProfilesWriter {
  const { get, find, list, merges, splitPairs } = profileReader(db, idCache);
  const merging = mergeWriter(db);
  const insert = db
    .prepare<[string, string, number, number, number], number>(
      "insert into profiles (id, fields, created_at, updated_at, version) values (?, ?, ?, ?, ?) returning seq",
    )
    .pluck();
  const update = db.prepare(
    "update profiles set fields = ?, created_at = ?, updated_at = ?, version = ? where seq = ? and id = ?",
  );
  const bySeq = db.prepare<[number], Row>("select * from profiles where seq = ?");
  const identifiers = db.prepare<[number], Identifier & { place: number }>(
    "select kind, value, place from identifiers where profile = ? order by place",
  );
  const own = db.prepare(
    `insert into identifiers (kind, value, profile, place) values (?, ?, ?, ?)
     on conflict do update set profile = excluded.profile, place = excluded.place where profile <> excluded.profile`,
  );
  const disown = db.prepare("delete from identifiers where kind = ? and value = ? and profile = ?");
  const one = (sql: string) => db.prepare<[number]>(sql);
  const endings = [
    one(`update sizes set n = n - 1 where audience in (select audience from memberships where profile = ?)`),
    one("delete from memberships where profile = ?"),
    one("delete from identifiers where profile = ?"),
    one("delete from profiles where seq = ?"),
  ];
  const deliveries = db
    .prepare<[number], string>("select deliveries from firings where profile = ? and deliveries is not null")
    .pluck();
  const forgetting = [
    one("delete from firings where profile = ?"),
    one("delete from skips where profile = ?"),
    one("delete from events where profile = ?"),
    one("delete from absorbed where profile = ?"),
    one("delete from merged_skips where profile = ?"),
    one("delete from merges where root = ?"),
    one("delete from split_pairs where one_now = ?"),
    one("delete from split_pairs where other_now = ?"),
  ];

  function put(profile: Profile): void {
    const { id, fields, createdAt, updatedAt, version } = profile;
    const known = idCache.profile(id);
    if (known === undefined) {
      const seq = insert.get(id, JSON.stringify(fields), createdAt, updatedAt, version)!;
      idCache.remember(id, seq);
      // An identifier may have been that of a profile in the cache.
      idCache.identifiers.clear();
      profile.identifiers.forEach(({ kind, value }, place) => {
        own.run(kind, value, seq, place);
      });
      return;
    }
    const { changes } = update.run(JSON.stringify(fields), createdAt, updatedAt, version, known, id);
    if (changes === 0) throw new TypeError(`profile ${id} was absorbed`);
    if (idCache.identifiers.get(known) === profile.identifiers) return;
    idCache.identifiers.clear();
    const before = identifiers.all(known);
    const same =
      before.length === profile.identifiers.length &&
      before.every(
        ({ kind, value }, i) => kind === profile.identifiers[i]!.kind && value === profile.identifiers[i]!.value,
      );
    if (same) return;
    for (const { kind, value } of before) disown.run(kind, value, known);
    profile.identifiers.forEach(({ kind, value }, place) => {
      own.run(kind, value, known, place);
    });
  }

  return {
    get,
    find,
    list,
    merges,
    splitPairs,
    async put(profiles) {
      for (const profile of profiles) put(profile);
    },
    async absorb(pairs) {
      for (const { from, into, merge } of pairs) {
        const [source, target] = [idCache.profile(from), idCache.profile(into)];
        if (source === undefined || target === undefined) {
          throw new TypeError(`there is no profile ${source === undefined ? from : into}`);
        }
        if (source === target) continue;
        if (merge !== undefined && merge.profile.id !== idCache.profileId(source)) {
          throw new TypeError(`the merge of ${merge.profile.id} does not belong to ${from}`);
        }
        merging.move(source, target, merge);
        for (const ending of endings) ending.run(source);
        idCache.invalidateProfiles();
      }
    },
    async split(profile, at, changed = []) {
      merging.split(profile, at, changed);
      idCache.invalidateProfiles();
      put(profile);
    },
    async pruneMerges(before, limit) {
      return merging.prune(before, limit);
    },
    async remove(ids) {
      const all = new Set<string>();
      for (const id of ids) {
        const seq = idCache.profile(id);
        if (seq === undefined || bySeq.get(seq) === undefined) continue;
        for (const some of deliveries.all(seq)) for (const one of some.split(" ")) all.add(one);
        for (const ending of [...forgetting, ...endings]) ending.run(seq);
        idCache.invalidateProfiles();
      }
      return [...all];
    },
  };
}
