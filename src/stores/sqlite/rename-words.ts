import type Database from "better-sqlite3";
import type { Json } from "../../base/json.ts";

type Fields = { readonly [name: string]: Json };
/** Changes one value, by its place in an object. A text is the value's new name. */
type Renames = { readonly [name: string]: string | ((value: Json) => readonly [name: string, value: Json]) };

interface DefinitionRow {
  readonly seq: number;
  readonly kind: string;
  readonly body: string;
  readonly status: string;
}

interface AttemptRow {
  readonly seq: number;
  readonly claim: number;
  readonly outcome: string;
  readonly exchange: string | null;
}

const pageSize = 500;

/**
 * Renames persisted words: keys of definitions and statuses, kinds of runs and causes, parts of the journal. Rows are read in
 * pages, so that memory does not grow with the file. Two things keep the old words: responses stored for idempotency keys,
 * which are kept for a day only, and the texts of templates, which may compare `.trigger.kind` with a kind of cause.
 */
export function renameWords(db: Database.Database): void {
  renameDefinitions(db);
  renameRuns(db);
  db.exec(`
    update firings set cause = '{"kind":"run"' || substr(cause, 17) where cause like '{"kind":"member",%';
    update firings set waits_for = 'quietHours' where state = 0 and waits_for = 'quiet';
    update skips set cause = 'run' where cause = 'member';
    update merged_skips set cause = 'run' where cause = 'member';
  `);
  renameAttempts(db);
}

function renameDefinitions(db: Database.Database): void {
  const page = db.prepare<[number], DefinitionRow>(
    `select seq, kind, body, status from definitions where seq > ? order by seq limit ${pageSize}`,
  );
  const update = db.prepare("update definitions set body = ?, status = ? where seq = ?");
  eachPage(page, ({ seq, kind, body, status }) => {
    update.run(rewritten(body, bodies[kind] ?? {}), rewritten(status, statuses[kind] ?? {}), seq);
  });
}

const bodies: { readonly [kind: string]: Renames } = {
  profiles: { mostStitched: "maxMergedProfiles", mostBytes: "maxBytes" },
  stream: { keep: "retention" },
  trigger: {
    on: within("on", { once: "at" }),
    backfill: within("backfill", { cap: "limit", share: "sample", pace: "rateLimit" }),
    quiet: within("quietHours", { do: "action", else: "fallbackZone" }),
    caps: within("caps", { person: "perProfile" }),
    digest: within("digest", { most: "maxEvents" }),
  },
  alarm: { when: within("when", { quiet: "silent", of: "minFirings" }) },
};

const statuses: { readonly [kind: string]: Renames } = {
  audience: { sweep: "reevaluation", sweptAt: "reevaluatedAt" },
  alarm: { had: "hadMembers", saidAt: "notifiedAt" },
};

const runKinds: { readonly [kind: string]: string } = { batch: "scheduled", sweep: "reevaluate", clear: "cleanup" };

function renameRuns(db: Database.Database): void {
  const page = db.prepare<[number], { readonly seq: number; readonly kind: string; readonly body: string }>(
    `select seq, kind, body from runs where seq > ? order by seq limit ${pageSize}`,
  );
  const update = db.prepare("update runs set kind = ?, body = ? where seq = ?");
  eachPage(page, ({ seq, kind, body }) => {
    const run = renamed(JSON.parse(body), {
      kind: (value) => ["kind", runKinds[value as string] ?? value],
      cap: "limit",
      share: "sample",
      pace: "rateLimit",
      late: "revisit",
    });
    const waits = run.state === "paused" && run.reason === "its trigger is not active";
    update.run(runKinds[kind] ?? kind, JSON.stringify(waits ? { ...run, pausedByTrigger: true } : run), seq);
  });
}

function renameAttempts(db: Database.Database): void {
  const page = db.prepare<[number, number], AttemptRow>(
    `select seq, claim, outcome, exchange from attempts where (seq, claim) > (?, ?) order by seq, claim limit ${pageSize}`,
  );
  const update = db.prepare("update attempts set outcome = ?, exchange = ? where seq = ? and claim = ?");
  for (let after: readonly [number, number] = [0, 0]; ; ) {
    const rows = page.all(...after);
    for (const { seq, claim, outcome, exchange } of rows) {
      update.run(rewritten(outcome, outcomes), exchange === null ? null : rewritten(exchange, exchanges), seq, claim);
    }
    if (rows.length < pageSize) return;
    const { seq, claim } = rows.at(-1)!;
    after = [seq, claim];
  }
}

const outcomes: Renames = { holds: "holdScope", uncounted: () => ["countsAsAttempt", false] };
const exchanges: Renames = { answer: within("response", { line: "statusLine" }) };

/** Calls `change` for each row, in the order of `seq`. */
function eachPage<Row extends { readonly seq: number }>(
  page: Database.Statement<[number], Row>,
  change: (row: Row) => void,
): void {
  for (let after = 0; ; ) {
    const rows = page.all(after);
    for (const row of rows) change(row);
    if (rows.length < pageSize) return;
    after = rows.at(-1)!.seq;
  }
}

const rewritten = (text: string, renames: Renames): string => JSON.stringify(renamed(JSON.parse(text), renames));

/** Renames an object that may be absent or null, and names in it. */
function within(name: string, renames: Renames): (value: Json) => readonly [name: string, value: Json] {
  return (value) => [name, renamed(value, renames)];
}

/** @returns another object with its keys in the same order, or the value itself if it is no object */
function renamed<Value extends Json>(value: Value, renames: Renames): Value & Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value as Value & Fields;
  const entries = Object.entries(value as Fields).map(([name, one]) => {
    const to = Object.hasOwn(renames, name) ? renames[name]! : name;
    return typeof to === "string" ? ([to, one] as const) : to(one);
  });
  return Object.fromEntries(entries) as Value & Fields;
}
