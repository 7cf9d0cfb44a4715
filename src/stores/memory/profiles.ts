import type { Profile, Profiles, ProfilesWriter } from "../../store/index.ts";
import { maxMerges } from "../merged.ts";
import { removeEvent } from "./events.ts";
import { moveFirings, removeFiring } from "./firings.ts";
import { resize } from "./memberships.ts";
import { forgetMerges, mergesOf, restoreProfile, splitPairsOf } from "./merges.ts";
import { cursor, pageOf } from "./page.ts";
import { copied, ownerKey, type Tables } from "./tables.ts";

export function profilesOf(books: Tables): ProfilesWriter & Profiles {
  return {
    get: async (ids) => ids.map((id) => books.profiles.value(books.resolveId(id))),
    find: async (identifiers) => identifiers.map((one) => books.owners.get(ownerKey(one))),
    list: async ({ limit, after }) => pageOf(books.profiles.from(cursor(after)), limit),
    count: async () => books.profiles.size,
    merges: async (id) => mergesOf(books, books.resolveId(id)),
    splitPairs: async (ids) => splitPairsOf(books, ids),
    async put(profiles) {
      for (const profile of profiles) put(books, profile);
    },
    async absorb(pairs) {
      for (const pair of pairs) {
        const [from, into] = [books.requireId(pair.from), books.requireId(pair.into)];
        if (from === into) continue;
        if (pair.merge !== undefined && pair.merge.profile.id !== from) {
          throw new TypeError(`the merge of ${pair.merge.profile.id} does not belong to ${pair.from}`);
        }
        books.parents.set(from, { into, place: books.profiles.get(from)!.seq });
        if (pair.merge !== undefined) books.merges.put(from, copied(pair.merge));
        end(books, from);
        for (const [one, now] of [...books.absorbed.entries()]) if (now === from) books.absorbed.set(one, into);
        books.absorbed.set(from, into);
        for (const old of mergesOf(books, into).slice(0, -maxMerges)) books.merges.delete(old.profile.id);
        moveFirings(books, from, into);
        for (const { value } of [...books.events.from(undefined)]) {
          if (value.profile !== from) continue;
          if (!books.origins.has(value.id)) books.origins.set(value.id, from);
          books.events.put(value.id, copied({ ...value, profile: into }));
        }
      }
    },
    async split(profile, at, changed = []) {
      restoreProfile(books, profile, at, changed);
      put(books, profile);
    },
    async pruneMerges(before, limit) {
      const old = [...books.merges.values()]
        .filter(({ at }) => at < before)
        .sort((a, b) => a.at - b.at)
        .slice(0, limit);
      for (const one of old) books.merges.delete(one.profile.id);
      return old.length;
    },
    async remove(ids) {
      const deliveries = new Set<string>();
      for (const given of ids) {
        const id = books.resolveId(given);
        if (!books.profiles.has(id)) continue;
        end(books, id);
        forgetMerges(books, id);
        for (const [from, into] of [...books.absorbed.entries()]) if (into === id) books.absorbed.delete(from);
        for (const one of books.firingsOf.get(id) ?? []) {
          for (const delivery of books.firings.value(one)!.deliveries) deliveries.add(delivery);
          removeFiring(books, one);
        }
        for (const [key, skip] of [...books.skips.entries()]) if (skip.profile === id) books.skips.delete(key);
        for (const { value } of [...books.events.from(undefined)]) if (value.profile === id) removeEvent(books, value);
      }
      return [...deliveries];
    },
  };
}

function put(books: Tables, profile: Profile): void {
  const { id } = profile;
  if (books.absorbed.has(id)) throw new TypeError(`profile ${id} was absorbed`);
  const own = new Map(
    profile.identifiers.map(({ kind, value }) => {
      const identifier = { kind: kind.toWellFormed(), value: value.toWellFormed() };
      return [ownerKey(identifier), identifier];
    }),
  );
  disown(books, id);
  for (const key of own.keys()) {
    const other = books.profiles.value(books.owners.get(key) ?? "");
    if (other === undefined) continue;
    const identifiers = other.identifiers.filter((one) => ownerKey(one) !== key);
    books.profiles.put(other.id, copied({ ...other, identifiers }));
  }
  for (const key of own.keys()) books.owners.set(key, id);
  books.profiles.put(id, copied({ ...profile, identifiers: [...own.values()] }));
}

function disown(books: Tables, id: string): void {
  for (const one of books.profiles.value(id)?.identifiers ?? []) books.owners.delete(ownerKey(one));
}

/** Its record, identifiers and memberships. */
function end(books: Tables, id: string): void {
  disown(books, id);
  for (const { audience } of books.memberships.get(id) ?? []) resize(books, audience, -1);
  books.memberships.delete(id);
  books.profiles.delete(id);
}
