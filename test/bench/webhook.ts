/** Webhooks to a receiver on loopback: our channel and a bare loop over undici, with the same connections; then all of it, durable. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent } from "undici";
import { generateSecret, webhook } from "../../src/channels/webhook.ts";
import { createDispatcher } from "../../src/dispatch/index.ts";
import { compileAlert } from "../../src/index.ts";
import type { Alert, Delivery } from "../../src/store/index.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { race } from "./clock.ts";
import { type Profile, profileJson, seeded } from "./profiles.ts";
import { beside, perSecond, printRows, thousands } from "./table.ts";
import { templates } from "./texts.ts";

const receiver = fork(join(import.meta.dirname, "receiver.ts"));
const [port] = (await once(receiver, "message")) as [number];
const url = `http://127.0.0.1:${port}/hook`;
const connections = 32;
const key = generateSecret();
const channel = webhook({
  guard: { allow: ["127.0.0.1"] },
  keys: [key],
  keepAlive: true,
  connections,
  limits: { concurrency: connections },
});

/** Runs `count` operations, so many at once; gives the ns of each. */
async function pooled(count: number, one: (n: number) => Promise<void>): Promise<number> {
  const start = process.hrtime.bigint();
  let next = 0;
  const work = async () => {
    while (next < count) await one(next++);
  };
  await Promise.all(Array.from({ length: connections }, work));
  return Number(process.hrtime.bigint() - start) / count;
}

const random = seeded(5);
const profiles = Array.from({ length: 1000 }, (_, n): Profile => JSON.parse(profileJson(n, random)));
const alert = compileAlert(templates);
const { destination } = channel.accept(url);
const deliveries = await Promise.all(
  profiles.map(async (profile, n): Promise<Delivery> => {
    const rendered = alert.render(profile) as Alert;
    const draft = { id: `msg_${n}`, channel: "crm", to: url, alert: rendered, createdAt: Date.now() };
    return { ...draft, destination, content: await channel.compose!(draft), attempt: 1 };
  }),
);

const { signal } = new AbortController();
const agent = new Agent({ allowH2: false, pipelining: 1, connections });
const bodies = deliveries.map(({ content }) => (content as { body: string }).body);
const { origin, pathname } = new URL(url);

async function bare(n: number): Promise<void> {
  const headers = { "content-type": "application/json", "webhook-id": `msg_${n}` };
  const { statusCode, body } = await agent.request({
    origin,
    path: pathname,
    method: "POST",
    headers,
    body: bodies[n % 1000]!,
  });
  await body.dump();
  if (statusCode !== 204) throw new Error(`${statusCode}`);
}

async function ours(n: number): Promise<void> {
  const { outcome } = await channel.send(deliveries[n % 1000]!, { now: Date.now(), signal });
  if (outcome.kind !== "delivered") throw new Error(outcome.reason);
}

const round = 4_000;
const times = await race({ ours: () => pooled(round, ours), bare: () => pooled(round, bare) }, 15);
printRows(
  { measured: "webhook: signed, sent, answered; kept connections", ours: perSecond(times.ours) },
  { ...beside("bare undici loop", times.ours, times.bare, "≥ 70 %"), theirs: perSecond(times.bare) },
);

const folder = mkdtempSync(join(tmpdir(), "tocsin-bench-"));
const store = sqliteStore(join(folder, "tocsin.db"));
const count = 30_000;
const dispatcher = createDispatcher({ store, channels: { crm: channel }, render: (profile) => alert.render(profile) });
const start = process.hrtime.bigint();
dispatcher.start();
for (let from = 0; from < count; from += 1000) {
  await dispatcher.sendMany(profiles.map((profile) => ({ channel: "crm", to: url, profile, template: "t" })));
}
await dispatcher.drain("settled");
const durable = Number(process.hrtime.bigint() - start) / count;
await dispatcher.close();
const { channels } = await store.outbox.stats();
const delivered = channels.crm?.delivered;
if (delivered !== count) throw new Error(`${delivered} of ${count} were delivered`);
await store.close();
rmSync(folder, { recursive: true });
printRows(
  {
    measured: `webhook, durable: ${thousands(count)} rendered, kept in SQLite, sent, settled`,
    ours: perSecond(durable),
  },
  { ...beside("bare undici loop", durable, times.bare, "≥ 70 %"), theirs: perSecond(times.bare) },
  { peer: "goal", target: "≥ 3,000/s" },
);
await agent.close();
receiver.disconnect();
