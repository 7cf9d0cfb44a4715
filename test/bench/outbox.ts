/** The durable outbox without a network: handing over, delivering to nowhere, and a healthy destination beside fifty that hang. */
import { newId } from "../../src/base/id.ts";
import { createDispatcher } from "../../src/dispatch/index.ts";
import { median } from "./clock.ts";
import { durable, entryOf, nothing, withStore } from "./durable.ts";
import { duration, perSecond, printRows } from "./table.ts";

const rounds = 3;

async function addRate(count: number, chunk: number): Promise<number> {
  return withStore(async ({ outbox }) => {
    const now = Date.now();
    const entries = Array.from({ length: count }, (_, i) => entryOf(i, newId(now), now));
    const start = process.hrtime.bigint();
    const adding: Promise<unknown>[] = [];
    for (let from = 0; from < count; from += chunk) adding.push(outbox.add(entries.slice(from, from + chunk)));
    await Promise.all(adding);
    return Number(process.hrtime.bigint() - start) / count;
  });
}

/** From `send` to its end, in ns, while `hanging` destinations have all they may at once. */
async function latency(hanging: number): Promise<number> {
  return withStore(async (store) => {
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const ends = new Map<string, () => void>();
    const channel = {
      ...nothing(8),
      async send({ destination, alert }: { destination: string; alert: { title: string } }) {
        if (destination !== "healthy") await opened;
        ends.get(alert.title)?.();
        return { outcome: { kind: "delivered" as const } };
      },
    };
    const dispatcher = createDispatcher({ store, channels: { channel } });
    const slow = Array.from({ length: hanging * 40 }, (_, i) => ({
      channel: "channel",
      to: `slow ${i % hanging}`,
      alert: { title: "slow" },
    }));
    await dispatcher.sendMany(slow);
    dispatcher.start();
    const times: number[] = [];
    for (let i = 0; i < 300; i++) {
      const title = `${i}`;
      const arrived = new Promise<void>((resolve) => ends.set(title, resolve));
      const start = process.hrtime.bigint();
      await dispatcher.send({ channel: "channel", to: "healthy", alert: { title } });
      await arrived;
      if (i >= 100) times.push(Number(process.hrtime.bigint() - start));
    }
    open();
    await dispatcher.close();
    return median(times);
  });
}

const added: number[] = [];
const delivered: number[] = [];
const spread: number[] = [];
for (let i = 0; i < rounds; i++) {
  added.push(await addRate(100_000, 1000));
  delivered.push((await durable(nothing(64), () => "one", 30_000)).delivered);
  spread.push((await durable(nothing(8), (i) => `${i % 1000}`, 30_000)).delivered);
}
const [alone, beside] = [await latency(0), await latency(50)];
const rate = (ns: readonly number[]) => `${perSecond(median(ns))}, ${duration(median(ns))} each`;
printRows({ measured: "add of 100,000 rendered alerts, durable", ours: rate(added) }, { target: "≥ 30,000/s" });
printRows({ measured: "claim, send nowhere, settle: one destination", ours: rate(delivered) }, {});
printRows({ measured: "the same: 1,000 destinations", ours: rate(spread) }, {});
printRows(
  { measured: "from `send` to the receiver, beside 50 destinations that hang", ours: duration(beside) },
  { peer: "with no others", theirs: duration(alone), target: "unharmed" },
);
