import type { Firing, Firings, FiringsWriter, Skip } from "../../store/index.ts";
import { cursorOf } from "../cursor.ts";
import { combineSkips } from "../merge-rules.ts";
import { pageOfValues } from "./page.ts";
import { frozenCopy, keyOf, type Tables } from "./tables.ts";
import type { UndoMap } from "./undo.ts";

export function firingsOf(tables: Tables): Firings & FiringsWriter {
  const { firings } = tables;
  const some = (ids: readonly string[] = []): Firing[] => ids.map((id) => firings.value(id)!);
  const of = (profile: string): Firing[] => some(tables.firingsOf.get(tables.resolveId(profile)));
  const waiting = (): Firing[] =>
    [...tables.waiting.entries()]
      .map(([id]) => firings.get(id)!)
      .sort((a, b) => a.value.due! - b.value.due! || a.seq - b.seq)
      .map(({ value }) => value);

  return {
    get: async (id) => firings.value(id),
    list: async ({ trigger, profile, state, run, limit, after }) =>
      pageOfValues(
        firings.newestFirst(cursorOf(after, undefined)),
        limit,
        (one) =>
          (trigger === undefined || one.trigger === trigger) &&
          (profile === undefined || one.profile === tables.resolveId(profile)) &&
          (state === undefined || one.state === state) &&
          (run === undefined || one.run === run),
      ),
    lastSkip: async (trigger, given) => {
      const profile = tables.resolveId(given);
      const absorbed = [...tables.mergedSkips.entries()]
        .map(([, skip]) => skip)
        .filter((one) => one.trigger === trigger && tables.resolveId(one.profile) === profile);
      const place = (one: Skip) => tables.parents.get(one.profile)!.place;
      const found = combineSkips(
        tables.skips.get(keyOf(trigger, profile)),
        absorbed.sort((a, b) => place(a) - place(b)),
      );
      return found && { ...found, profile };
    },
    nextDue: async () => waiting()[0]?.due,
    async tally(trigger, since) {
      const tally = { waiting: 0, sent: 0, aborted: 0, skipped: 0, failed: 0 };
      let last: number | undefined;
      for (const one of firings.values()) {
        if (one.trigger !== trigger) continue;
        if (one.at >= since) tally[one.state]++;
        if (one.state === "sent" && (last === undefined || one.settledAt! > last)) last = one.settledAt!;
      }
      return { ...tally, ...(last !== undefined && { last }) };
    },
    async add(all) {
      for (const one of all) {
        if (firings.has(one.id)) throw new TypeError(`firing ${one.id} is kept already`);
        keep(tables, { ...one, profile: tables.requireId(one.profile) });
      }
    },
    async update(all) {
      for (const one of all) {
        const before = firings.value(one.id);
        if (before === undefined) continue;
        const { trigger, profile, at, run } = before;
        unindex(tables, before);
        keep(tables, { ...one, trigger, profile, at, run });
      }
    },
    due: async (now, limit) =>
      waiting()
        .filter(({ due }) => due! <= now)
        .slice(0, limit),
    waiting: async (trigger, profile) =>
      of(profile).filter((one) => one.trigger === trigger && one.state === "waiting"),
    async gathered(trigger, profile) {
      const all = of(profile).filter((one) => one.trigger === trigger && one.state === "waiting");
      const dues = all.flatMap(({ waitsFor, due }) => (waitsFor === "digest" ? [due!] : []));
      return dues.length === 0 ? { count: 0 } : { count: dues.length, due: Math.min(...dues) };
    },
    hasKey: async (trigger, key, since) =>
      some(tables.firingsKeyed.get(keyOf(trigger, key))).some(
        ({ state, settledAt }) => state === "waiting" || (state === "sent" && settledAt! >= since),
      ),
    async sent({ trigger, profile, since, limit }) {
      const counted = new Set<string>();
      for (const one of profile === undefined ? firings.values() : of(profile)) {
        if (one.state !== "sent" || one.settledAt! <= since) continue;
        if (trigger === undefined || one.trigger === trigger) counted.add(one.deliveries[0] ?? one.id);
      }
      return Math.min(limit, counted.size);
    },
    inRun: async (run, profile) => of(profile).some((one) => one.run === run),
    async skip(skips) {
      for (const one of skips) {
        const profile = tables.requireId(one.profile);
        const key = keyOf(one.trigger, profile);
        const count = (tables.skips.get(key)?.count ?? 0) + 1;
        tables.skips.set(key, frozenCopy({ ...one, reason: one.reason.toWellFormed(), profile, count }));
      }
    },
    async prune(before, limit) {
      const old = [...firings.values()]
        .filter(({ state, settledAt }) => state !== "waiting" && settledAt! < before)
        .slice(0, limit);
      for (const { id } of old) removeFiring(tables, id);
      return old.length;
    },
  };
}

/** Moves firings and skips of a profile to another, and remembers their origin. */
export function moveFirings(tables: Tables, from: string, into: string): void {
  for (const id of tables.firingsOf.get(from) ?? []) {
    if (!tables.origins.has(id)) tables.origins.set(id, from);
    moveFiring(tables, id, into);
  }
  for (const [key, skip] of [...tables.skips.entries()]) {
    if (skip.profile !== from) continue;
    tables.skips.delete(key);
    tables.mergedSkips.set(key, skip);
  }
}

/** Moves one firing to a profile. */
export function moveFiring(tables: Tables, id: string, profile: string): void {
  const firing = tables.firings.value(id)!;
  unindex(tables, firing);
  keep(tables, { ...firing, profile });
}

export function removeFiring(tables: Tables, id: string): void {
  unindex(tables, tables.firings.value(id)!);
  tables.firings.delete(id);
  tables.origins.delete(id);
}

function keep(tables: Tables, firing: Firing): void {
  const { id, profile, trigger, state } = firing;
  const key = firing.key?.toWellFormed();
  tables.firings.put(id, frozenCopy({ ...firing, key, reason: firing.reason?.toWellFormed() }));
  const { seq } = tables.firings.get(id)!;
  addToIndex(tables, tables.firingsOf, profile, id, seq);
  if (key !== undefined) addToIndex(tables, tables.firingsKeyed, keyOf(trigger, key), id, seq);
  if (state === "waiting") tables.waiting.set(id, true);
}

function unindex(tables: Tables, { id, profile, trigger, key }: Firing): void {
  removeFromIndex(tables.firingsOf, profile, id);
  if (key !== undefined) removeFromIndex(tables.firingsKeyed, keyOf(trigger, key), id);
  tables.waiting.delete(id);
}

type Index = UndoMap<string, readonly string[]>;

/** Adds an id to an index, in the order of age. */
function addToIndex(tables: Tables, index: Index, key: string, id: string, seq: number): void {
  const ids = index.get(key) ?? [];
  const at = ids.findLastIndex((one) => tables.firings.get(one)!.seq < seq) + 1;
  index.set(key, ids.toSpliced(at, 0, id));
}

function removeFromIndex(index: Index, key: string, id: string): void {
  const rest = (index.get(key) ?? []).filter((one) => one !== id);
  if (rest.length === 0) index.delete(key);
  else index.set(key, rest);
}
