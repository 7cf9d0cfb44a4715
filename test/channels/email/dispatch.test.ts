import { simpleParser } from "mailparser";
import { expect, test } from "vitest";
import { createDispatcher } from "../../../src/dispatch/index.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import { gpgKey, hasGpg } from "./gpg.ts";
import { channelTo, mailServer } from "./mail-server.ts";

test("a greylisted message goes out again with the same bytes, and waits for what the schedule says", async () => {
  let greeted = 0;
  await using server = await mailServer({
    onRcptTo: (_address, _session, done) =>
      done(greeted++ === 0 ? Object.assign(new Error("4.2.0 greylisted"), { responseCode: 450 }) : null),
  });
  await using channel = channelTo(server.port);
  const store = memoryStore();
  let now = Date.UTC(2026, 0, 1);
  const dispatcher = createDispatcher({ store, channels: { mail: channel }, clock: () => now, random: () => 0.5 });
  const { id } = await dispatcher.send({ channel: "mail", to: "ada@example.net", alert: { title: "T", body: "b" } });
  await dispatcher.drain();
  expect(server.taken).toHaveLength(0);
  now += 60_000;
  await dispatcher.drain();
  expect(server.taken).toHaveLength(1);
  const kept = await store.outbox.find(id);
  expect(kept?.state).toBe("delivered");
  expect((await simpleParser(server.taken[0]!.raw)).messageId).toBe(`<${id}@example.org>`);
  await dispatcher.close();
});

test.skipIf(!hasGpg)("what is encrypted at hand-over is kept encrypted, and sent", async () => {
  using key = gpgKey("ada@example.net");
  await using server = await mailServer();
  await using channel = channelTo(server.port, { encrypt: { required: true } });
  const store = memoryStore();
  const dispatcher = createDispatcher({ store, channels: { mail: channel } });
  const alert = { title: "T", body: "secret" };
  await dispatcher.send({ channel: "mail", to: "ada@example.net", alert, options: { publicKey: key.publicKey } });
  const [, refused] = await dispatcher.sendMany([
    { channel: "mail", to: "ada@example.net", alert, options: { publicKey: key.publicKey } },
    { channel: "mail", to: "ada@example.net", alert },
  ]);
  expect(refused).toMatchObject({ error: { name: "DestinationError" } });
  await dispatcher.drain();
  expect(server.taken).toHaveLength(2);
  const mail = await simpleParser(server.taken[0]!.raw);
  expect((await simpleParser(key.decrypt(mail.attachments[1]!.content.toString()))).text?.trim()).toBe("secret");
  await dispatcher.close();
});
