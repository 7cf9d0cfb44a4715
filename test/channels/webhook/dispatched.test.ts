import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { generateSecret, webhook } from "../../../src/channels/webhook.ts";
import { createDispatcher } from "../../../src/dispatch/index.ts";
import { compile } from "../../../src/index.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import { receiver } from "../receiver.ts";

test("a dispatcher's retries carry the same bytes, after what the receiver asked for; 410 ends the destination", async () => {
  const answers: [number, Record<string, string>?][] = [[503, { "retry-after": "60" }], [204], [410]];
  await using there = await receiver((_received, _request, response) => {
    const [status, headers] = answers.shift() ?? [500];
    response.writeHead(status, headers).end();
  });
  const key = generateSecret();
  const channel = webhook({
    guard: { allow: ["127.0.0.1"] },
    keys: [key],
    headers: { "x-who": compile("{{ .profile.name }}") },
    body: compile('{"text":"{{ .alert.title }}","at":"{{ .timestamp }}"}', { escape: "json" }),
    retry: { wait: [1000], jitter: 0 },
  });
  const store = memoryStore();
  let now = Date.now();
  const dispatcher = createDispatcher({ store, channels: { crm: channel }, clock: () => now });
  const profile = { name: "Ann" };
  const { id } = await dispatcher.send({ channel: "crm", to: there.url, alert: { title: 'a"b' }, profile });
  profile.name = "Bob";
  await dispatcher.drain();
  now += 59_999;
  await dispatcher.drain();
  expect(there.received.length).toBe(1);
  now += 2;
  await dispatcher.drain();
  expect((await store.outbox.find(id))?.state).toBe("delivered");
  const [first = expect.fail(), second = expect.fail()] = there.received;
  expect(second.body.equals(first.body)).toBe(true);
  for (const { headers } of [first, second]) expect(headers).toMatchObject({ "webhook-id": id, "x-who": "Ann" });
  expect(Number(second.headers["webhook-timestamp"])).toBeGreaterThan(Number(first.headers["webhook-timestamp"]));
  new Webhook(key).verify(first.body, first.headers as Record<string, string>);

  const send = (title: string) => dispatcher.send({ channel: "crm", to: there.url, alert: { title }, profile });
  const last = await send("gone");
  await dispatcher.drain();
  const dead = await store.outbox.find(last.id);
  expect(dead).toMatchObject({ state: "dead", reason: expect.stringContaining("410 Gone") });
  expect((await send("more")).state).toBe("dead");
  expect(there.received.length).toBe(3);
  await dispatcher.close();
});

test("what cannot be composed is not kept", async () => {
  const channel = webhook({ body: compile("{{ .alert.title }}") });
  const store = memoryStore();
  const dispatcher = createDispatcher({ store, channels: { crm: channel } });
  const send = dispatcher.send({ channel: "crm", to: "https://a.example/", alert: { title: "no JSON" } });
  await expect(send).rejects.toThrow(/^the body template did not render JSON/);
  expect((await store.outbox.list()).items).toEqual([]);
  await dispatcher.close();
});
