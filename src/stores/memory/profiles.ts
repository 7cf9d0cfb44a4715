import type { Profile, Profiles, ProfilesWriter } from "../../store/index.ts";
import { cursorOf } from "../cursor.ts";
import { maxMerges } from "../merge-rules.ts";
import { removeEvent } from "./events.ts";
import { moveFirings, removeFiring } from "./firings.ts";
import { resize } from "./memberships.ts";
import { forgetMerges, mergesOf, restoreProfile, splitPairsOf } from "./merges.ts";
import { pageOfValues } from "./page.ts";
import { frozenCopy, ownerKey, type Tables } from "./tables.ts";

export function profilesOf(tables: Tables): ProfilesWriter & Profiles {
  return {
    get: async (ids) => ids.map((id) => tables.profiles.value(tables.resolveId(id))),
    find: async (identifiers) => identifiers.map((one) => tables.owners.get(ownerKey(one))),
    list: async ({ limit, after }) => pageOfValues(tables.profiles.oldestFirst(cursorOf(after, undefined)), limit),
    count: async () => tables.profiles.size,
    merges: async (id) => mergesOf(tables, tables.resolveId(id)),
    splitPairs: async (ids) => splitPairsOf(tables, ids),
    async put(profiles) {
      for (const profile of profiles) put(tables, profile);
    },
    async absorb(pairs) {
      for (const pair of pairs) {
        const [from, into] = [tables.requireId(pair.from), tables.requireId(pair.into)];
        if (from === into) continue;
        if (pair.merge !== undefined && pair.merge.profile.id !== from) {
          throw new TypeError(`the merge of ${pair.merge.profile.id} does not belong to ${pair.from}`);
        }
        tables.parents.set(from, { into, place: tables.profiles.get(from)!.seq });
        if (pair.merge !== undefined) tables.merges.put(from, frozenCopy(pair.merge));
        end(tables, from);
        for (const [one, now] of [...tables.absorbed.entries()]) if (now === from) tables.absorbed.set(one, into);
        tables.absorbed.set(from, into);
        for (const old of mergesOf(tables, into).slice(0, -maxMerges)) tables.merges.delete(old.profile.id);
        moveFirings(tables, from, into);
        for (const { value } of [...tables.events.oldestFirst(undefined)]) {
          if (value.profile !== from) continue;
          if (!tables.origins.has(value.id)) tables.origins.set(value.id, from);
          tables.events.put(value.id, frozenCopy({ ...value, profile: into }));
        }
      }
    },
    async split(profile, at, changed = []) {
      restoreProfile(tables, profile, at, changed);
      put(tables, profile);
    },
    async pruneMerges(before, limit) {
      const old = [...tables.merges.values()]
        .filter(({ at }) => at < before)
        .sort((a, b) => a.at - b.at)
        .slice(0, limit);
      for (const one of old) tables.merges.delete(one.profile.id);
      return old.length;
    },
    async remove(ids) {
      const deliveries = new Set<string>();
      for (const given of ids) {
        const id = tables.resolveId(given);
        if (!tables.profiles.has(id)) continue;
        end(tables, id);
        forgetMerges(tables, id);
        for (const [from, into] of [...tables.absorbed.entries()]) if (into === id) tables.absorbed.delete(from);
        for (const one of tables.firingsOf.get(id) ?? []) {
          for (const delivery of tables.firings.value(one)!.deliveries) deliveries.add(delivery);
          removeFiring(tables, one);
        }
        for (const [key, skip] of [...tables.skips.entries()]) if (skip.profile === id) tables.skips.delete(key);
        for (const { value } of [...tables.events.oldestFirst(undefined)])
          if (value.profile === id) removeEvent(tables, value);
      }
      return [...deliveries];
    },
  };
}

function put(tables: Tables, profile: Profile): void {
  const { id } = profile;
  if (tables.absorbed.has(id)) throw new TypeError(`profile ${id} was absorbed`);
  const own = new Map(
    profile.identifiers.map(({ kind, value }) => {
      const identifier = { kind: kind.toWellFormed(), value: value.toWellFormed() };
      return [ownerKey(identifier), identifier];
    }),
  );
  disown(tables, id);
  for (const key of own.keys()) {
    const other = tables.profiles.value(tables.owners.get(key) ?? "");
    if (other === undefined) continue;
    const identifiers = other.identifiers.filter((one) => ownerKey(one) !== key);
    tables.profiles.put(other.id, frozenCopy({ ...other, identifiers }));
  }
  for (const key of own.keys()) tables.owners.set(key, id);
  tables.profiles.put(id, frozenCopy({ ...profile, identifiers: [...own.values()] }));
}

function disown(tables: Tables, id: string): void {
  for (const one of tables.profiles.value(id)?.identifiers ?? []) tables.owners.delete(ownerKey(one));
}

/** Removes the record, the identifiers and the memberships of a profile. */
function end(tables: Tables, id: string): void {
  disown(tables, id);
  for (const { audience } of tables.memberships.get(id) ?? []) resize(tables, audience, -1);
  tables.memberships.delete(id);
  tables.profiles.delete(id);
}
