import type Database from "better-sqlite3";
import { cleanJournal } from "./clean-journal.ts";
import { renameWords } from "./rename-words.ts";

/** Migrates a store: SQL, or a function for changes that SQL cannot make. All steps run in one transaction, so a failed one is run again. */
export type Step = string | ((db: Database.Database) => void);

/**
 * Creates and migrates the tables, one step per version. A step never changes once it is released.
 *
 * - `deliveries`: the columns that change over a delivery's life. `bodies`: its content, written once. `attempts`: the journal.
 * - `heads`: the per-destination ready index. For each destination and rank with waiting deliveries it says when to look there next
 *   (`at`), never later than the first delivery is due or the hold ends. A claim visits destinations, not deliveries, so deliveries that
 *   are queued for a held or busy destination cost nothing. Its index `visits` orders the heads of a channel by that time.
 * - `counts`: number and size of deliveries by channel and state.
 *
 * Since version 2, erased deliveries (of size 0) are moved to one destination per channel, and destinations without deliveries are
 * deleted. Since then there are the tables of the engine: `names` numbers the names of audiences, streams and triggers. `firings.delivery`
 * is the first of `deliveries`, or the firing's own id, so that firings of one digest have it in common. `versions` counts changes of the
 * definitions. Numbers of profiles are never used again, because a page may continue after a profile that is gone. Lists are in the
 * order of `seq`, which every index has as its last, implicit column.
 *
 * Each filter of a list has an index. Where an index has the matching rows in several ranges, the ranges are merged (see `newest`), so
 * that a page costs the same whatever else is kept; deliveries have a `channel` for that. Partial indexes test `settled_at`, which is
 * null exactly while `state` is below 3: SQLite rewrites a partial index whenever a column of its condition is written, and a claim
 * writes `state`. `sizes` counts the members of audiences, and all profiles as audience 0.
 *
 * `firings.origin`, `events.origin`: the number of the profile that had the row when it was merged, so that a split can return it; null
 * for almost all rows, which the partial indexes leave out. `merged_skips`: skips of merged profiles, by origin. `absorbed`: merged
 * profiles; `number` is the number that one had (unknown for those of version 2), `parent` the profile that it was merged into, `profile`
 * the surviving one. `merges`: records to undo merges. `split_pairs`: profiles that were split, each pair both ways; `one_now`,
 * `other_now` are their surviving profiles.
 *
 * Rank: 0, 1, 2 are first attempts of high, normal and low priority; 3, 4, 5 are retries of the same. So a retry has the rank
 * `3 + rank % 3`, and a replay `rank % 3`.
 * State: 0 waiting, 1 claimed, 2 queued behind a delivery with the same ordering key; 3 delivered, 4 dead, 5 cancelled, 6 aborted.
 */
