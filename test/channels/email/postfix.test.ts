import { simpleParser } from "mailparser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAuthority } from "../certificate.ts";
import { dkim, dkimOf } from "./dkim.ts";
import { gpgKey, hasGpg } from "./gpg.ts";
import { channelTo, deliver, handOver, never, type TestChannel } from "./mail-server.ts";
import { noPostfix, startPostfix } from "./postfix.ts";

describe.skipIf(noPostfix !== undefined)(
  `through a real postfix to a maildir${noPostfix ? ` (skipped: ${noPostfix})` : ""}`,
  () => {
    let postfix: Awaited<ReturnType<typeof startPostfix>>;
    let channel: TestChannel;
    beforeAll(async () => {
      const { ca, sign } = createAuthority();
      postfix = await startPostfix(sign("localhost", ["localhost"], { address: true }));
      channel = channelTo(postfix.port, { starttls: "required", tls: { ca }, dkim });
    });
    afterAll(async () => {
      await channel?.close?.();
      postfix?.[Symbol.dispose]();
    });

    test("over STARTTLS, with text and html, its DKIM signature valid after all", async () => {
      const body = `Dear Ada,\n.\n..\nFrom here\n${"x".repeat(5000)}\nZoë\n`;
      const alert = { title: "Grüße", subtitle: "Pre", body, html: "<p>Zoë</p>" };
      const { outcome, response } = await deliver(channel, {
        to: { name: "Ada", address: "ada@example.org" },
        alert,
        options: { unsubscribe: "https://example.org/u/1" },
      });
      expect(outcome).toEqual({ kind: "delivered" });
      expect(response?.statusLine).toMatch(/^250 2\.0\.0 Ok: queued as [0-9A-Za-z]+$/);
      const raw = await postfix.arrived();
      const mail = await simpleParser(raw);
      expect([mail.subject, mail.text?.trim()]).toEqual(["Grüße", body.trim()]);
      expect(mail.html).toContain("<p>Zoë</p>");
      expect(raw.toString()).toMatch(/^Delivered-To: ada@example.org$/m);
      expect(raw.toString()).toContain("(Postfix) with ESMTPS id ");
      const [signature] = await dkimOf(raw);
      expect(signature).toMatchObject({ result: "pass" });
      expect(signature!.fields).toEqual(expect.arrayContaining(["list-unsubscribe", "list-unsubscribe-post"]));
    });

    test("its answers mean what they say", async () => {
      const to = async (address: string, body = "b") =>
        (await deliver(channel, { to: address, alert: { title: "T", body } })).outcome;
      expect(await to("nouser@example.org")).toEqual({
        kind: "gone",
        reason: expect.stringMatching(/^550 5\.1\.1 .*no such user/),
      });
      expect(await to("grey@example.org")).toEqual({
        kind: "retry",
        reason: expect.stringMatching(/^450 4\.2\.0 .*greylisted/),
      });
      expect(await to("ada@example.org", "long line ".repeat(60_000))).toEqual({
        kind: "rejected",
        reason: expect.stringMatching(/^552 5\.3\.4 |^Message size larger than allowed 300000/),
      });
      expect(await to("ada@example.org")).toEqual({ kind: "delivered" });
      expect((await simpleParser(await postfix.arrived())).text?.trim()).toBe("b");
    });

    test("an address beyond ASCII, by SMTPUTF8", async () => {
      expect((await deliver(channel, { to: "ada@bücher.example" })).outcome).toEqual({ kind: "delivered" });
      expect((await postfix.arrived()).toString()).toMatch(/^Delivered-To: ada@xn--bcher-kva.example$/m);
      expect((await deliver(channel, { to: "zoë@example.org" })).outcome).toEqual({ kind: "delivered" });
      expect((await postfix.arrived()).toString()).toMatch(/^Delivered-To: zoë@example.org$/m);
    });

    test("two attempts at one delivery arrive with the same Message-ID, date, body and signature", async () => {
      const delivery = await handOver(channel, { to: "ada@example.org" });
      await channel.send(delivery, { now: 0, signal: never });
      const first = await postfix.arrived();
      await channel.send({ ...delivery, attempt: 2 }, { now: 1e9, signal: never });
      const second = await postfix.arrived();
      const ours = (raw: Buffer) => raw.toString().slice(raw.indexOf("DKIM-Signature:"));
      expect(ours(second)).toBe(ours(first));
      expect(ours(first)).toContain("Message-ID: <msg_2Zx7@example.org>");
    });

    test.skipIf(!hasGpg)("PGP/MIME that gpg opens", async () => {
      using key = gpgKey("ada@example.org");
      const given = {
        to: "ada@example.org",
        alert: { title: "T", body: "secret" },
        options: { publicKey: key.publicKey },
      };
      expect((await deliver(channel, given)).outcome).toEqual({ kind: "delivered" });
      const raw = await postfix.arrived();
      expect(raw.toString()).not.toContain("secret");
      expect((await dkimOf(raw)).map(({ result }) => result)).toEqual(["pass"]);
      const armored = (await simpleParser(raw)).attachments[1]!.content.toString();
      expect((await simpleParser(key.decrypt(armored))).text?.trim()).toBe("secret");
    });
  },
);
