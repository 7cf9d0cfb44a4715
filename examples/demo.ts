/**
 * Shows the whole way of an alert on this machine: renders the examples, sends one to a webhook receiver and a mail
 * server that it starts itself on loopback, then lets one fire: the example profiles are imported, a trigger is activated,
 * and an event is posted to the service. Prints what arrived.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text as readAll } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";
import { generateSecret, verify } from "../src/channels/webhook.ts";

const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "tocsin-demo-"));
const key = generateSecret();
const arrived: string[] = [];

/** A CRM that is busy the first time it is asked. */
let asked = 0;
const crm = createServer(async (request, response) => {
  const body = await readAll(request);
  if (asked++ === 0) {
    arrived.push(`POST ${request.url}\n  answered 503: the sender has to come back`);
    response.writeHead(503).end("busy");
    return;
  }
  const { id } = verify(request.headers as Record<string, string>, body, [key]);
  arrived.push(
    `POST ${request.url}\n  webhook-id: ${id}\n  the signature is right\n  ${body.trim().replaceAll("\n", "\n  ")}`,
  );
  response.writeHead(204).end();
});
const mailServer = new SMTPServer({
  authOptional: true,
  logger: false,
  onData(stream, session, done) {
    simpleParser(stream).then(({ subject, text, headerLines }) => {
      const unsubscribe = headerLines.find((line) => line.key === "list-unsubscribe")?.line;
      const to = session.envelope.rcptTo.map(({ address }) => address).join(", ");
      const tls = session.secure ? "over TLS" : "in the clear";
      arrived.push(
        `mail ${tls} to ${to}\n  Subject: ${subject}\n  ${unsubscribe}\n\n  ${(text ?? "").trim().replaceAll("\n", "\n  ")}`,
      );
      done();
    }, done);
  },
});

const port = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;
await new Promise<void>((resolve) => crm.listen(0, "127.0.0.1", resolve));
const smtp = await new Promise<{ address(): unknown }>((resolve) => {
  const server = mailServer.listen(0, "127.0.0.1", () => resolve(server));
});
const env = {
  ...process.env,
  DEMO_FOLDER: folder,
  CRM_URL: `http://127.0.0.1:${port(crm)}/in`,
  CRM_KEY: key,
  SMTP_PORT: String(port(smtp)),
};

const show = (title: string): void => console.log(`\n── ${title} ${"─".repeat(Math.max(0, 76 - title.length))}`);

/** As typed at a prompt. The receivers above go on meanwhile, so it may not block. */
async function tocsin(...args: string[]): Promise<string> {
  console.log(`\n$ tocsin ${args.map((arg) => (/[\s{}|]/.test(arg) ? `'${arg}'` : arg)).join(" ")}`);
  const child = spawn(process.execPath, [join(root, "dist/cli/main.js"), ...args], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const output = await readAll(child.stdout);
  process.stdout.write(output);
  return output;
}

/** The service, until it is stopped. Its log is only looked at for where it listens. */
async function serve(...args: string[]): Promise<{ url: string; stop(): Promise<void> }> {
  console.log(`\n$ tocsin serve --listen 0 ${args.join(" ")}`);
  const child = spawn(process.execPath, [join(root, "dist/cli/main.js"), "serve", "--listen", "0", ...args], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const url = await new Promise<string>((resolve, reject) => {
    lines.on("line", (line) => {
      const { msg, url } = JSON.parse(line);
      if (msg === "serving") resolve(url);
    });
    ended.then(([code]) => reject(new Error(`tocsin serve ended with ${code}`)), reject);
  });
  console.log(`serving at ${url}`);
  return {
    url,
    async stop() {
      child.kill("SIGTERM");
      const [code] = await ended;
      console.log(`\ntocsin serve was told to stop, and ended with ${code}`);
    },
  };
}

try {
  show("Alerts are rendered");
  await tocsin("render", "examples/alerts/welcome.yaml", "--profile", "examples/profile.json");
  await tocsin("render", "examples/alerts/order-shipped.yaml", "--profile", "examples/profile.json");
  await tocsin("render", "examples/alerts/subscription.yaml", "--profile", "examples/profiles.ndjson");

  show("One is sent, by webhook and by mail");
  const setup = ["--config", "examples/tocsin.yaml"];
  await tocsin(
    "send",
    "examples/alerts/welcome.yaml",
    "--profile",
    "examples/profile.json",
    "--to",
    "crm",
    "--to",
    "mail",
    "--wait",
    ...setup,
  );

  show("What arrived");
  for (const one of arrived) console.log(`\n${one}`);

  show("What became of it");
  await tocsin("outbox", "list", ...setup);
  const list = spawnSync(
    process.execPath,
    [join(root, "dist/cli/main.js"), "outbox", "list", "--channel", "crm", "--json", ...setup],
    { cwd: root, env, encoding: "utf8" },
  );
  await tocsin("why", JSON.parse(list.stdout.split("\n")[0]!).id, ...setup);

  show("What is declared, and who is known");
  await tocsin("apply", "--yes", "--wait", ...setup);
  await tocsin("profile", "import", "examples/profiles.ndjson", ...setup);
  await tocsin("plan", ...setup);
  await tocsin("audience", "list", ...setup);

  show("What would be sent in the next week, if the newsletter were active");
  await tocsin("simulate", "--to", "7d", "--activate", "newsletter", ...setup);

  show("A trigger is activated, and an event comes in");
  await tocsin("trigger", "activate", "gold", ...setup);
  const apiKey = (await tocsin("keys", "api", "create", "shop", "--scope", "collect", ...setup)).trim();
  const { url, stop } = await serve(...setup);
  const before = arrived.length;
  const event = { member: { mail: "Zoe@example.org" }, points: 1020 };
  console.log(`\n$ curl ${url}/v1/collect/loyalty -H 'Authorization: Bearer …' --json '${JSON.stringify(event)}'`);
  const answer = await fetch(`${url}/v1/collect/loyalty`, {
    method: "POST",
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify(event),
  });
  console.log(`${answer.status} ${await answer.text()}`);
  for (let i = 0; i < 200 && arrived.length === before; i++) await sleep(50);
  for (const one of arrived.slice(before)) console.log(`\n${one}`);
  await stop();

  show("Why she was alerted, and why somebody else was not");
  await tocsin("explain", "email=zoe@example.org", "gold", ...setup);
  await tocsin("explain", "email=ada@example.com", "gold", ...setup);
} finally {
  crm.close();
  crm.closeAllConnections();
  mailServer.close();
  rmSync(folder, { recursive: true });
}
