import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newId } from "../../src/base/id.ts";
import type { Json } from "../../src/base/json.ts";
import type { Channel } from "../../src/dispatch/index.ts";
import { sprig } from "../../src/functions/index.ts";
import type { Update } from "../../src/profiles/index.ts";
import type { Fields, Profile } from "../../src/store/index.ts";
import { type SqliteStore, sqliteStore } from "../../src/stores/sqlite.ts";
import { createEngine, type Engine } from "../../src/triggers/index.ts";
import { profileJson, seeded } from "./profiles.ts";
import { templates } from "./texts.ts";

/** Conditions as marketers write them, over fields that change and fields that do not. */
const conditions: readonly ((n: number) => string)[] = [
  (n) => `and (eq .plan "free") (ge (or .score 0) ${n * 10})`,
  (n) => `and .subscribed (eq .city "Paris") (gt .total ${n}.5)`,
  (n) => `or (and (eq .currency "PLN") (gt (len .items) 3)) (gt .total ${150 + n}.5)`,
  (n) => `and .email (lt (or .last_seen 0) ${n * 10})`,
  (n) => `ge (or .visits 0) ${n}`,
];

export const audiences = Object.fromEntries(
  Array.from({ length: 100 }, (_, n): [string, Json] => [`a${n}`, { where: conditions[n % 5]!(n) }]),
);

/** To whom `a99` and the like alert. */
export const onEnter = (audience: string): Json => ({
  on: { enter: audience },
  send: [{ channel: "crm" }],
  alert: { ...templates },
});

export const userOf = (n: number): string => `u${n}`;

/** What is known of so many people. */
function* people(count: number): Generator<Fields> {
  const random = seeded(11);
  for (let n = 0; n < count; n++) {
    const fields = JSON.parse(profileJson(n, random)) as Fields;
    yield { ...fields, visits: n % 120 };
  }
}

/** Somebody came again: three fields change a little. */
export function visit(n: number, random: () => number): Update {
  const fields = {
    visits: Math.floor(random() * 3) + (n % 120),
    score: (n % 990) + Math.floor(random() * 10),
    last_visit: random(),
  };
  return { identifiers: { user_id: userOf(n) }, fields };
}

export interface Opened {
  readonly store: SqliteStore;
  readonly engine: Engine;
  readonly file: string;
}

/** An engine on a store in a file on the disk, which goes afterwards. */
export async function withEngine<Result>(
  channels: { readonly [name: string]: Channel },
  work: (opened: Opened) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "tocsin-bench-"));
  const file = join(folder, "tocsin.db");
  const store = sqliteStore(file);
  try {
    return await work({ store, engine: createEngine({ store, channels, templates: { functions: [sprig] } }), file });
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
}

/** Writes people as they are, past all that would fire. */
export async function populate(store: SqliteStore, count: number): Promise<void> {
  const now = Date.now();
  let some: Profile[] = [];
  const write = () => store.transaction(({ profiles }) => profiles.put(some));
  let n = 0;
  for (const fields of people(count)) {
    const identifiers = [{ kind: "user_id", value: userOf(n++) }];
    some.push({ id: newId(now, "prf"), fields, identifiers, createdAt: now, updatedAt: now, version: 1 });
    if (some.length < 1000) continue;
    await write();
    some = [];
  }
  if (some.length > 0) await write();
}

/** Ticks until nothing is left to be gone through. */
export async function settle({ engine, store }: Pick<Opened, "engine" | "store">): Promise<void> {
  for (;;) {
    await engine.tick();
    const { items } = await store.runs.list({ state: "running", limit: 1 });
    if (items.length === 0) return;
  }
}
