/** Updates of profiles against a hundred audiences: merged, judged, memberships kept, who enters alerted; all of it durable. */
import type { Update } from "../../src/profiles/index.ts";
import { median } from "./clock.ts";
import { nothing } from "./durable.ts";
import { seeded } from "./profiles.ts";
import { audiences, onEnter, populate, settle, visit, withEngine } from "./program.ts";
import { duration, perSecond, printRows, thousands } from "./table.ts";

const population = 20_000;
const count = 20_000;
const rounds = 5;

await withEngine({ crm: nothing(64) }, async ({ store, engine }) => {
  await populate(store, population);
  const trigger = Object.fromEntries(["a4", "a9", "a14", "a19", "a24"].map((name) => [`t-${name}`, onEnter(name)]));
  const states = Object.fromEntries(Object.keys(trigger).map((name) => [name, "active" as const]));
  await engine.apply({ origin: "api", definitions: { audience: audiences, trigger }, states });
  await settle({ engine, store });

  const random = seeded(3);
  const updates = (): Update[] => Array.from({ length: count }, () => visit(Math.floor(random() * population), random));

  /** So many callers, each with one update at a time; or one that brings `bulk` at once. */
  async function rate(callers: number, bulk: number): Promise<number> {
    const all = updates();
    const start = process.hrtime.bigint();
    let next = 0;
    const call = async () => {
      while (next < count) {
        const some = all.slice(next, next + bulk);
        next += bulk;
        for (const one of await engine.update(some)) if ("problem" in one) throw new Error(one.problem);
      }
    };
    await Promise.all(Array.from({ length: callers }, call));
    return Number(process.hrtime.bigint() - start) / count;
  }

  const singly: number[] = [];
  const bulks: number[] = [];
  const before = (await store.outbox.stats()).total.pending;
  for (let i = 0; i < rounds; i++) {
    singly.push(await rate(256, 1));
    bulks.push(await rate(1, 500));
  }
  const alerts = (await store.outbox.stats()).total.pending - before;
  const each = (alerts / (2 * rounds * count)).toFixed(2);
  const what = `${thousands(population)} profiles, 100 audiences, durable; ${each} alerts an update`;
  const ours = (ns: readonly number[]) => `${perSecond(median(ns))}, ${duration(median(ns))} each`;
  printRows({ measured: `profile updates, 256 callers: ${what}`, ours: ours(singly) }, { target: "≥ 5,000/s" });
  printRows({ measured: "the same, 500 at once", ours: ours(bulks) }, {});
});
