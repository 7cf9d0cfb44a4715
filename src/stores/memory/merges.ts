import type { Merge, Profile, SplitPair } from "../../store/index.ts";
import { giveFiring } from "./firings.ts";
import { copied, keyOf, type Tables } from "./tables.ts";

export const mergesOf = (books: Tables, id: string): readonly Merge[] =>
  [...books.merges.values()].filter(({ profile }) => books.resolveId(profile.id) === id);

export function splitPairsOf(books: Tables, ids: readonly string[]): readonly SplitPair[] {
  const all = [...books.splitPairs.entries()].map(([, { one, other, at }]) => ({
    one: books.resolveId(one),
    other: books.resolveId(other),
    at,
  }));
  const place = ({ other }: SplitPair): number => books.profiles.get(other)!.seq;
  all.sort((a, b) => a.at - b.at || place(a) - place(b));
  return [...new Set(ids.map((id) => books.resolveId(id)))].flatMap((id) => all.filter(({ one }) => one === id));
}

/** Makes an absorbed profile one of its own again, with all that is part of it. Its identifiers are put by the caller. */
export function restoreProfile(books: Tables, profile: Profile, at: number, merges: readonly Merge[]): void {
  const { id } = profile;
  const parent = books.parents.get(id);
  if (parent === undefined || !books.merges.has(id)) throw new TypeError(`no merge of a profile ${id} is kept`);
  const root = books.resolveId(id);
  const parts = new Set([id]);
  // Whoever was absorbed by a part is one: parts that are added meanwhile are gone through, too.
  for (const part of parts) for (const [one, { into }] of books.parents.entries()) if (into === part) parts.add(one);
  books.absorbed.delete(id);
  books.parents.delete(id);
  books.merges.delete(id);
  for (const part of parts) if (part !== id) books.absorbed.set(part, id);
  books.profiles.restore(id, { seq: parent.place, value: copied({ ...profile, identifiers: [] }) });
  const isOurs = (row: string): boolean => {
    const origin = books.origins.get(row);
    if (origin === id) books.origins.delete(row);
    return origin !== undefined && parts.has(origin);
  };
  for (const one of books.firingsOf.get(root) ?? []) if (isOurs(one)) giveFiring(books, one, id);
  for (const { value } of [...books.events.from(undefined)]) {
    if (value.profile === root && isOurs(value.id)) books.events.put(value.id, copied({ ...value, profile: id }));
  }
  for (const [key, skip] of [...books.mergedSkips.entries()]) {
    if (skip.profile !== id) continue;
    books.mergedSkips.delete(key);
    books.skips.set(key, skip);
  }
  for (const [one, other] of [
    [id, parent.into],
    [parent.into, id],
  ] as const) {
    books.splitPairs.set(keyOf(one, other), { one, other, at });
  }
  for (const one of merges) if (books.merges.has(one.profile.id)) books.merges.put(one.profile.id, copied(one));
}

/** With a profile, while what it absorbed is known to be part of it. */
export function forgetMerges(books: Tables, id: string): void {
  for (const { profile } of mergesOf(books, id)) books.merges.delete(profile.id);
  for (const [key, { one, other }] of [...books.splitPairs.entries()]) {
    if (books.resolveId(one) === id || books.resolveId(other) === id) books.splitPairs.delete(key);
  }
  for (const [key, skip] of [...books.mergedSkips.entries()]) {
    if (books.resolveId(skip.profile) === id) books.mergedSkips.delete(key);
  }
  for (const [one] of [...books.parents.entries()]) if (books.resolveId(one) === id) books.parents.delete(one);
}
