/** From an update that is put to the API to the webhook that it makes, through a hundred audiences, the store and the outbox. */
import { nothing } from "./durable.ts";
import { audiences, populate, settle, withEngine } from "./program.ts";
import { startService, vips } from "./service.ts";
import { duration, printRows, thousands } from "./table.ts";

const population = 20_000;
const warmUp = 2_000;
const perSecond = 500;

await withEngine({ crm: nothing(1), bulk: nothing(1) }, async (opened) => {
  const { store, engine, file } = opened;
  await populate(store, population);
  const { audience, trigger } = vips;
  await engine.apply({
    origin: "api",
    definitions: { audience: { ...audiences, ...audience }, trigger },
    states: { vip: "active" },
  });
  await settle(opened);
  const service = await startService(store, file);
  const some = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  await service.latencies(some(0, warmUp), perSecond);
  const times = (await service.latencies(some(warmUp, 12_000), perSecond)).sort((a, b) => a - b);
  await service.stop();
  const at = (share: number) => duration(times[Math.floor(share * times.length)]!);
  printRows(
    {
      measured: `update → webhook at ${perSecond}/s: ${thousands(population)} profiles, 100 audiences`,
      ours: `${at(0.5)} median, ${at(0.99)} at 99 %`,
    },
    { target: "median < 50 ms" },
  );
});
