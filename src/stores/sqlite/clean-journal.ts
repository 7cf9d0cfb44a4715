import type Database from "better-sqlite3";
import type { Json } from "../../base/json.ts";
import { isSecretHeader, secretsOfHeader } from "../../dispatch/secrets/header.ts";
import { Redactor } from "../../dispatch/secrets/redactor.ts";
import { sealed } from "../../dispatch/secrets/seal.ts";
import { shownDelivery } from "../../dispatch/secrets/shown.ts";
import { secretsOfDestination, shownUrl } from "../../dispatch/secrets/url.ts";
import type { Exchange, StoredDelivery } from "../../store/index.ts";

interface Row {
  readonly seq: number;
  readonly channel: string;
  readonly destination: string;
  readonly reason: string | null;
  readonly idempotency_key: string | null;
  readonly body: string | null;
}

/** Describes an exchange in the journal of these versions. */
interface OldExchange {
  readonly request?: NonNullable<Exchange["request"]>;
  readonly answer?: Omit<NonNullable<Exchange["response"]>, "statusLine"> & { readonly line: string };
}

interface AttemptRow {
  readonly claim: number;
  readonly outcome: string;
  readonly exchange: string | null;
}

const pageSize = 500;

/**
 * Takes the secrets out of what earlier versions kept: URLs as names of channels and destinations, and what receivers repeated.
 * Which secrets a configuration had is not known here, so answers lose what stands where secrets stand, too. Rows are read by pages,
 * so that the memory it takes does not grow with the journal.
 */
export function cleanJournal(db: Database.Database): void {
  cleanDeliveries(db);
  cleanNames(db, "destinations", "channel", ["held_reason", "disabled"]);
  cleanNames(db, "channels", "0", ["held_reason"]);
  const reasons = db.prepare("update firings set reason = ? where seq = ?");
  for (const { seq, reason } of all<{ seq: number; reason: string }>(
    db,
    `select seq, reason from firings where reason like '% is no URL: "%' and seq > ? order by seq limit ${pageSize}`,
  )) {
    reasons.run(reason.replace(/ is no URL: ".*/s, " is no URL"), seq);
  }
  cleanAnswers(db);
}

/** Yields all rows, a page at a time, so that they can be written meanwhile. */
function* all<T extends { readonly seq: number }>(db: Database.Database, sql: string): Iterable<T> {
  const page = db.prepare<[number], T>(sql);
  for (let after = 0; ; ) {
    const rows = page.all(after);
    yield* rows;
    if (rows.length < pageSize) return;
    after = rows.at(-1)!.seq;
  }
}

function cleanDeliveries(db: Database.Database): void {
  const attempts = db.prepare<[number], AttemptRow>("select claim, outcome, exchange from attempts where seq = ?");
  const setAttempt = db.prepare("update attempts set outcome = ?, exchange = ? where seq = ? and claim = ?");
  const setDelivery = db.prepare("update deliveries set reason = ?, idempotency_key = ? where seq = ?");
  const setBody = db.prepare("update bodies set body = ? where seq = ?");
  const deliveries = all<Row>(
    db,
    `select d.seq, c.name as channel, p.name as destination, d.reason, d.idempotency_key, b.body
     from deliveries d cross join destinations p on p.id = d.destination cross join channels c on c.id = p.channel
     left join bodies b on b.seq = d.seq where d.seq > ? order by d.seq limit ${pageSize}`,
  );
  for (const { seq, channel, destination, reason, idempotency_key: key, body } of deliveries) {
    const kept = body === null ? undefined : (JSON.parse(body) as { readonly to?: Json });
    const urls = [channel, destination, ...(kept?.to === undefined ? [] : [kept.to])];
    const rows = attempts.all(seq).map((row) => ({
      ...row,
      exchange: row.exchange === null ? null : (JSON.parse(row.exchange) as OldExchange),
    }));
    const redactor = new Redactor([
      ...urls.flatMap(secretsOfDestination),
      ...rows.flatMap(({ exchange }) => secretsSent(exchange)),
    ]);
    for (const { claim, outcome, exchange } of rows) {
      const cleaned = exchange === null ? null : JSON.stringify(cleanExchange(exchange, redactor));
      setAttempt.run(cleanOutcome(outcome, redactor), cleaned, seq, claim);
    }
    const shown = shownUrl(channel);
    const isNamed = shown !== channel && key?.startsWith(`${channel}:`);
    setDelivery.run(cleanText(reason, redactor), isNamed ? shown + key!.slice(channel.length) : key, seq);
    // Escapes the seal's character in bodies stored before there were seals: there it was ordinary text.
    if (body?.includes("\u{10fffe}")) setBody.run(JSON.stringify(sealed(kept as Json)), seq);
  }
}

/** Returns values in the journal whose header's name says that they are secret. */
function secretsSent(exchange: OldExchange | null): readonly string[] {
  return Object.entries(exchange?.request?.headers ?? {}).flatMap(([name, value]) =>
    isSecretHeader(name) ? secretsOfHeader(value) : [],
  );
}

function cleanExchange({ request, answer }: OldExchange, redactor: Redactor): OldExchange {
  const outcome = { kind: "delivered" } as const;
  const [, method = "", url = ""] = /^([A-Z]+) (https?:\S+)$/.exec(request?.line ?? "") ?? [];
  // Keeps the path of APNs and FCM requests: it is an address, not a secret.
  const line = /\/3\/device\/|\/messages:send$/.test(url) || url === "" ? request?.line : `${method} ${shownUrl(url)}`;
  const { request: sent, response: received } = redactor.sent({
    ...(request && { request: { ...request, line: line! } }),
    ...(answer && { response: { ...answer, statusLine: withoutPatterns(answer.line) } }),
    outcome,
  });
  return {
    ...(sent && { request: { ...sent, ...(sent.headers && { headers: masked(sent.headers) }) } }),
    ...(received && { answer: cleanAnswer(received) }),
  };
}

function cleanAnswer({
  statusLine,
  headers,
  body,
}: NonNullable<Exchange["response"]>): NonNullable<OldExchange["answer"]> {
  return {
    line: statusLine,
    ...(headers && { headers: mapped(masked(headers), withoutPatterns) }),
    ...(body !== undefined && { body: withoutPatterns(body) }),
  };
}

type Headers = Readonly<Record<string, string>>;

const masked = (headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, isSecretHeader(name) ? "…" : value]));

