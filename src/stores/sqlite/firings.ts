import type Database from "better-sqlite3";
import type { Firing, Firings, FiringsWriter, Skip } from "../../store/index.ts";
import { combineSkips } from "../merge-rules.ts";
import type { IdCache } from "./id-cache.ts";
import { distinct, type NewestFirst, newest } from "./page.ts";
import { firingState } from "./schema.ts";

interface Row {
  readonly seq: number;
  readonly id: string;
  readonly trigger: string;
  readonly profile: string;
  readonly cause: string;
  readonly at: number;
  readonly state: number;
  readonly due: number | null;
  readonly waits_for: Firing["waitsFor"] | null;
  readonly reason: string | null;
  readonly settled_at: number | null;
  readonly key: string | null;
  readonly deliveries: string | null;
  readonly run: string | null;
}

/** Names the index of each query (`indexed by`): without the statistics of ANALYZE, SQLite's planner picks worse ones. */
type Index = "of" | "due";

const select = (index?: Index): string =>
  `select f.seq, f.id, n.name as trigger, p.id as profile, f.cause, f.at, f.state, f.due, f.waits_for, f.reason,
   f.settled_at, f.key, f.deliveries, f.run
   from firings f ${index === undefined ? "" : `indexed by firings_${index}`}
   cross join names n on n.id = f.trigger cross join profiles p on p.seq = f.profile`;

function firingOf(row: Row): Firing {
  const { id, trigger, profile, cause, at, state, due, waits_for, reason, settled_at, key, deliveries, run } = row;
  return {
    id,
    trigger,
    profile,
    cause: JSON.parse(cause),
    at,
    state: firingState[state]!,
    ...(due !== null && { due }),
    ...(waits_for !== null && { waitsFor: waits_for }),
    ...(reason !== null && { reason }),
    ...(settled_at !== null && { settledAt: settled_at }),
    ...(key !== null && { key }),
    deliveries: deliveries === null ? [] : deliveries.split(" "),
    ...(run !== null && { run }),
  };
}

function getter(db: Database.Database): Firings["get"] {
  const byId = db.prepare<[string], Row>(`${select()} where f.id = ?`);
  return async (id) => {
    const row = byId.get(id);
    return row === undefined ? undefined : firingOf(row);
  };
}

/** Lists firings, newest first, filtered by trigger, profile, state and run: see `newest`. */
function lister(db: Database.Database, idCache: IdCache): Firings["list"] {
  const bySeq = db.prepare<[number], Row>(`${select()} where f.seq = ?`);
  const numbers = <Given extends readonly unknown[]>(from: string) =>
    db
      .prepare<[...Given, number, number], number>(`select seq from firings ${from} seq < ? order by seq desc limit ?`)
      .pluck();
  /** Lists firings from an index on (given columns, trigger, state): the given trigger, or each trigger that the index has. */
  const byTrigger = <Given extends readonly (string | number)[]>(index: string, given: string) => {
    const next = db
      .prepare<[...Given, number], number | null>(
        `select min(trigger) from firings indexed by ${index} where ${given} trigger > ?`,
      )
      .pluck();
    const page = numbers<[...Given, number, number]>(
      `indexed by ${index} where ${given} trigger = ? and state = ? and`,
    );
    return (values: Given, triggers: readonly number[] | undefined, states: readonly number[]): NewestFirst[] =>
      (triggers ?? distinct((after) => next.get(...values, after))).flatMap((trigger) =>
        states.map((state) => (before, limit) => page.all(...values, trigger, state, before, limit)),
      );
  };
  const all = numbers("where");
  const of = {
    any: byTrigger<[]>("firings_by", ""),
    profile: byTrigger<[number]>("firings_to", "profile = ? and"),
    run: byTrigger<[string]>("firings_run", "run is not null and run = ? and"),
  };
  // A run has few firings of one profile: one per trigger, and one more for each profile that was merged into it.
  const inRun = numbers<[string, number, number | null, number | null]>(
    `indexed by firings_run_to where run is not null and run = ? and profile = ? and trigger = coalesce(?, trigger)
     and state = coalesce(?, state) and`,
  );

  function lists({ trigger, profile, state, run }: Parameters<Firings["list"]>[0]): readonly NewestFirst[] {
    if (trigger === undefined && profile === undefined && state === undefined && run === undefined) {
      return [(before, limit) => all.all(before, limit)];
    }
    const by = trigger === undefined ? undefined : (idCache.find(trigger) ?? -1);
    const to = profile === undefined ? undefined : (idCache.profile(profile) ?? -1);
    const is = state === undefined ? undefined : firingState.indexOf(state);
    if (run !== undefined && to !== undefined) {
      return [(before, limit) => inRun.all(run, to, by ?? null, is ?? null, before, limit)];
    }
    const triggers = by === undefined ? undefined : [by];
    const states = is === undefined ? [...firingState.keys()] : [is];
    if (run !== undefined) return of.run([run], triggers, states);
    return to === undefined ? of.any([], triggers, states) : of.profile([to], triggers, states);
  }
  return async (query) =>
    newest(
      lists(query),
      query,
      (seq) => bySeq.get(seq)!,
      firingOf,
      ({ cause }) => cause.length,
    );
}

