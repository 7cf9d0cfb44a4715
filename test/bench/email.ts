/** How many messages a second `email` sends, beside a bare loop over a pool of nodemailer with the same connections. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { email } from "../../src/channels/email.ts";
import type { Delivery } from "../../src/store/index.ts";
import { race } from "./clock.ts";
import { beside, perSecond, printRows } from "./table.ts";

const connections = 5;
const atOnce = 2 * connections;
const messages = 500;

const sink = fork(join(import.meta.dirname, "email-sink.ts"));
const [port] = (await once(sink, "message")) as [number];

const text = "Your order 1234 was shipped and will be with you on Friday.\n".repeat(10);
const html = `<!doctype html><html><body>${"<p>Your order 1234 was shipped.</p>\n".repeat(20)}</body></html>`;
const signal = new AbortController().signal;

const channel = email({
  host: "127.0.0.1",
  port,
  starttls: "off",
  guard: { allow: ["127.0.0.1"] },
  from: "shop@example.org",
  pool: { connections, messages: Number.POSITIVE_INFINITY },
});
const ours = async (n: number): Promise<void> => {
  const delivery: Delivery = {
    id: `msg_${n}`,
    channel: "mail",
    to: `customer${n}@example.net`,
    destination: `customer${n}@example.net`,
    alert: { title: `Order ${n}`, body: text, html },
    createdAt: 1_700_000_000_000,
    attempt: 1,
  };
  const { outcome } = await channel.send(delivery, { now: 0, signal });
  if (outcome.kind !== "delivered") throw new Error(JSON.stringify(outcome));
};

const pool = createTransport({
  pool: true,
  host: "127.0.0.1",
  port,
  ignoreTLS: true,
  maxConnections: connections,
  maxMessages: Number.POSITIVE_INFINITY,
});
const bare = async (n: number): Promise<void> => {
  await pool.sendMail({
    from: "shop@example.org",
    to: { name: "", address: `customer${n}@example.net` },
    subject: `Order ${n}`,
    text,
    html,
  });
};

let next = 0;
const round = (send: (n: number) => Promise<void>) => async (): Promise<number> => {
  let left = messages;
  const start = process.hrtime.bigint();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (left-- > 0) await send(next++);
    }),
  );
  return Number(process.hrtime.bigint() - start) / messages;
};

const times = await race({ ours: round(ours), bare: round(bare) }, 20);
await channel.close?.();
pool.close();
sink.kill();
const row = beside("bare pool of nodemailer", times.ours, times.bare, "≥ 80 % of its rate");
printRows(
  { measured: "e-mail: message composed, handed to a server", ours: perSecond(times.ours) },
  { ...row, theirs: perSecond(times.bare), ratio: `${((times.bare / times.ours) * 100).toFixed(0)} %` },
);
