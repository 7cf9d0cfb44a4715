import { domainToASCII } from "node:url";
import fc from "fast-check";
import { type AddressObject, simpleParser } from "mailparser";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Json } from "../../../src/base/json.ts";
import { DestinationError } from "../../../src/dispatch/index.ts";
import { dkim, dkimOf } from "./dkim.ts";
import { channelTo, deliver, type MailServer, mailServer, type TestChannel } from "./mail-server.ts";

/** Lists known attacks: header and command injection, smuggling, other recipients, broken text. */
const attack = fc.constantFrom(
  "\r\nBcc: eve@example.com",
  "\nBcc: eve@example.com\n\nbody",
  "\r\n.\r\nMAIL FROM:<eve@example.com>\r\n",
  "\n.\nRCPT TO:<eve@example.com>",
  "\r.\rQUIT",
  "\r\n\r\n<script>",
  ">\r\nRCPT TO:<eve@example.com>",
  ", eve@example.com",
  "; eve@example.com",
  "<eve@example.com>",
  "=?utf-8?q?=0D=0ABcc=3A_eve=40example.com?=",
  "=?utf-8?b?DQpCY2M6IGV2ZUBleGFtcGxlLmNvbQ==?=",
  '"><eve@example.com>',
  "----_NmP-0-Part_1--",
  "\0",
  "\u2028Bcc: eve@example.com",
  "\u0085",
  "\ud800",
  "\udc00\ud800",
  "\ufeff",
  "\u202e",
  "{{ . }}",
  "(",
  "\\",
  "a".repeat(2000),
  "é".repeat(500),
);
const text = fc
  .array(fc.oneof(attack, fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" })), { maxLength: 5 })
  .map((all) => all.join(""));

let server: MailServer;
let channel: TestChannel;
beforeAll(async () => {
  server = await mailServer();
  channel = channelTo(server.port, { dkim });
});
afterAll(async () => {
  await channel.close?.();
  await server[Symbol.asyncDispose]();
});

const ours = [
  "dkim-signature",
  "auto-submitted",
  "from",
  "to",
  "subject",
  "message-id",
  "date",
  "mime-version",
  "content-type",
  "content-transfer-encoding",
];

/** Header names in the bytes that arrived, read with as little trust as possible: any of CR and LF ends a line. */
function headerNames(raw: Buffer): string[] {
  const head = raw.toString("latin1").split("\r\n\r\n", 1)[0]!;
  return head
    .split(/\r\n|\r|\n/)
    .filter((field) => !/^[ \t]/.test(field))
    .map((field) => field.slice(0, field.indexOf(":")).toLowerCase());
}

test("whatever the title, subtitle, body and name are: one recipient, our headers, the same text, signed", async () => {
  await fc.assert(
    fc.asyncProperty(text, text, text, text, async (title, subtitle, body, name) => {
      server.taken.length = 0;
      const html = body === "" ? undefined : "<p>hello</p>";
      const { outcome } = await deliver(channel, {
        to: { address: "ada@example.net", name },
        alert: { title, subtitle, body, html },
      });
      expect(outcome).toEqual({ kind: "delivered" });

      expect(server.taken).toHaveLength(1);
      const [{ from, to, raw }] = server.taken as [(typeof server.taken)[0]];
      expect([from, to]).toEqual(["alerts@example.org", ["ada@example.net"]]);
      const names = headerNames(raw);
      expect(names.filter((field) => !ours.includes(field))).toEqual([]);
      expect(new Set(names).size).toBe(names.length);
      expect(raw.toString("latin1").replaceAll("\r\n", "")).not.toMatch(/[\r\n\0]/);

      const mail = await simpleParser(raw);
      const { value: receivers } = mail.to as AddressObject;
      expect(receivers.map(({ address }) => address)).toEqual(["ada@example.net"]);
      expect(receivers[0]!.name).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      expect(mail.cc).toBeUndefined();
      expect(mail.bcc).toBeUndefined();
      expect(mail.attachments).toEqual([]);
      expect(mail.subject ?? "").not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      const said = (body || subtitle || title).toWellFormed().replace(/\r\n|\r/g, "\n");
      expect((mail.text ?? "").trimEnd()).toBe(said.trimEnd());
      if (html !== undefined) expect(mail.html).toContain("<p>hello</p>");
      expect((await dkimOf(raw)).map(({ result }) => result)).toEqual(["pass"]);
    }),
    { numRuns: 60 },
  );
});

const canonical = (address: string): string => {
  const at = address.lastIndexOf("@");
  return `${address.slice(0, at).normalize("NFC")}@${domainToASCII(address.slice(at + 1))}`;
};

test("whatever the address is: it goes to that address and no other, or is refused with a reason", async () => {
  const address = fc.oneof(
    text,
    text.map((part) => `${part}ada@example.net`),
    text.map((part) => `ada@example.net${part}`),
    text.map((part) => `ada${part}@example.net`),
    fc.string({ unit: "grapheme-ascii", minLength: 1 }).map((part) => `${part}@example.net`),
    fc.emailAddress(),
  );
  let delivered = 0;
  await fc.assert(
    fc.asyncProperty(address, async (given) => {
      server.taken.length = 0;
      try {
        const { outcome } = await deliver(channel, { to: given });
        expect(["delivered", "rejected", "gone"]).toContain(outcome.kind);
        if (outcome.kind !== "delivered") return expect(server.taken).toEqual([]);
        delivered++;
        expect(server.taken.map(({ to }) => to.map(canonical))).toEqual([[canonical(given)]]);
        const mail = await simpleParser(server.taken[0]!.raw);
        const { value } = mail.to as AddressObject;
        expect(value.map(({ address }) => canonical(address!))).toEqual([canonical(given)]);
        expect(headerNames(server.taken[0]!.raw).filter((field) => !ours.includes(field))).toEqual([]);
      } catch (error) {
        if (!(error instanceof DestinationError)) throw error;
        expect(error.message).toMatch(/e-mail address/);
        expect(server.taken).toEqual([]);
      }
    }),
    { numRuns: 250 },
  );
  expect(delivered).toBeGreaterThan(5);
});

test("whatever headers, file names and URLs a delivery asks for: they are what arrives, or it is refused", async () => {
  const options = fc.record(
    {
      headers: fc.dictionary(
        fc.oneof(text, fc.constantFrom("X-A", "X-B", "Bcc", "To", "Content-Type", "Reply-To")),
        text,
        { maxKeys: 2 },
      ),
      unsubscribe: fc.oneof(
        text,
        text.map((part) => `https://example.org/${part}`),
        fc.webUrl({ validSchemes: ["https"] }),
      ),
      attachments: fc.array(
        fc.record({ filename: fc.oneof(text, fc.constant("a.txt")), content: fc.constantFrom("aGk=", "") }),
        { maxLength: 2 },
      ),
    },
    { requiredKeys: [] },
  );
  let delivered = 0;
  await fc.assert(
    fc.asyncProperty(options, async (given) => {
      server.taken.length = 0;
      try {
        const { outcome } = await deliver(channel, { options: given as { readonly [name: string]: Json } });
        expect(outcome).toEqual({ kind: "delivered" });
        delivered++;
        const [{ to, raw }] = server.taken as [(typeof server.taken)[0]];
        expect(to).toEqual(["ada@example.net"]);
        const asked = Object.keys(given.headers ?? {}).map((field) => field.toLowerCase());
        const all = [...ours, "list-unsubscribe", "list-unsubscribe-post", ...asked];
        expect(headerNames(raw).filter((field) => !all.includes(field))).toEqual([]);
        expect(asked.filter((field) => !/^x-[ab]$|^[a-z][a-z0-9-]*$/.test(field))).toEqual([]);
        const mail = await simpleParser(raw);
        expect(mail.attachments).toHaveLength(given.attachments?.length ?? 0);
        for (const { filename = "" } of mail.attachments) expect(filename).not.toMatch(/[/\\\r\n\0]/);
      } catch (error) {
        if (!(error instanceof DestinationError)) throw error;
        expect(server.taken).toEqual([]);
      }
    }),
    { numRuns: 120 },
  );
  expect(delivered).toBeGreaterThan(5);
});

test("fields of 10 MB are refused or cut, and cost no time worth measuring", async () => {
  const huge = "x\r\nBcc: eve@example.com ".repeat(420_000);
  server.taken.length = 0;
  await expect(deliver(channel, { alert: { title: "T", body: huge } })).rejects.toThrow(/at most 1048576 can be sent/);
  await expect(deliver(channel, { to: huge })).rejects.toThrow("an e-mail address has at most 254 bytes");
  await expect(deliver(channel, { options: { headers: { "X-A": huge } } })).rejects.toThrow("at most 900 can be sent");
  expect(
    (
      await deliver(channel, {
        to: { address: "ada@example.net", name: huge },
        alert: { title: huge, subtitle: huge, html: "<p>" },
      })
    ).outcome,
  ).toEqual({
    kind: "delivered",
  });
  expect(server.taken).toHaveLength(1);
  expect((await simpleParser(server.taken[0]!.raw)).subject).toHaveLength(200);
});