export function firingReader(db: Database.Database, idCache: IdCache): Firings {
  const skip = db.prepare<[number, number], Omit<Skip, "trigger" | "profile">>(
    "select at, reason, cause, n as count from skips where profile = ? and trigger = ?",
  );
  const merged = db.prepare<[number, number], Omit<Skip, "trigger" | "profile">>(
    "select at, reason, cause, n as count from merged_skips where profile = ? and trigger = ? order by origin",
  );
  const nextDue = db
    .prepare<[], number | null>("select min(due) from firings indexed by firings_due where state = 0")
    .pluck();
  const tally = db.prepare<[number, number], { state: number; n: number }>(
    "select state, count(*) as n from firings indexed by firings_since where trigger = ? and at >= ? group by state",
  );
  const last = db
    .prepare<
      [number],
      number
    >(`select settled_at from firings indexed by firings_settled where trigger = ? and state = 1 and state > 0
     order by settled_at desc limit 1`)
    .pluck();
  return {
    get: getter(db),
    list: lister(db, idCache),
    async lastSkip(trigger, profile) {
      const [by, of] = [idCache.find(trigger), idCache.profile(profile)];
      if (by === undefined || of === undefined) return undefined;
      const found = combineSkips(skip.get(of, by), merged.all(of, by));
      if (found === undefined) return undefined;
      const [owner] = db.prepare<[number], { id: string }>("select id from profiles where seq = ?").all(of);
      return { trigger, profile: owner!.id, ...found };
    },
    nextDue: async () => nextDue.get() ?? undefined,
    async tally(trigger, since) {
      const counts = { waiting: 0, sent: 0, aborted: 0, skipped: 0, failed: 0 };
      const id = idCache.find(trigger);
      if (id === undefined) return counts;
      for (const { state, n } of tally.all(id, since)) counts[firingState[state]!] = n;
      const latest = last.get(id) ?? undefined;
      return { ...counts, ...(latest !== undefined && { last: latest }) };
    },
  };
}

