import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Json } from "../../src/base/json.ts";
import { type Channel, createDispatcher } from "../../src/dispatch/index.ts";
import { type SqliteStore, sqliteStore } from "../../src/stores/sqlite.ts";

/** Sends nothing: what is left is the price of keeping. */
export function nothing(concurrency: number): Channel {
  return {
    kind: "nothing",
    limits: { concurrency },
    accept: (to) => ({ destination: String(to) }),
    send: async () => ({ outcome: { kind: "delivered" } }),
  };
}

/** With a store in a file on the disk, which goes afterwards. */
export async function withStore<Result>(work: (store: SqliteStore, file: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "tocsin-bench-"));
  const file = join(folder, "outbox.db");
  const store = sqliteStore(file);
  try {
    return await work(store, file);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
}

const body = "Your order of three items has left our warehouse and will be with you on Thursday. ".repeat(3);
const alertOf = (i: number) => ({ title: `Order ${i} is on its way`, subtitle: "Thank you for your order", body });

export interface Rates {
  /** ns for each: to hand over, and to claim, send and settle. */
  readonly handedOver: number;
  readonly delivered: number;
}

/** Hands over `count` alerts and delivers them by a channel, all of it durable. */
export async function durable(channel: Channel, toOf: (i: number) => Json, count: number): Promise<Rates> {
  return withStore(async (store) => {
    const dispatcher = createDispatcher({ store, channels: { channel } });
    const requests = Array.from({ length: count }, (_, i) => ({ channel: "channel", to: toOf(i), alert: alertOf(i) }));
    let start = process.hrtime.bigint();
    const results = await dispatcher.sendMany(requests);
    const handedOver = Number(process.hrtime.bigint() - start) / count;
    const failed = results.find((one) => "error" in one);
    if (failed !== undefined) throw new Error(`bench: ${JSON.stringify(failed)}`);
    start = process.hrtime.bigint();
    await dispatcher.drain("settled");
    const delivered = Number(process.hrtime.bigint() - start) / count;
    const { total } = await store.outbox.stats();
    if (total.delivered !== count) throw new Error(`bench: ${JSON.stringify(total)} of ${count}`);
    await dispatcher.close();
    return { handedOver, delivered };
  });
}

/** What the dispatcher hands a store. */
export const entryOf = (i: number, id: string, now: number) => ({
  id,
  channel: "channel",
  destination: `${i % 100}`,
  to: `${i % 100}`,
  alert: alertOf(i),
  createdAt: now,
});
