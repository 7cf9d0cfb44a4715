import { newId } from "../../src/base/id.ts";
import type { Json } from "../../src/base/json.ts";
import type {
  Claimed,
  ClaimRequest,
  Definition,
  Entry,
  Firing,
  Identifier,
  Merge,
  Outbox,
  Profile,
  RawEvent,
  Run,
  Settlement,
  Skip,
} from "../../src/store/index.ts";

/** When tests begin. */
export const start = 1_700_000_000_000;

/** Records as stores keep them: whole, and as plain as can be. */
export const identifier = (value: string, kind = "email"): Identifier => ({ kind, value });

export const profile = (id: string, changes: Partial<Profile> = {}): Profile => ({
  id,
  fields: { name: id },
  identifiers: [identifier(`${id}@example.com`)],
  createdAt: start,
  updatedAt: start,
  version: 1,
  ...changes,
});

/** That a profile became part of another. */
export const merge = (id: string, into: string, changes: Partial<Merge> = {}): Merge => ({
  profile: profile(id),
  into,
  at: start,
  before: {},
  after: {},
  memberships: {},
  intoMemberships: {},
  ...changes,
});

export const event = (id: string, changes: Partial<RawEvent> = {}): RawEvent => ({
  id,
  stream: "shop",
  receivedAt: start,
  payload: { id },
  ...changes,
});

export const firing = (id: string, changes: Partial<Firing> = {}): Firing => ({
  id,
  trigger: "welcome",
  profile: "ada",
  cause: { kind: "enter", audience: "active" },
  at: start,
  state: "sent",
  settledAt: start,
  deliveries: [`msg_${id}`],
  ...changes,
});

/** One that waits. */
export const waiting = (id: string, due: number, changes: Partial<Firing> = {}): Firing =>
  firing(id, { state: "waiting", settledAt: undefined, deliveries: [], due, waitsFor: "dwell", ...changes });

export const skip = (changes: Partial<Omit<Skip, "count">> = {}): Omit<Skip, "count"> => ({
  trigger: "welcome",
  profile: "ada",
  at: start,
  reason: "too soon",
  cause: "enter",
  ...changes,
});

export const run = (id: string, changes: Partial<Run> = {}): Run => ({
  id,
  kind: "scheduled",
  state: "running",
  audiences: ["active"],
  total: 0,
  done: 0,
  sent: 0,
  skipped: 0,
  failed: 0,
  startedAt: start,
  updatedAt: start,
  ...changes,
});

export const definition = (name: string, changes: Partial<Definition> = {}): Definition => ({
  kind: "trigger",
  name,
  body: { name },
  origin: "file",
  createdAt: start,
  updatedAt: start,
  status: { state: "draft" },
  ...changes,
});

/** Text that is no JSON: whatever it is, it comes back. */
export const hostileTexts = [
  "",
  "a\u0000b",
  "a\u0000c",
  "'\"`;--",
  "\ud83d\udd14",
  "__proto__",
  "é",
  "e\u0301",
  "a\nb",
  " a ",
  "%_",
];

/** JSON that comes back as it was. */
export const hostile: Json = JSON.parse(
  '{"__proto__": {"polluted": true}, "constructor": 1, "\\u0000": "\\u0000", "\\ud800": "\\udc00 alone", "": null, "n": [1e308, -0.5, []], "quote": "\'\\"", "bell": "\\ud83d\\udd14"}',
);

/** All pages of a list, so many on each. */
export async function paged<Item>(
  list: (query: {
    limit: number;
    after?: string | undefined;
  }) => Promise<{ items: readonly Item[]; next?: string | undefined }>,
  limit = 2,
): Promise<readonly Item[]> {
  const all: Item[] = [];
  let after: string | undefined;
  do {
    const page = await list({ limit, after });
    all.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return all;
}

export function entry(changes: Partial<Entry> = {}): Entry {
  return {
    id: newId(start),
    channel: "crm",
    destination: "a",
    to: "https://a.example/",
    alert: { title: "Hello" },
    createdAt: start,
    ...changes,
  };
}

export const claimAll = (changes: Partial<ClaimRequest> = {}): ClaimRequest => ({
  now: start,
  lease: 60_000,
  limit: 100,
  channels: { crm: { perDestination: 100 } },
  ...changes,
});

export const idsOf = (items: readonly { readonly id: string }[]): string[] => items.map(({ id }) => id);

export async function claimIds(outbox: Outbox, changes: Partial<ClaimRequest> = {}): Promise<string[]> {
  return idsOf((await outbox.claim(claimAll(changes))).claimed);
}

export async function claimOne(outbox: Outbox, changes: Partial<ClaimRequest> = {}): Promise<Claimed> {
  const { claimed } = await outbox.claim(claimAll({ limit: 1, ...changes }));
  if (claimed.length !== 1) throw new Error(`${claimed.length} claimed`);
  return claimed[0]!;
}

type Decision = Settlement["decision"];

export const delivered: Decision = { state: "delivered" };
export const dead = (reason = "no"): Decision => ({ state: "dead", reason });
export const again = (due: number): Decision => ({ state: "pending", due });

export const settlement = (
  { id, claim }: Claimed,
  decision: Decision = delivered,
  changes: Partial<Settlement> = {},
): Settlement => ({ claim: { id, claim }, now: start, decision, ...changes });