export function firingWriter(db: Database.Database, idCache: IdCache): FiringsWriter {
  const insert = db.prepare(
    `insert into firings (id, trigger, profile, at, cause, state, due, waits_for, reason, settled_at, key, deliveries,
     delivery, run) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = db.prepare(
    `update firings set cause = ?, state = ?, due = ?, waits_for = ?, reason = ?, settled_at = ?, key = ?, deliveries = ?,
     delivery = ? where id = ?`,
  );
  const due = db.prepare<[number, number], Row>(
    `${select("due")} where f.state = 0 and f.due <= ? order by f.due, f.seq limit ?`,
  );
  const waiting = db.prepare<[number, number], Row>(
    `${select("of")} where f.profile = ? and f.trigger = ? and f.state = 0 order by f.seq`,
  );
  const gathered = db.prepare<[number, number], { count: number; due: number | null }>(
    `select count(*) as count, min(due) as due from firings indexed by firings_gathered
     where profile = ? and trigger = ? and state = 0 and waits_for = 'digest'`,
  );
  const keyed = "select 1 from firings indexed by firings_keyed where trigger = ? and key = ?";
  const waitsKeyed = db.prepare<[number, string], number>(`${keyed} and state = 0 limit 1`);
  const sentKeyed = db.prepare<[number, string, number], number>(`${keyed} and state = 1 and settled_at >= ? limit 1`);
  const sentTo = db
    .prepare<[number, number, number, number], number>(
      `select count(*) from (select distinct delivery from firings indexed by firings_of
       where profile = ? and trigger = ? and state = 1 and settled_at > ? limit ?)`,
    )
    .pluck();
  /** Replaces `sentTo` with a limit of 1, the most frequent query: without counting it is several times faster. */
  const everSentTo = db
    .prepare<[number, number, number], number>(
      "select 1 from firings indexed by firings_of where profile = ? and trigger = ? and state = 1 and settled_at > ? limit 1",
    )
    .pluck();
  const sentBy = db
    .prepare<[number, number, number], number>(
      `select count(*) from (select distinct delivery from firings indexed by firings_settled
       where trigger = ? and state = 1 and state > 0 and settled_at > ? limit ?)`,
    )
    .pluck();
  const sentToAny = db
    .prepare<[number, number, number], number>(
      `select count(*) from (select distinct delivery from firings indexed by firings_of
       where profile = ? and state = 1 and settled_at > ? limit ?)`,
    )
    .pluck();
  const sentAtAll = db
    .prepare<[number, number], number>(
      `select count(*) from (select distinct delivery from firings indexed by firings_settled
       where trigger in (select id from names) and state = 1 and state > 0 and settled_at > ? limit ?)`,
    )
    .pluck();
  const inRun = db
    .prepare<[string, number], number>(
      "select 1 from firings indexed by firings_run_to where run is not null and run = ? and profile = ? limit 1",
    )
    .pluck();
  const skip = db.prepare(
    `insert into skips (profile, trigger, at, reason, cause, n) values (?, ?, ?, ?, ?, 1)
     on conflict do update set at = excluded.at, reason = excluded.reason, cause = excluded.cause, n = n + 1`,
  );
  const prune = db.prepare(
    `delete from firings where seq in
     (select seq from firings indexed by firings_settled where trigger in (select id from names) and state > 0 and settled_at < ? limit ?)`,
  );
  const changing = (one: Firing) => {
    const {
      id,
      cause,
      state,
      due = null,
      waitsFor = null,
      reason = null,
      settledAt = null,
      key = null,
      deliveries,
    } = one;
    const all = deliveries.length === 0 ? null : deliveries.join(" ");
    const is = firingState.indexOf(state);
    return [JSON.stringify(cause), is, due, waitsFor, reason, settledAt, key, all, deliveries[0] ?? id] as const;
  };
  return {
    get: getter(db),
    async add(firings) {
      for (const one of firings) {
        const { id, trigger, profile, at, run = null } = one;
        insert.run(id, idCache.getOrCreate(trigger), idCache.requireId(profile), at, ...changing(one), run);
      }
    },
    async update(firings) {
      for (const one of firings) update.run(...changing(one), one.id);
    },
    due: async (now, limit) => due.all(now, limit).map(firingOf),
    async waiting(trigger, profile) {
      const [by, of] = [idCache.find(trigger), idCache.profile(profile)];
      return by === undefined || of === undefined ? [] : waiting.all(of, by).map(firingOf);
    },
    async gathered(trigger, profile) {
      const [by, of] = [idCache.find(trigger), idCache.profile(profile)];
      const { count, due } = by === undefined || of === undefined ? { count: 0, due: null } : gathered.get(of, by)!;
      return { count, ...(due !== null && { due }) };
    },
    async hasKey(trigger, key, since) {
      const by = idCache.find(trigger);
      if (by === undefined) return false;
      return waitsKeyed.get(by, key) !== undefined || sentKeyed.get(by, key, since) !== undefined;
    },
    async sent({ trigger, profile, since, limit }) {
      const by = trigger === undefined ? undefined : (idCache.find(trigger) ?? -1);
      const of = profile === undefined ? undefined : (idCache.profile(profile) ?? -1);
      if (by !== undefined && of !== undefined) {
        return limit === 1 ? (everSentTo.get(of, by, since) ?? 0) : sentTo.get(of, by, since, limit)!;
      }
      if (by !== undefined) return sentBy.get(by, since, limit)!;
      return of === undefined ? sentAtAll.get(since, limit)! : sentToAny.get(of, since, limit)!;
    },
    async inRun(run, profile) {
      const of = idCache.profile(profile);
      return of !== undefined && inRun.get(run, of) !== undefined;
    },
    async skip(skips) {
      for (const { trigger, profile, at, reason, cause } of skips) {
        skip.run(idCache.requireId(profile), idCache.getOrCreate(trigger), at, reason, cause);
      }
    },
    prune: async (before, limit) => prune.run(before, limit).changes,
  };
}
