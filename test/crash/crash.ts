import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import Database from "better-sqlite3";
import { createDispatcher } from "../../src/dispatch/index.ts";
import type { DeliverySummary } from "../../src/store/index.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { post } from "./channel.ts";
import { type Receiver, startReceiver } from "./receiver.ts";

export interface CrashReport {
  readonly kills: number;
  /** Deliveries that a child said were accepted. */
  readonly accepted: number;
  /** After the last kill: accepted, and what was kept but not said any more. */
  readonly kept: { readonly pending: number; readonly delivered: number; readonly dead: number };
  /** After all was settled. */
  readonly settled: { readonly pending: number; readonly delivered: number; readonly dead: number };
  /** Requests beyond the first that the receiver took for one id. */
  readonly duplicates: number;
  /** Lists what must not happen, but did. */
  readonly faults: readonly string[];
}

/** Children hand over and deliver, two at a time on one file, and are killed at random; then all is counted. */
export async function crash(file: string, kills: number, random: () => number): Promise<CrashReport> {
  const receiver = await startReceiver(random);
  const accepted = new Map<string, string>();
  const faults: string[] = [];
  try {
    let round = 0;
    const lives = async (letter: string): Promise<void> => {
      while (round < kills) await live(file, receiver.port, `${++round >> 1}${letter}`, random, accepted, faults);
    };
    await Promise.all([lives("a"), lives("b")]);
    const store = sqliteStore(file);
    const before = (await store.outbox.stats()).total;
    const dispatcher = createDispatcher({ store, channels: { post: post(receiver.port) }, lease: 300, poll: 20 });
    await dispatcher.drain("settled");
    const after = (await store.outbox.stats()).total;
    const kept = new Map<string, DeliverySummary>();
    let next: string | undefined;
    do {
      const page = await store.outbox.list({ limit: 1000, after: next });
      for (const item of page.items) kept.set(item.id, item);
      next = page.next;
    } while (next !== undefined);
    await dispatcher.close();
    await store.close();
    faults.push(...faultsOf(accepted, kept, receiver), ...integrityOf(file));
    if (kept.size !== after.delivered + after.dead + after.pending) faults.push("counts differ from what is listed");
    if (kept.size !== before.delivered + before.dead + before.pending)
      faults.push("something went or came in draining");
    const duplicates = [...receiver.received.values()].reduce((sum, { times }) => sum + times - 1, 0);
    return { kills: round, accepted: accepted.size, kept: before, settled: after, duplicates, faults };
  } finally {
    await receiver.close();
  }
}

/** One child, from its start to its end. */
async function live(
  file: string,
  port: number,
  name: string,
  random: () => number,
  accepted: Map<string, string>,
  faults: string[],
): Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "child.ts"), file, `${port}`, name], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (text) => {
    errors += text;
  });
  const lines = createInterface({ input: child.stdout });
  const closed = Promise.all([once(child, "exit"), once(lines, "close")]);
  // So many lines and a while later, so that fast and slow machines get as far.
  let left = Math.floor(random() ** 2 * 100);
  lines.on("line", (line) => {
    if (line !== "ready") note(line, accepted, faults);
    if (left-- === 0) setTimeout(() => child.kill("SIGKILL"), random() * 30);
  });
  const [[code, signal]] = (await closed) as [[number | null, string | null], unknown];
  if (signal !== "SIGKILL") faults.push(`a child ended by itself, with ${code}: ${errors}`);
}

function note(line: string, accepted: Map<string, string>, faults: string[]): void {
  const [id, key] = line.split(" ");
  // The last line may be cut off.
  if (id === undefined || key === undefined || !/^msg_[0-9a-z]{26}$/.test(id)) return;
  const before = accepted.get(id);
  if (before !== undefined && !key.startsWith(before) && !before.startsWith(key))
    faults.push(`${id} is ${before} and ${key}`);
  if (before === undefined || before.length < key.length) accepted.set(id, key);
}

function faultsOf(accepted: Map<string, string>, kept: Map<string, DeliverySummary>, receiver: Receiver): string[] {
  const faults: string[] = [];
  for (const id of accepted.keys()) if (!kept.has(id)) faults.push(`${id} was accepted and is missing`);
  for (const [id, { state, idempotencyKey }] of kept) {
    const got = receiver.received.get(id);
    if (state === "pending") faults.push(`${id} is still pending`);
    if (state === "delivered" && got === undefined) faults.push(`${id} is delivered, and was never received`);
    if (state === "dead" && !receiver.rejected.has(id)) faults.push(`${id} is dead, and was never rejected`);
    if (got !== undefined && (got.said.size !== 1 || !got.said.has(idempotencyKey!)))
      faults.push(`${id} said two things`);
  }
  for (const id of receiver.received.keys()) if (!kept.has(id)) faults.push(`${id} was received and is missing`);
  const ids = new Map<string, string>();
  for (const [id, { said }] of receiver.received) {
    for (const key of said) {
      if (ids.has(key) && ids.get(key) !== id) faults.push(`${key} was received as ${id} and as ${ids.get(key)}`);
      ids.set(key, id);
    }
  }
  return faults;
}

export function integrityOf(file: string): string[] {
  const db = new Database(file);
  const found = db.pragma("integrity_check", { simple: true });
  db.close();
  return found === "ok" ? [] : [`${found}`];
}
