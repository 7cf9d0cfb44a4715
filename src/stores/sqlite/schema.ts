import type Database from "better-sqlite3";
import { cleanJournal } from "./clean-journal.ts";
import { renameWords } from "./rename-words.ts";

/** SQL, or what changes rows as SQL cannot. Runs in the transaction of all steps, so it is done as a whole or runs again. */
export type Step = string | ((db: Database.Database) => void);

/**
 * The tables, one step a version; a step is never changed once released.
 *
 * - `deliveries`: what changes over a delivery's life, kept thin. `bodies`: what it says, written once. `attempts`: the journal.
 * - `heads`: for each destination and rank that has something waiting, when to look there next: never later than its
 *   first delivery is due or its hold ends. So a claim visits destinations, not deliveries, and what is queued for one
 *   that is held or busy costs nothing.
 * - `counts`: how many deliveries, and how large, by channel and state.
 *
 * Since version 2, erased deliveries (of size 0) are at one destination of their channel, and destinations are no more when
 * nothing is left there; and there is what fires alerts: `names` are those of audiences, streams and triggers, and stand for them elsewhere.
 * `firings.delivery` is the first of `deliveries`, or the firing's own id: firings that went out as one have it in common.
 * `versions`: how often the definitions changed. Numbers of profiles are not given again, for a list goes on behind one that
 * may be gone. Lists come in the order of `seq`, which an index that ends before it keeps.
 *
 * Lists are read from an index for each filter, in the order of `seq`: several of them are merged where one index has what is
 * asked for in pieces (see `newest`), so that a page costs the same whatever else is kept. Deliveries carry their channel for
 * that. Whether one is settled is looked at by `settled_at`, which is null exactly while `state` is below 3: SQLite rewrites a
 * partial index each time a column of its condition is written, and a claim writes `state`. `sizes` counts all profiles, too,
 * as audience 0.
 *
 * `firings.origin`, `events.origin`: the number of the profile that had them when it was absorbed, so that they go back to it;
 * null of almost all, which are in no index of it. `merged_skips`: those of absorbed profiles, by whose they were.
 * `absorbed.number`: the number that an absorbed profile had, unknown of those of version 2; `parent`: the one that absorbed
 * it, while `profile` is the one that it is part of now. `merges`: what is kept to undo it. `split_pairs`: who were split, each
 * pair both ways; `one_now`, `other_now` are the profiles that they are part of.
 *
 * Rank: 0, 1, 2 are first attempts of high, normal and low priority; 3, 4, 5 are retries.
 * State: 0 waiting, 1 claimed, 2 behind another with its ordering key; 3 delivered, 4 dead, 5 cancelled, 6 aborted.
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

/** Of these, which are settled. */
export const settledStates = [state.delivered, state.dead, state.cancelled, state.aborted] as const;

export const firingState = ["waiting", "sent", "aborted", "skipped", "failed"] as const;

export const stateName = ["pending", "pending", "pending", "delivered", "dead", "cancelled", "aborted"] as const;

/** So that `file` and we know what it is: "tocs". */
export const applicationId = 0x746f6373;
