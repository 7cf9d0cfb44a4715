import { expect, test } from "vitest";
import type { Json } from "../../../src/base/json.ts";
import { vapidKeys, webPush } from "../../../src/channels/web-push.ts";
import { createDispatcher } from "../../../src/dispatch/index.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import { browser, pushService } from "./push-server.ts";

test("one subscription that is gone stops nothing but itself; a pause of the service costs no attempt", async () => {
  let isBusy = false;
  await using service = await pushService((_headers, _body, path) => {
    if (path === "/gone") return { status: 410 };
    return isBusy ? { status: 503, headers: { "retry-after": "120" } } : { status: 201 };
  });
  const vapid = { subject: "mailto:ops@example.com", ...vapidKeys() };
  const push = webPush({ vapid, guard: { allow: ["127.0.0.0/8", "::1"] }, tls: { ca: service.ca } });
  const clock = { now: Date.now() };
  const store = memoryStore();
  const dispatcher = createDispatcher({
    store,
    channels: { push },
    clock: () => clock.now,
    random: () => 0.5,
  });
  const to = (path: string): Json => JSON.parse(JSON.stringify(browser(`${service.url}/${path}`).subscription));
  const [gone, one, two] = [to("gone"), to("one"), to("two")];
  const send = async (...targets: readonly Json[]): Promise<string> => {
    let last = "";
    for (const target of targets) {
      last = (await dispatcher.send({ channel: "push", to: target, alert: { title: "Hey" } })).id;
    }
    await dispatcher.drain();
    return last;
  };
  const paths = (): string[] => service.received.splice(0).map(({ path }) => path);

  await send(gone, one);
  expect(paths().sort()).toEqual(["/gone", "/one"]);
  await send(gone, one, two);
  expect(paths().sort()).toEqual(["/one", "/two"]);

  isBusy = true;
  await send(one);
  const paused = await send(two);
  expect(paths()).toEqual(["/one"]);
  isBusy = false;
  clock.now += 121_000;
  await dispatcher.drain();
  expect(paths().sort()).toEqual(["/one", "/two"]);
  expect((await store.outbox.stats()).total).toMatchObject({ delivered: 5, dead: 2, pending: 0 });
  expect(await store.outbox.find(paused)).toMatchObject({ state: "delivered", attempts: 1 });
  await dispatcher.stop();
  await store.close();
});