const mapped = (headers: Headers, change: (value: string) => string): Headers =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, change(value)]));

function cleanOutcome(text: string, redactor: Redactor): string {
  const outcome = JSON.parse(text) as { readonly reason?: string };
  return outcome.reason === undefined
    ? text
    : JSON.stringify({ ...outcome, reason: cleanText(outcome.reason, redactor) });
}

const cleanText = <T extends string | null>(text: T, redactor: Redactor): T =>
  text === null ? text : (withoutPatterns(redactor.text(text)) as T);

/** Matches in linear time: no repeated part can match what the next part begins with. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/\b(?:bearer|basic|vapid|digest|bot)\s+[\w.~+/=-]{8,}/gi, "…"],
  [
    /(authori[sz]ation|cookie|api[-_]?key|token|secret|passw(?:or)?d|signature)(["'\\\s]*[:=]["'\\\s]*)[^\s"'\\&;<>{}…]+/gi,
    "$1$2…",
  ],
  [/\beyJ[\w.-]{9,}/g, "…"],
  [/\b(v1a?),[\w+/]{9,}={0,2}/g, "$1,…"],
  [/\b(wh(?:sec|sk)_)[\w+/]{9,}={0,2}/g, "$1…"],
];

const withoutPatterns = (text: string): string =>
  patterns.reduce((rest, [pattern, by]) => rest.replace(pattern, by), text);

/** Cleans names. If two become equal, the later row gets a number, and is empty for a moment. */
function cleanNames(db: Database.Database, table: string, channel: string, reasons: readonly string[]): void {
  const columns = ["name", ...reasons];
  const taken = db.prepare<[string, number, number], number>(
    `select 1 from ${table} where name = ? and ${channel} = ? and id <> ?`,
  );
  const update = db.prepare(`update ${table} set ${columns.map((column) => `${column} = ?`).join(", ")} where id = ?`);
  const rows = all<{ seq: number; of: number; [column: string]: string | number | null }>(
    db,
    `select id as seq, ${channel} as of, ${columns.join(", ")} from ${table} where id > ? order by id limit ${pageSize}`,
  );
  for (const { seq, of, ...row } of rows) {
    const name = row.name as string;
    const redactor = new Redactor(secretsOfDestination(name));
    const shown = shownUrl(name);
    let free = shown;
    for (let n = 2; shown !== name && taken.get(free, of, seq) !== undefined; n++) free = `${shown}-${n}`;
    update.run(free, ...reasons.map((column) => cleanText(row[column] as string | null, redactor)), seq);
  }
}

/** Cleans stored API answers (for idempotency keys), some of which are whole deliveries. */
function cleanAnswers(db: Database.Database): void {
  const update = db.prepare("update answers set body = ? where rowid = ?");
  const answers = all<{ seq: number; body: string }>(
    db,
    `select rowid as seq, body from answers where body like '{%"journal":%' and rowid > ? order by rowid limit ${pageSize}`,
  );
  for (const { seq, body } of answers) {
    const kept = JSON.parse(body) as StoredDelivery;
    if (!Array.isArray(kept.journal)) continue;
    const redactor = new Redactor([]);
    const journal = kept.journal.map((one) => ({ ...one, ...cleanExchange(one as OldExchange, redactor) }));
    update.run(JSON.stringify(shownDelivery({ ...kept, destination: shownUrl(kept.destination), journal })), seq);
  }
}
