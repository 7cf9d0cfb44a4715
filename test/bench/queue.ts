/** A million deliveries queued: what memory they take, and how claiming goes on. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { newId } from "../../src/base/id.ts";
import { median } from "./clock.ts";
import { entryOf, withStore } from "./durable.ts";
import { duration, printRows, thousands } from "./table.ts";

setFlagsFromString("--expose-gc");
const gc: () => void = runInNewContext("gc");
const million = 1_000_000;
const chunk = 1000;

function memory(): string {
  gc();
  const { heapUsed, rss } = process.memoryUsage();
  return `${(heapUsed / 2 ** 20).toFixed(1)} MiB (${(rss / 2 ** 20).toFixed(0)} MiB)`;
}

await withStore(async ({ outbox }) => {
  let count = 0;
  const now = Date.now();
  const fill = async (upTo: number): Promise<void> => {
    while (count < upTo) await outbox.add(Array.from({ length: chunk }, () => entryOf(count++, newId(now), now)));
  };
  async function claimTime(full: ReadonlyMap<string, number>): Promise<number> {
    const times: number[] = [];
    for (let i = 0; i < 50; i++) {
      const start = process.hrtime.bigint();
      const request = {
        now: Date.now(),
        lease: 60_000,
        limit: 100,
        channels: { channel: { perDestination: 16, room: full } },
      };
      const { claimed } = await outbox.claim(request);
      times.push(Number(process.hrtime.bigint() - start));
      if (claimed.length !== 100) throw new Error(`bench: ${claimed.length} claimed`);
      await outbox.settle(
        claimed.map(({ id, claim }) => ({ claim: { id, claim }, now: Date.now(), decision: { state: "delivered" } })),
      );
    }
    return median(times);
  }
  const none = new Map<string, number>();
  const full = new Map(Array.from({ length: 90 }, (_, i) => [`${i}`, 0]));
  await fill(million / 10);
  const early = { memory: memory(), claim: await claimTime(none) };
  await fill(million);
  const late = { memory: memory(), claim: await claimTime(none), beside: await claimTime(full) };
  const peer = `with ${thousands(million / 10)}`;
  printRows(
    { measured: "heap (resident) with 1,000,000 queued", ours: late.memory },
    { peer, theirs: early.memory, target: "constant" },
  );
  printRows(
    { measured: "claiming 100 of 1,000,000 queued, durable", ours: duration(late.claim) },
    { peer, theirs: duration(early.claim), target: "constant" },
  );
  printRows(
    { measured: "the same, 90 of 100 destinations being full", ours: duration(late.beside) },
    { peer: "none full", theirs: duration(late.claim) },
  );
});
