import type Database from "better-sqlite3";
import type { Merge, Profile, Profiles } from "../../store/index.ts";
import { maxMerges } from "../merge-rules.ts";
import type { IdCache } from "./id-cache.ts";

export function mergeReader(db: Database.Database, idCache: IdCache): Pick<Profiles, "merges" | "splitPairs"> {
  const of = db.prepare<[number], string>("select body from merges where root = ? order by seq").pluck();
  const any = db.prepare<[], number>("select 1 from split_pairs limit 1").pluck();
  const from = db.prepare<[number], { one: number; other: number; at: number }>(
    "select one_now as one, other_now as other, at from split_pairs where one_now = ? order by at, other",
  );
  return {
    async merges(id) {
      const seq = idCache.profile(id);
      return seq === undefined ? [] : of.all(seq).map((body) => JSON.parse(body));
    },
    async splitPairs(ids) {
      // In most stores no profile was ever split.
      if (any.get() === undefined) return [];
      const seqs = new Set(ids.flatMap((id) => idCache.profile(id) ?? []));
      return [...seqs].flatMap((seq) =>
        from
          .all(seq)
          .map(({ one, other, at }) => ({ one: idCache.profileId(one), other: idCache.profileId(other), at })),
      );
    },
  };
}

interface Absorbed {
  readonly number: number | null;
  readonly parent: number;
  readonly profile: number;
}

/** Moves the records of a profile to another profile, and back. Runs within a transaction. */
export function mergeWriter(db: Database.Database) {
  const run = (sql: string) => db.prepare<unknown[]>(sql);
  // `origin`, once set, stays: it is the profile that had the row first.
  const moves = [
    run("update absorbed set profile = ? where profile = ?"),
    run("update firings set origin = coalesce(origin, profile), profile = ? where profile = ?"),
    run("update events set origin = coalesce(origin, profile), profile = ? where profile = ?"),
    run("update merged_skips set profile = ? where profile = ?"),
    run(`insert into merged_skips (profile, trigger, origin, at, reason, cause, n)
       select ?, trigger, profile, at, reason, cause, n from skips where profile = ?`),
    run("update merges set root = ? where root = ?"),
    run("update split_pairs set one_now = ? where one_now = ?"),
    run("update split_pairs set other_now = ? where other_now = ?"),
  ];
  const absorb = run(
    "insert into absorbed (id, profile, number, parent) select id, ?, seq, ? from profiles where seq = ?",
  );
  const deleteSkips = run("delete from skips where profile = ?");
  const keep = run("insert into merges (number, root, at, body) values (?, ?, ?, ?)");
  const deleteOldest = run(
    `delete from merges where root = ? and seq <= (select seq from merges where root = ? order by seq desc limit 1 offset ${maxMerges})`,
  );
  const rewrite = run("update merges set body = ? where number = ?");
  const absorbed = db.prepare<[string], Absorbed>("select number, parent, profile from absorbed where id = ?");
  const isKept = db.prepare<[number], number>("select 1 from merges where number = ?").pluck();
  const children = db
    .prepare<[number], number>("select number from absorbed where parent = ? and number is not null")
    .pluck();
  const insert = run(
    "insert into profiles (seq, id, fields, created_at, updated_at, version) values (?, ?, ?, ?, ?, ?)",
  );
  /** Returns rows to the profile that is split off, from it or from profiles that had been merged into it. */
  const returns = [
    run("update firings set profile = ?, origin = nullif(origin, ?) where origin = ?"),
    run("update events set profile = ?, origin = nullif(origin, ?) where origin = ?"),
  ];
  const inner = [
    run("update merged_skips set profile = ? where origin = ?"),
    run("update merges set root = ? where number = ?"),
  ];
  const all = [
    run("update absorbed set profile = ? where parent = ?"),
    run("update split_pairs set one_now = ? where one = ?"),
    run("update split_pairs set other_now = ? where other = ?"),
  ];
  const restoreSkips = run(`insert into skips (profile, trigger, at, reason, cause, n)
    select origin, trigger, at, reason, cause, n from merged_skips where origin = ?`);
  const endings = [
    run("delete from merged_skips where origin = ?"),
    run("delete from merges where number = ?"),
    run("delete from absorbed where id = (select id from profiles where seq = ?)"),
  ];
  const mark = run("insert or replace into split_pairs (one, other, one_now, other_now, at) values (?, ?, ?, ?, ?)");
  const prune = run("delete from merges where seq in (select seq from merges where at < ? order by at limit ?)");

  /** Returns the numbers of a profile and of all that were merged into it, directly or not. */
  function partsOf(number: number): number[] {
    const found = [number];
    for (const one of found) found.push(...children.all(one));
    return found;
  }

  return {
    /** Moves everything that outlives the profile. */
    move(source: number, target: number, merge: Merge | undefined): void {
      for (const one of moves) one.run(target, source);
      deleteSkips.run(source);
      absorb.run(target, target, source);
      if (merge !== undefined) keep.run(source, target, merge.at, JSON.stringify(merge));
      deleteOldest.run(target, target);
    },
    /** Restores a profile without its identifiers, and the records that were its own. */
    split({ id, fields, createdAt, updatedAt, version }: Profile, at: number, merges: readonly Merge[]): void {
      const { number, parent, profile: root } = absorbed.get(id) ?? { number: null, parent: 0, profile: 0 };
      if (number === null || isKept.get(number) === undefined) {
        throw new TypeError(`no merge of a profile ${id} is kept`);
      }
      insert.run(number, id, JSON.stringify(fields), createdAt, updatedAt, version);
      for (const one of partsOf(number)) {
        for (const step of returns) step.run(number, number, one);
        if (one !== number) for (const step of inner) step.run(number, one);
        for (const step of all) step.run(number, one);
      }
      restoreSkips.run(number);
      for (const step of endings) step.run(number);
      mark.run(number, parent, number, root, at);
      mark.run(parent, number, root, number, at);
      for (const one of merges) {
        const known = absorbed.get(one.profile.id)?.number;
        if (known !== undefined) rewrite.run(JSON.stringify(one), known);
      }
    },
    prune: (before: number, limit: number): number => prune.run(before, limit).changes,
  };
}
