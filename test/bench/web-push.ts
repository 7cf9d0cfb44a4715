/** Pushes to one https receiver on loopback: through the channel, and by `web-push` itself. */
import { fork } from "node:child_process";
import { createECDH, randomBytes } from "node:crypto";
import { once } from "node:events";
import { Agent } from "node:https";
import { join } from "node:path";
import library from "web-push";
import { vapidKeys, webPush } from "../../src/channels/web-push.ts";
import { certificate } from "../channels/certificate.ts";
import { attempting, delivery } from "../channels/deliveries.ts";
import { race } from "./clock.ts";
import { beside, duration, perSecond, printRows } from "./table.ts";

const pair = certificate();
const receiver = fork(join(import.meta.dirname, "push-receiver.ts"), [JSON.stringify(pair)]);
const [port] = await once(receiver, "message");

const vapid = { subject: "mailto:ops@example.com", ...vapidKeys() };
const subscriptions = Array.from({ length: 100 }, (_, i) => {
  const p256dh = createECDH("prime256v1").generateKeys("base64url") as string;
  return {
    endpoint: `https://localhost:${port}/push/${i}`,
    keys: { p256dh, auth: randomBytes(16).toString("base64url") },
  };
});
const alert = { title: "Your order has shipped", subtitle: "Order 0001250", body: "Brass gear, 2 pieces. ".repeat(10) };

const concurrency = 32;
const channel = webPush({
  vapid,
  guard: { allow: ["127.0.0.0/8", "::1"] },
  tls: { ca: pair.cert },
  connections: concurrency,
});
const agent = new Agent({ ca: pair.cert, keepAlive: true, maxSockets: concurrency });
const payload = JSON.stringify({ ...alert, id: "msg_01k0000000abcdefghjkmnpqrs" });

async function ours(i: number): Promise<void> {
  const { outcome } = await channel.send(delivery({ to: subscriptions[i % 100]!, alert }), attempting());
  if (outcome.kind !== "delivered") throw new Error(JSON.stringify(outcome));
}
const theirs = async (i: number): Promise<void> => {
  await library.sendNotification(subscriptions[i % 100]!, payload, { vapidDetails: vapid, agent });
};

/** ns for each of `count` pushes, so many at once. */
const round = (push: (i: number) => Promise<void>, count: number, atOnce: number) => async () => {
  let next = 0;
  const start = process.hrtime.bigint();
  const worker = async () => {
    while (next < count) await push(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return Number(process.hrtime.bigint() - start) / count;
};

const times = await race(
  {
    ours: round(ours, 300, concurrency),
    loop: round(theirs, 100, 1),
    theirs: round(theirs, 300, concurrency),
  },
  9,
);
printRows(
  { measured: `web pushes, ${concurrency} at once`, ours: `${duration(times.ours)}, ${perSecond(times.ours)}` },
  beside("`sendNotification`, one after another", times.ours, times.loop, "≥ 3× faster"),
  beside(`\`sendNotification\`, ${concurrency} at once`, times.ours, times.theirs),
);
await channel.close?.();
agent.destroy();
receiver.kill();