export const steps: readonly Step[] = [
  `
  create table channels (
    id integer primary key, name text not null unique, held_until integer not null default 0, held_reason text
  ) strict;
  create table destinations (
    id integer primary key, channel integer not null, name text not null,
    held_until integer not null default 0, held_reason text, disabled text,
    failures integer not null default 0, trial_until integer,
    unique (channel, name)
  ) strict;
  create index troubles on destinations (id) where held_until > 0 or disabled is not null or failures > 0;
  create table deliveries (
    seq integer primary key, id text not null unique, destination integer not null, state integer not null,
    rank integer not null, due integer not null, lease integer, attempt integer not null default 0,
    claims integer not null default 0, created_at integer not null, since integer not null, settled_at integer,
    size integer not null, reason text, idempotency_key text, ordering_key text, replay_of text
  ) strict;
  create index waiting on deliveries (destination, rank, due) where state = 0;
  create index leases on deliveries (lease) where state = 1;
  create index settled on deliveries (state) where state > 2;
  create unique index idempotency on deliveries (idempotency_key) where idempotency_key is not null;
  create index ordering on deliveries (destination, ordering_key) where ordering_key is not null and state < 3;
  create table heads (
    destination integer not null, rank integer not null, channel integer not null, at integer not null,
    due integer not null, primary key (destination, rank)
  ) strict, without rowid;
  create index visits on heads (channel, rank, at);
  create table bodies (seq integer primary key, body text not null, source text) strict;
  create table attempts (
    seq integer not null, claim integer not null, number integer not null, started_at integer not null,
    ended_at integer not null, outcome text not null, exchange text, primary key (seq, claim)
  ) strict, without rowid;
  create table counts (
    channel integer not null, state integer not null, n integer not null default 0, bytes integer not null default 0,
    primary key (channel, state)
  ) strict, without rowid;
  `,
  `
  create index settled_to on deliveries (destination) where state > 2;
  insert or ignore into destinations (channel, name)
    select p.channel, 'erased' from deliveries d join destinations p on p.id = d.destination where d.size = 0;
  update attempts set outcome = json_replace(outcome, '$.reason', 'erased')
    where seq in (select seq from deliveries where size = 0);
  update deliveries set reason = null, ordering_key = null, destination = (
    select e.id from destinations p join destinations e on e.channel = p.channel and e.name = 'erased'
    where p.id = deliveries.destination
  ) where size = 0;
  delete from destinations where id not in (select destination from deliveries)
    and disabled is null and failures = 0 and held_until = 0;
  delete from heads where destination not in (select id from destinations);
  create table names (id integer primary key, name text not null unique) strict;
  create table profiles (
    seq integer primary key autoincrement, id text not null unique, fields text not null, created_at integer not null,
    updated_at integer not null, version integer not null
  ) strict;
  create table identifiers (
    kind text not null, value text not null, profile integer not null, place integer not null, primary key (kind, value)
  ) strict, without rowid;
  create index identifiers_of on identifiers (profile, place);
  create table absorbed (id text primary key, profile integer not null) strict, without rowid;
  create index absorbed_by on absorbed (profile);
  create table memberships (
    profile integer not null, audience integer not null, since integer not null, primary key (profile, audience)
  ) strict, without rowid;
  create unique index members on memberships (audience, profile, since);
  create table sizes (audience integer primary key, n integer not null) strict;
  create table events (
    seq integer primary key, id text not null unique, stream integer not null, key text, received_at integer not null,
    payload text not null, profile integer, problem text
  ) strict;
  create unique index event_keys on events (stream, key) where key is not null;
  create index events_in on events (stream);
  create index events_old on events (stream, received_at);
  create index events_of on events (profile) where profile is not null;
  create index event_problems on events (seq, stream) where problem is not null;
  create table definitions (
    seq integer primary key, kind text not null, name text not null, body text not null, origin text not null,
    created_at integer not null, updated_at integer not null, status text not null, unique (kind, name)
  ) strict;
  create table versions (what text primary key, n integer not null) strict, without rowid;
  create table firings (
    seq integer primary key, id text not null unique, trigger integer not null, profile integer not null,
    cause text not null, at integer not null, state integer not null, due integer, waits_for text, reason text,
    settled_at integer, key text, deliveries text, delivery text, run text
  ) strict;
  create index firings_of on firings (profile, trigger, state, settled_at, run);
  create index firings_by on firings (trigger, state);
  create index firings_in on firings (state);
  create index firings_since on firings (trigger, at, state);
  create index firings_settled on firings (trigger, settled_at) where state > 0;
  create index firings_due on firings (due) where state = 0;
  create index firings_gathered on firings (profile, trigger, due) where state = 0 and waits_for = 'digest';
  create index firings_keyed on firings (trigger, key, state, settled_at) where key is not null;
  create index firings_run on firings (run, state) where run is not null;
  create table skips (
    profile integer not null, trigger integer not null, at integer not null, reason text not null, cause text not null,
    n integer not null, primary key (profile, trigger)
  ) strict, without rowid;
  create index skips_by on skips (trigger);
  create table runs (
    seq integer primary key, id text not null unique, kind text not null, state text not null, trigger text,
    ended_at integer, body text not null
  ) strict;
  create index runs_in on runs (state);
  create index runs_by on runs (trigger) where trigger is not null;
  create index runs_ended on runs (kind, ended_at) where ended_at is not null;
  create table api_keys (id text primary key, hash text not null unique, created_at integer not null, body text not null) strict;
  create table answers (
    key text primary key, fingerprint text not null, status integer not null, body text not null, at integer not null
  ) strict;
  create index answers_at on answers (at);
  `,
  cleanJournal,
  `
  alter table deliveries add column channel integer not null default 0;
  update deliveries set channel = (select channel from destinations p where p.id = deliveries.destination),
    settled_at = iif(state < 3, null, coalesce(settled_at, since));
  drop index settled;
  drop index settled_to;
  create index pending_in on deliveries (channel) where settled_at is null;
  create index pending_to on deliveries (destination) where settled_at is null;
  create index settled_in on deliveries (channel, state) where settled_at is not null;
  create index settled_to on deliveries (destination, state) where settled_at is not null;
  create index postponed on heads (due) where at > due;
  drop index firings_in;
  drop index firings_run;
  create index firings_to on firings (profile, trigger, state);
  create index firings_run on firings (run, trigger, state) where run is not null;
  create index firings_run_to on firings (run, profile) where run is not null;
  drop index events_of;
  drop index event_problems;
  create index events_of on events (profile, stream) where profile is not null;
  create index event_problems on events (stream) where problem is not null;
  create index event_problems_of on events (profile, stream) where problem is not null and profile is not null;
  drop index runs_by;
  create index runs_by on runs (trigger, state) where trigger is not null;
  insert into sizes (audience, n) select 0, count(*) from profiles;
  create trigger profile_added after insert on profiles begin update sizes set n = n + 1 where audience = 0; end;
  create trigger profile_removed after delete on profiles begin update sizes set n = n - 1 where audience = 0; end;
  `,
  `
  alter table events add column refused text;
  alter table events add column origin integer;
  create index events_from on events (origin) where origin is not null;
  alter table firings add column origin integer;
  create index firings_from on firings (origin) where origin is not null;
  alter table absorbed add column number integer;
  alter table absorbed add column parent integer;
  update absorbed set parent = profile;
  create index absorbed_into on absorbed (parent);
  create table merged_skips (
    profile integer not null, trigger integer not null, origin integer not null, at integer not null,
    reason text not null, cause text not null, n integer not null, primary key (profile, trigger, origin)
  ) strict, without rowid;
  create index merged_skips_by on merged_skips (trigger);
  create index merged_skips_from on merged_skips (origin);
  create table merges (
    seq integer primary key, number integer not null unique, root integer not null, at integer not null, body text not null
  ) strict;
  create index merges_of on merges (root);
  create index merges_at on merges (at);
  create table split_pairs (
    one integer not null, other integer not null, one_now integer not null, other_now integer not null,
    at integer not null, primary key (one, other)
  ) strict, without rowid;
  create index split_pairs_other on split_pairs (other);
  create index split_pairs_now on split_pairs (one_now);
  create index split_pairs_other_now on split_pairs (other_now);
  `,
  renameWords,
];

export const state = { waiting: 0, claimed: 1, behind: 2, delivered: 3, dead: 4, cancelled: 5, aborted: 6 } as const;

export const settledStates = [state.delivered, state.dead, state.cancelled, state.aborted] as const;

export const firingState = ["waiting", "sent", "aborted", "skipped", "failed"] as const;

export const stateName = ["pending", "pending", "pending", "delivered", "dead", "cancelled", "aborted"] as const;

/** Identifies the file format, to `file` and to us: "tocs". */
export const applicationId = 0x746f6373;
