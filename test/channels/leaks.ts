import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { Json } from "../../src/base/json.ts";
import { type Channel, createDispatcher, type DispatchEvent, type SendRequest } from "../../src/dispatch/index.ts";
import { shownDelivery } from "../../src/dispatch/secrets/shown.ts";
import { createLogger, eventLog } from "../../src/observe/index.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import type { Received } from "./receiver.ts";

/** Tells whether a text contains a secret: as it is, or in any encoding that these undo. Shares no code with what it tests. */
export function tells(text: string, secret: string): boolean {
  const unescaped = text.replace(/\\u([\da-f]{4})/gi, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const slashless = unescaped.replaceAll("\\", "");
  const plain = [text, unescaped, slashless, ...[text, unescaped, slashless].flatMap(percentDecoded)];
  const has = (one: string): boolean => one.includes(secret) || one.replaceAll("\\", "").includes(secret);
  if (plain.some(has)) return true;
  return plain.some((one) =>
    (one.match(/[\w+/-]{8,}/g) ?? []).some((run) =>
      [0, 1, 2, 3].some((at) => has(Buffer.from(run.slice(at), "base64").toString())),
    ),
  );
}

const percentDecoded = (text: string): readonly string[] =>
  [text, text.replaceAll("+", " ")].map((one) =>
    one.replace(/(?:%[\da-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll("%", ""), "hex").toString()),
  );

/** All that a request was, in every encoding that servers repeat it in. */
export function repeated(headers: IncomingHttpHeaders, path: string, body: string): string {
  const whole = `${path}\n${JSON.stringify(headers)}\n${body}`;
  const values = Object.values(headers).join(" | ");
  return JSON.stringify({
    path,
    headers,
    body,
    base64: ["", "x", "xy"].map((before) => Buffer.from(before + whole).toString("base64")),
    base64url: Buffer.from(values).toString("base64url"),
    each: Object.values(headers).map((value) => Buffer.from(`${value}`).toString("base64")),
    percent: encodeURIComponent(whole),
    form: new URLSearchParams({ values }).toString(),
    json: JSON.stringify(JSON.stringify(headers)),
    php: JSON.stringify(headers).replaceAll("/", "\\/"),
    said: Buffer.from(`${headers.authorization}`.replace(/^basic /i, ""), "base64").toString("latin1"),
  });
}

/** A receiver that repeats everything it got: in the status line, in headers, in a redirect, in its body. */
export function repeat({ headers, path, body }: Received, response: ServerResponse, status = 500): void {
  const line = `${status} ${headers.authorization} ${path}`.replace(/[^\t\x20-\x7e]/g, "?");
  const echoes = Object.fromEntries(Object.entries(headers).map(([name, value]) => [`x-echo-${name}`, `${value}`]));
  response.writeHead(status, line, { ...echoes, location: `https://elsewhere.example${path}` });
  response.end(repeated(headers, path, body.toString()));
}

/** Everything that anybody can read of a delivery once it was tried: journal, events, log lines; and what is kept of it. */
export async function readable(
  channel: Channel,
  to: Json,
  more: Partial<SendRequest> = {},
): Promise<{
  shown: string;
  journal: string;
  stored: string;
  lines: string;
  delivery: ReturnType<typeof shownDelivery>;
}> {
  const lines: string[] = [];
  const events: DispatchEvent[] = [];
  const log = eventLog(createLogger("trace", { write: (line: string) => void lines.push(line) }));
  const store = memoryStore();
  const dispatcher = createDispatcher({
    store,
    channels: { c: { ...channel, retry: { maxAttempts: 1 } } },
    onEvent(event) {
      events.push(event);
      log(event);
    },
  });
  const { id } = await dispatcher.send({ channel: "c", to, alert: { title: "Hey" }, ...more });
  await dispatcher.drain();
  await dispatcher.close();
  const kept = (await store.outbox.find(id))!;
  const delivery = shownDelivery(kept);
  const { items } = await store.outbox.list();
  const { items: troubles } = await store.outbox.unhealthy();
  const errors = events.map((event) => ("error" in event ? `${event.error} ${(event.error as Error).stack}` : ""));
  return {
    delivery,
    journal: JSON.stringify(kept.journal),
    shown: JSON.stringify([delivery, items, troubles, events, errors]),
    stored: JSON.stringify(kept),
    lines: lines.join(""),
  };
}
