import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sqliteStore } from "../../../src/stores/sqlite.ts";
import { integrityOf } from "../crash.ts";
import { startReceiver } from "../receiver.ts";
import { differences } from "./differences.ts";
import { type Instance, serve, tocsin } from "./instance.ts";
import { type Fleet, lane } from "./lanes.ts";
import { readers, writeProgram } from "./program.ts";

export interface ServiceCrashReport {
  readonly kills: number;
  /** Orders that were answered to be on disk. */
  readonly accepted: number;
  /** Transitions, events, members and readers that had to be alerted, and were. */
  readonly alerts: number;
  readonly backfilled: number;
  readonly scheduledRuns: number;
  /** Requests beyond the first that the receiver took for one id. */
  readonly duplicates: number;
  /** Lists what must not happen, but did. */
  readonly faults: readonly string[];
}

/**
 * Two services on one file collect orders, fire and deliver, go through a backfill and schedules, and are killed again and
 * again; then what was accepted is compared with what arrived.
 */
export async function crashService(
  folder: string,
  kills: number,
  random: () => number = Math.random,
): Promise<ServiceCrashReport> {
  const receiver = await startReceiver(random);
  const faults: string[] = [];
  try {
    const config = writeProgram(folder, receiver.port);
    const at = ["-c", config];
    const members = 40 + kills * 10;
    const key = (await tocsin("keys", "api", "create", "test", "--scope", "collect,read,write", ...at)).trim();
    // Members are there before the trigger is, so that only its backfill alerts them.
    const quiet = writeProgram(folder, receiver.port, "draft");
    await tocsin("apply", "--yes", "--wait", "-c", quiet);
    await populate(quiet, key, members);
    await tocsin("apply", "--yes", "--wait", "-c", writeProgram(folder, receiver.port));
    await tocsin("backfill", "welcome", "--yes", "--rate-limit", "20/1s", ...at);

    let over = false;
    let left = kills;
    const running = new Set<Instance>();
    const fleet: Fleet = {
      faults,
      get isOver() {
        return over;
      },
      async any() {
        while (running.size === 0) await sleep(5);
        return [...running][Math.floor(random() * running.size)]!;
      },
    };
    const lives = async (): Promise<void> => {
      while (left > 0) {
        left--;
        // Some are killed while they start.
        const instance = await serve(config, random() < 0.1 ? random() * 1500 : undefined);
        if (instance === undefined) continue;
        running.add(instance);
        await sleep(random() ** 2 * 2000);
        running.delete(instance);
        await instance.end("SIGKILL");
        faults.push(...instance.complaints);
      }
    };
    const lanes = Promise.all(Array.from({ length: 8 }, (_, i) => lane(fleet, key, `lane${i}`, random)));
    await Promise.all([lives(), lives()]);
    const last = (await serve(config))!;
    running.add(last);
    over = true;
    const people = (await lanes).flat();
    await settled(last, key);
    running.delete(last);
    const code = await last.end("SIGTERM");
    if (code !== 0) faults.push(`told to stop, it ended with ${code}`);
    faults.push(...last.complaints);

    const file = join(folder, "tocsin.db");
    const store = sqliteStore(file);
    const found = await differences(store, people, receiver, { members, readers });
    await store.close();
    faults.push(...found.faults, ...integrityOf(file));
    const accepted = people.reduce((sum, { orders }) => sum + orders.length, 0);
    return {
      kills,
      accepted,
      alerts: found.alerts,
      backfilled: members,
      scheduledRuns: found.scheduledRuns,
      duplicates: found.duplicates,
      faults,
    };
  } finally {
    await receiver.close();
  }
}

async function populate(config: string, key: string, members: number): Promise<void> {
  const { url, end } = (await serve(config))!;
  const person = (user: string, kind: string) => ({ identifiers: { user }, fields: { user, kind } });
  const updates = [
    ...Array.from({ length: members }, (_, i) => person(`member${i}`, "member")),
    ...Array.from({ length: readers }, (_, i) => person(`reader${i}`, "reader")),
  ];
  for (let from = 0; from < updates.length; from += 1000) {
    await asked(`${url}/v1/profiles`, key, { updates: updates.slice(from, from + 1000) });
  }
  await end("SIGTERM");
}

/** Nothing waits, runs or is to be delivered any more; the schedule is paused, or it would never be. */
async function settled({ url }: Instance, key: string): Promise<void> {
  await asked(`${url}/v1/triggers/paper/pause`, key);
  for (;;) {
    const runs = await asked(`${url}/v1/runs?state=running`, key);
    const waiting = await asked(`${url}/v1/firings?state=waiting`, key);
    const pending = await asked(`${url}/v1/deliveries?state=pending`, key);
    if ([runs, waiting, pending].every(({ items }) => items.length === 0)) return;
    await sleep(50);
  }
}

async function asked(url: string, key: string, body?: object): Promise<{ readonly items: readonly unknown[] }> {
  const post = body !== undefined || url.endsWith("/pause");
  const answer = await fetch(url, {
    method: post ? "POST" : "GET",
    headers: { authorization: `Bearer ${key}`, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} was answered with ${answer.status} ${text}`);
  return JSON.parse(text);
}
