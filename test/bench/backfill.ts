/**
 * A backfill of a million members by the service, while updates go on: how fast it renders and enqueues, in how much memory,
 * and what becomes of the time from an update to its webhook. `backfill.ts 100000`: of so many.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Run } from "../../src/store/index.ts";
import { median } from "./clock.ts";
import { nothing } from "./durable.ts";
import { populate, settle, withEngine } from "./program.ts";
import { startService, vips } from "./service.ts";
import { duration, perSecond, printRows, thousands } from "./table.ts";
import { templates } from "./texts.ts";

const count = Number(process.argv[2] ?? 1_000_000);
/** Updates a second beside it. */
const updates = 50;

const mostly = (values: readonly number[]) => `${median(values).toFixed(0)} MiB`;

await withEngine({ crm: nothing(1), bulk: nothing(1) }, async (opened) => {
  const { store, engine, file } = opened;
  await populate(store, count);
  const all = { on: { enter: "everyone" }, send: [{ channel: "bulk" }], alert: { ...templates } };
  await engine.apply({
    origin: "api",
    definitions: {
      audience: { everyone: { where: "ge .id 0" }, ...vips.audience },
      trigger: { all, ...vips.trigger },
    },
    states: { vip: "active", all: "active" },
  });
  let start = performance.now();
  await settle(opened);
  const swept = ((performance.now() - start) * 1e6) / count;

  const service = await startService(store, file);
  let next = 0;
  function* some(seconds: number) {
    for (let i = 0; i < seconds * updates; i++) yield next++;
  }
  await service.latencies(some(5), updates);
  const alone = await service.latencies(some(10), updates);

  const { id } = (await service.ask("POST", "/v1/triggers/all/backfill", {})) as Run;
  start = performance.now();
  let going = true;
  const beside: number[] = [];
  const work = async () => {
    while (going) beside.push(...(await service.latencies(some(2), updates)));
  };
  const working = work();
  const memory: Awaited<ReturnType<typeof service.memory>>[] = [];
  let run: Run;
  let took: number;
  do {
    await sleep(500);
    run = (await service.ask("GET", `/v1/runs/${id}`)) as Run;
    took = performance.now() - start;
    memory.push(await service.memory());
  } while (run.state === "running");
  going = false;
  await working;
  await service.stop();
  if (run.state !== "done" || run.sent + run.skipped < count || run.failed > 0) throw new Error(JSON.stringify(run));

  const fifth = Math.ceil(memory.length / 5);
  const [early, late] = [memory.slice(0, fifth), memory.slice(-fifth)];
  // What is left after a collection is the least that is seen.
  const heapOf = (some: typeof memory) => `${Math.min(...some.map(({ heap }) => heap)).toFixed(0)} MiB`;
  const of = (some: typeof memory) => `${heapOf(some)} (${mostly(some.map(({ resident }) => resident))})`;
  printRows(
    {
      measured: `sweep of ${thousands(count)} profiles, 2 audiences`,
      ours: `${perSecond(swept)}, ${duration(swept)} each`,
    },
    {},
  );
  printRows(
    {
      measured: `backfill of ${thousands(count)} by the service, ${updates} updates a second beside it`,
      ours: perSecond((took * 1e6) / run.sent),
    },
    { target: "≥ 3,000/s" },
  );
  printRows(
    { measured: "its heap (resident), in the last fifth of that", ours: of(late) },
    { peer: "in the first", theirs: of(early), target: "constant" },
  );
  printRows(
    { measured: "update → webhook meanwhile, median", ours: duration(median(beside)) },
    { peer: "without it", theirs: duration(median(alone)), target: "unharmed" },
  );
});
