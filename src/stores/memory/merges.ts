import type { Merge, Profile, SplitPair } from "../../store/index.ts";
import { moveFiring } from "./firings.ts";
import { frozenCopy, keyOf, type Tables } from "./tables.ts";

export const mergesOf = (tables: Tables, id: string): readonly Merge[] =>
  [...tables.merges.values()].filter(({ profile }) => tables.resolveId(profile.id) === id);

export function splitPairsOf(tables: Tables, ids: readonly string[]): readonly SplitPair[] {
  const all = [...tables.splitPairs.entries()].map(([, { one, other, at }]) => ({
    one: tables.resolveId(one),
    other: tables.resolveId(other),
    at,
  }));
  const place = ({ other }: SplitPair): number => tables.profiles.get(other)!.seq;
  all.sort((a, b) => a.at - b.at || place(a) - place(b));
  return [...new Set(ids.map((id) => tables.resolveId(id)))].flatMap((id) => all.filter(({ one }) => one === id));
}

/** Restores a merged profile with everything that was its own. Its identifiers are put by the caller. */
export function restoreProfile(tables: Tables, profile: Profile, at: number, merges: readonly Merge[]): void {
  const { id } = profile;
  const parent = tables.parents.get(id);
  if (parent === undefined || !tables.merges.has(id)) throw new TypeError(`no merge of a profile ${id} is kept`);
  const root = tables.resolveId(id);
  const parts = new Set([id]);
  // Profiles that were merged into a part are parts, too: a set also iterates over values that are added meanwhile.
  for (const part of parts) for (const [one, { into }] of tables.parents.entries()) if (into === part) parts.add(one);
  tables.absorbed.delete(id);
  tables.parents.delete(id);
  tables.merges.delete(id);
  for (const part of parts) if (part !== id) tables.absorbed.set(part, id);
  tables.profiles.restore(id, { seq: parent.place, value: frozenCopy({ ...profile, identifiers: [] }) });
  const isOurs = (row: string): boolean => {
    const origin = tables.origins.get(row);
    if (origin === id) tables.origins.delete(row);
    return origin !== undefined && parts.has(origin);
  };
  for (const one of tables.firingsOf.get(root) ?? []) if (isOurs(one)) moveFiring(tables, one, id);
  for (const { value } of [...tables.events.oldestFirst(undefined)]) {
    if (value.profile === root && isOurs(value.id)) tables.events.put(value.id, frozenCopy({ ...value, profile: id }));
  }
  for (const [key, skip] of [...tables.mergedSkips.entries()]) {
    if (skip.profile !== id) continue;
    tables.mergedSkips.delete(key);
    tables.skips.set(key, skip);
  }
  for (const [one, other] of [
    [id, parent.into],
    [parent.into, id],
  ] as const) {
    tables.splitPairs.set(keyOf(one, other), { one, other, at });
  }
  for (const one of merges) if (tables.merges.has(one.profile.id)) tables.merges.put(one.profile.id, frozenCopy(one));
}

/** Removes merges, split pairs and merged skips of a profile. To be called before its aliases are removed, which tell what belongs to it. */
export function forgetMerges(tables: Tables, id: string): void {
  for (const { profile } of mergesOf(tables, id)) tables.merges.delete(profile.id);
  for (const [key, { one, other }] of [...tables.splitPairs.entries()]) {
    if (tables.resolveId(one) === id || tables.resolveId(other) === id) tables.splitPairs.delete(key);
  }
  for (const [key, skip] of [...tables.mergedSkips.entries()]) {
    if (tables.resolveId(skip.profile) === id) tables.mergedSkips.delete(key);
  }
  for (const [one] of [...tables.parents.entries()]) if (tables.resolveId(one) === id) tables.parents.delete(one);
}
