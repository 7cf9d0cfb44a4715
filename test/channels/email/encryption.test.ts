import { simpleParser } from "mailparser";
import { generateKey } from "openpgp";
import { afterAll, describe, expect, test } from "vitest";
import type { Alert } from "../../../src/store/index.ts";
import { dkim, dkimOf } from "./dkim.ts";
import { gpgKey, hasGpg } from "./gpg.ts";
import { channelTo, deliver, draft, handOver, mailServer, never, type Taken } from "./mail-server.ts";

const alert: Alert = { title: "Ünseen", subtitle: "Pre", body: "Sécret\n", html: "<p>Sécret</p>" };

test("who has no key gets no mail where encryption is required, and a bad key is refused at hand-over", async () => {
  await using server = await mailServer();
  await using channel = channelTo(server.port, { encrypt: { required: true } });
  await expect(handOver(channel)).rejects.toThrow(
    "no key for ada@example.net, and encrypt.required is set; add one to encrypt.keys",
  );
  await expect(handOver(channel, { options: { publicKey: "not a key" } })).rejects.toThrow(
    "cannot encrypt to the key of ada@example.net: ",
  );
  const { publicKey } = await generateKey({
    userIDs: { email: "ada@example.net" },
    keyExpirationTime: 1,
    date: new Date(0),
  });
  await expect(handOver(channel, { options: { publicKey } })).rejects.toThrow(/expired/);
  const { outcome } = await channel.send({ ...draft(), destination: "", attempt: 1 }, { now: 0, signal: never });
  expect(outcome).toEqual({ kind: "rejected", reason: "must be encrypted, but was not when it was queued" });
  expect(server.taken).toEqual([]);
});

describe.skipIf(!hasGpg)("with a key of gpg", () => {
  const key = hasGpg ? gpgKey("ada@example.net") : undefined;
  afterAll(() => key?.[Symbol.dispose]());

  test("gpg opens it: the message with its subject; outside there is nothing of it; every attempt is the same", async () => {
    await using server = await mailServer();
    const encrypt = { keys: { "ada@example.net": key!.publicKey } };
    await using channel = channelTo(server.port, { encrypt, dkim, unsubscribe: { url: "https://example.org/u" } });
    const attachments = [{ filename: "a.txt", content: "hidden", encoding: "text" }];
    const delivery = await handOver(channel, { alert, options: { attachments } });
    const first = await channel.send(delivery, { now: 0, signal: never });
    await channel.send({ ...delivery, attempt: 2 }, { now: 1e9, signal: never });

    expect(first.outcome).toEqual({ kind: "delivered" });
    const [{ raw }, second] = server.taken as [Taken, Taken];
    expect(second.raw.equals(raw)).toBe(true);
    const outside = raw.toString();
    expect(outside + JSON.stringify(first)).not.toMatch(/nseen|S=C3=A9cret|Sécret|a\.txt|hidden/);
    expect(outside).toMatch(/^Subject: \.\.\.\r$/m);
    expect(outside).toMatch(
      /^Content-Type: multipart\/encrypted; protocol="application\/pgp-encrypted";\r\n boundary=/m,
    );
    expect(outside).toMatch(/\r\nContent-Type: application\/pgp-encrypted\r\n(?:[^\r]+\r\n)*\r\nVersion: 1\r\n/);
    expect((await dkimOf(raw)).map(({ result }) => result)).toEqual(["pass"]);

    const { attachments: parts } = await simpleParser(raw);
    expect(parts.map(({ contentType }) => contentType)).toEqual([
      "application/pgp-encrypted",
      "application/octet-stream",
    ]);
    const armored = parts[1]!.content.toString();
    const mail = await simpleParser(key!.decrypt(armored));
    expect([mail.subject, mail.text?.trim(), mail.messageId]).toEqual(["Ünseen", "Sécret", "<msg_2Zx7@example.org>"]);
    expect(mail.html).toContain("<p>Sécret</p>");
    expect(mail.attachments.map(({ filename, content }) => [filename, content.toString()])).toEqual([
      ["a.txt", "hidden"],
    ]);
    const bytes = armored.split("\r\n");
    bytes[4] = bytes[4]!.replace(/./, (char) => (char === "A" ? "B" : "A"));
    expect(() => key!.decrypt(bytes.join("\r\n"))).toThrow();
  });

  test("a delivery's own key is used, a private key is not taken", async () => {
    await using server = await mailServer();
    await using channel = channelTo(server.port, { encrypt: { subject: "A message for you" } });
    await deliver(channel, { alert, options: { publicKey: key!.publicKey } });
    const mail = await simpleParser(server.taken[0]!.raw);
    expect(mail.subject).toBe("A message for you");
    expect(key!.decrypt(mail.attachments[1]!.content.toString())).toContain("Subject: =?UTF-8?Q?=C3=9Cnseen?=");
    await expect(handOver(channel, { options: { publicKey: key!.privateKey } })).rejects.toThrow(
      "it is a private key; give the public key",
    );
  });
});
