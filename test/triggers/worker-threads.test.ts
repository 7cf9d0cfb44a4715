import { afterAll, expect, test } from "vitest";
import { alerting, sprig } from "../../src/functions/index.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import type { EngineOptions } from "../../src/triggers/index.ts";
import { createWorkerPool, workerEvaluate } from "../../src/workers/index.ts";
import { createHarness, noon, to } from "./harness.ts";

const pool = createWorkerPool({ size: 2 });
afterAll(() => pool.close());

/** All is evaluated in workers: on the event loop there is no time for anything. */
async function inWorkers(more: EngineOptions["templates"] = {}) {
  const templates = { functions: [sprig, alerting], ...more };
  const evaluate = await workerEvaluate(pool, templates);
  return createHarness(memoryStore(), noon, { templates, evaluate, budget: 0 });
}

test("mappings, conditions and alerts come to the same in worker threads, with the engine's time of day", async () => {
  const s = await inWorkers({ timeZone: "Asia/Tokyo", locale: "de" });
  const alert = { title: '{{ .name }} {{ now | date "15:04" }} {{ formatNumber 1234.5 }}', html: "<b>{{ .name }}</b>" };
  const t = {
    on: { enter: "vips" },
    where: "not .trigger.backfill",
    send: [{ channel: "crm", to }],
    alert,
    dedupe: "{{ .name }}",
  };
  await s.declare({
    stream: {
      clicks: { identifiers: { user_id: "{{ .who }}" }, fields: { name: "{{ .who | upper }}", vip: { path: "vip" } } },
    },
    audience: { vips: { where: ".vip" } },
    trigger: { t },
  });
  const results = await s.engine.collect("clicks", [
    { who: "ada", vip: true },
    { who: "bob", vip: false },
    { vip: true },
  ]);
  expect(results.map(({ problem }) => problem)).toEqual([
    undefined,
    undefined,
    "no identifier: user_id is missing or empty",
  ]);
  expect(await s.sent()).toEqual(["ADA 21:00 1.234,5"]);
  const [delivery] = (await s.store.outbox.list({ limit: 9 })).items;
  expect((await s.store.outbox.find(delivery!.id))?.alert?.html).toBe("<b>ADA</b>");
});

test("limits hold there, and say so", async () => {
  const s = await inWorkers({ limits: { steps: 10_000 } });
  const alert = { title: "{{ range 1000000 }}.{{ end }}" };
  await s.declare({
    stream: { clicks: { identifiers: { user_id: "{{ .who }}" } } },
    trigger: { t: { on: { event: "clicks" }, send: [{ channel: "crm", to: "a" }], alert } },
  });
  await s.engine.collect("clicks", [{ who: "ada" }]);
  const { items } = await s.store.firings.list({ trigger: "t", limit: 9 });
  expect(items.map(({ state, reason }) => [state, reason])).toEqual([
    ["failed", 'template: title:1:9: executing "title" at <1000000>: exceeded maximum number of steps (10000)'],
  ]);
});

test("functions of one's own cannot go there", async () => {
  expect(await workerEvaluate(pool, { functions: [{ own: () => 1 }] })).toBeUndefined();
});
