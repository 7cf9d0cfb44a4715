import { generateKeyPairSync } from "node:crypto";
import { simpleParser } from "mailparser";
import { expect, test } from "vitest";
import { email } from "../../../src/channels/email.ts";
import { compile } from "../../../src/index.ts";
import { dkim, dkimOf } from "./dkim.ts";
import { channelTo, deliver, handOver, mailServer, never } from "./mail-server.ts";

const alert = {
  title: "Ünïcode & <order> №\u00a07",
  subtitle: "On its way to <you>",
  body: `Dear Ada,\n\nfrom\rCR, \r\nCRLF\n.\n..dots\nFrom here\n${"long ".repeat(300)}\n日本語\0nul`,
  html: '<!doctype html><html><body class="a>b"><p>Dear &lt;Ada&gt;</p></body></html>',
};

test("subject, text, html with a preheader, and who it is from and to", async () => {
  await using server = await mailServer();
  await using channel = channelTo(server.port, { replyTo: "help@example.org", returnPath: "bounce@example.org" });
  const sent = await deliver(channel, { alert, to: { name: "Ada, Countess", address: "ada@bücher.example" } });

  expect(sent.outcome).toEqual({ kind: "delivered" });
  expect(sent.request?.line).toMatch(/ MAIL FROM:<bounce@example.org> RCPT TO:<ada@xn--bcher-kva.example>$/);
  const [{ from, to, raw }] = server.taken as [(typeof server.taken)[0]];
  expect([from, to]).toEqual(["bounce@example.org", ["ada@bücher.example"]]);
  const mail = await simpleParser(raw);
  expect(mail.from?.value).toEqual([{ name: "Tocsin", address: "alerts@example.org" }]);
  expect(mail.to).toMatchObject({ value: [{ name: "Ada, Countess", address: "ada@bücher.example" }] });
  expect(mail.replyTo?.value).toEqual([{ name: "", address: "help@example.org" }]);
  expect(mail.subject).toBe("Ünïcode & <order> № 7");
  expect(mail.messageId).toBe("<msg_2Zx7@example.org>");
  expect(mail.date).toEqual(new Date(Date.UTC(2026, 0, 2, 3, 4, 5)));
  expect(mail.headers.get("auto-submitted")).toBe("auto-generated");
  expect(mail.text?.trimEnd()).toBe(alert.body.replace("\r\n", "\n").replace("\r", "\n"));
  expect(mail.html).toBe(
    '<!doctype html><html><body class="a>b"><div style="display:none;max-height:0;overflow:hidden;mso-hide:all">' +
      "On its way to &lt;you&gt;</div><p>Dear &lt;Ada&gt;</p></body></html>",
  );
  expect(Object.keys(sent.request!.headers!)).toEqual([
    "auto-submitted",
    "from",
    "to",
    "reply-to",
    "subject",
    "message-id",
    "date",
    "mime-version",
    "content-type",
  ]);
});

test.each([
  [{ title: "T" }, "T"],
  [{ title: "T", subtitle: "S" }, "S"],
  [{ title: "T", subtitle: "S", html: "<p>H</p>" }, "S"],
  [{ title: "T", subtitle: "S", body: "B" }, "B"],
])("the text of %j is %s", async (given, text) => {
  await using server = await mailServer();
  await using channel = channelTo(server.port);
  await deliver(channel, { alert: given });
  const mail = await simpleParser(server.taken[0]!.raw);
  expect(mail.text?.trim()).toBe(text);
  expect(mail.html === false).toBe(!("html" in given));
});

test("every attempt sends the same bytes, and mailauth finds them signed", async () => {
  await using server = await mailServer();
  const options = {
    dkim,
    unsubscribe: { url: compile("https://example.org/u/{{ .id | urlquery }}"), mailto: "u@example.org" },
  };
  const attachments = [{ filename: "a.txt", content: "aGVsbG8=" }];
  let delivery: Awaited<ReturnType<typeof handOver>>;
  {
    await using channel = channelTo(server.port, options);
    delivery = await handOver(channel, { alert, profile: { id: "ä&b/1" }, options: { attachments } });
    expect(delivery.content).toEqual({ unsubscribe: "https://example.org/u/%C3%A4%26b%2F1" });
    await channel.send(delivery, { now: 1, signal: never });
    await channel.send({ ...delivery, attempt: 2 }, { now: 1e9, signal: never });
  }
  // As by another process, later.
  await using channel = channelTo(server.port, options);
  await channel.send({ ...delivery, attempt: 3 }, { now: 1e12, signal: never });

  const [first, second, third] = server.taken.map(({ raw }) => raw) as [Buffer, Buffer, Buffer];
  expect(second.equals(first)).toBe(true);
  expect(third.equals(first)).toBe(true);
  const [{ result, fields }] = (await dkimOf(first)) as [{ result: string; fields: string[] }];
  expect(result).toBe("pass");
  expect(fields).toEqual(
    expect.arrayContaining(["from", "to", "subject", "date", "message-id", "mime-version", "content-type"]),
  );
  expect(fields).toEqual(expect.arrayContaining(["list-unsubscribe", "list-unsubscribe-post"]));
  expect((await simpleParser(first)).headers.get("list")).toEqual({
    unsubscribe: { url: "https://example.org/u/%C3%A4%26b%2F1", mail: "u@example.org" },
    "unsubscribe-post": { name: "List-Unsubscribe=One-Click" },
  });
  expect(
    await dkimOf(Buffer.from(first.toString("latin1").replace("hello", "hallo").replace("CRLF", "CrLF"), "latin1")),
  ).toEqual([expect.objectContaining({ result: "neutral" })]);
});

test("a delivery's own unsubscribe URL wins, and a fixed one needs no profile", async () => {
  await using server = await mailServer();
  await using channel = channelTo(server.port, { unsubscribe: { url: "https://example.org/all" } });
  await deliver(channel);
  await deliver(channel, { options: { unsubscribe: "https://example.org/one" } });
  const listed = server.taken.map(({ raw }) =>
    /^List-Unsubscribe: (.*)\r\nList-Unsubscribe-Post: (.*)\r\n/m.exec(raw.toString())!.slice(1),
  );
  expect(listed).toEqual([
    ["<https://example.org/all>", "List-Unsubscribe=One-Click"],
    ["<https://example.org/one>", "List-Unsubscribe=One-Click"],
  ]);
});

test("attachments, and pictures in the html", async () => {
  await using server = await mailServer();
  await using channel = channelTo(server.port, {
    attachments: [{ filename: "terms.txt", content: "Naïve\n", encoding: "text" }],
  });
  const pixel = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
  const attachments = [
    { filename: "../../etc/naïve\r\nX: y.pdf", content: Buffer.from([0, 1, 2, 255]).toString("base64") },
    { filename: "p.gif", content: pixel, cid: "p1", contentType: "image/gif" },
  ];
  await deliver(channel, { alert: { title: "T", html: '<img src="cid:p1">' }, options: { attachments } });
  const mail = await simpleParser(server.taken[0]!.raw, { skipImageLinks: true });
  expect(
    mail.attachments
      .map(({ filename, contentType, content, related }) => [
        filename,
        contentType,
        content.toString("base64"),
        related === true,
      ])
      .sort(),
  ).toEqual([
    [".._.._etc_naïve__X: y.pdf", "application/pdf", "AAEC/w==", false],
    ["p.gif", "image/gif", pixel, true],
    ["terms.txt", "text/plain", Buffer.from("Naïve\n").toString("base64"), false],
  ]);
});

test("the journal has the envelope, the headers, the start of the message and the answer, and no password", async () => {
  await using server = await mailServer({
    authOptional: true,
    onAuth: (_auth, _session, done) => done(null, { user: "u" }),
  });
  await using channel = channelTo(server.port, { dkim });
  const { request, response, outcome } = await deliver(channel, { alert: { title: "T", body: "x\n".repeat(50_000) } });
  expect(outcome.kind).toBe("delivered");
  expect(request?.line).toBe(`SMTP 127.0.0.1:${server.port} MAIL FROM:<alerts@example.org> RCPT TO:<ada@example.net>`);
  expect(request?.headers).toMatchObject({
    subject: "T",
    to: "ada@example.net",
    from: "Tocsin <alerts@example.org>",
    "message-id": "<msg_2Zx7@example.org>",
    "content-type": "text/plain; charset=utf-8",
    "dkim-signature": expect.stringMatching(/^v=1; a=rsa-sha256;/),
  });
  expect(request?.body).toMatch(/^(?:x\r\n)+x?\r?\n?… \(15000\d bytes\)$/);
  expect(request!.body!.length).toBeLessThan(17_000);
  expect(response).toEqual({ statusLine: "250 taken as 1234" });
});

test("SMTPUTF8 for a local part beyond ASCII", async () => {
  await using server = await mailServer();
  await using channel = channelTo(server.port);
  const { outcome } = await deliver(channel, { to: "用户@bücher.example" });
  expect(outcome).toEqual({ kind: "delivered" });
  expect(server.taken[0]!.to).toEqual(["用户@bücher.example"]);
  expect(server.taken[0]!.raw.toString()).toContain("\r\nTo: 用户@bücher.example\r\n");
});

test.each([
  ["ada", undefined, /"ada" is not an e-mail address/],
  ["a@example.org, b@example.org", undefined, /is not an e-mail address/],
  [["ada@example.org"], undefined, /expected an address, or \{ address, name \}/],
  [{ address: "ada@example.org", cc: "eve@example.org" }, undefined, /"cc"/],
  ["ada@example.org", { bcc: "eve@example.org" }, /bcc/],
  ["ada@example.org", { headers: { Bcc: "eve@example.org" } }, /the header bcc is reserved and cannot be set/],
  ["ada@example.org", { headers: { "X: y\r\nBcc": "eve@example.org" } }, /is not a valid header name/],
  ["ada@example.org", { headers: { "X-A": "y\r\nBcc: eve@example.org" } }, /contains a line end or control character/],
  ["ada@example.org", { unsubscribe: "http://example.org/u" }, /needs an https: URL/],
  ["ada@example.org", { unsubscribe: "https://example.org/u\r\n>" }, /needs an https: URL/],
  ["ada@example.org", { attachments: [{ filename: "a", path: "/etc/passwd" }] }, /attachments.0/],
  ["ada@example.org", { attachments: [{ filename: "a", href: "http://127.0.0.1/", content: "" }] }, /href/],
  [
    "ada@example.org",
    { attachments: [{ filename: "a", content: "no base64!" }] },
    /attachments.0.content: must be base64/,
  ],
  ["ada@example.org", { attachments: [{ filename: "a", content: "", contentType: "message/rfc822" }] }, /media type/],
  [
    "ada@example.org",
    { attachments: [{ filename: "a", content: "A".repeat(400) }] },
    /the attachments have 400 bytes; a message may have at most 300/,
  ],
])("to %j with %j is refused before anything is kept", (to, options, message) => {
  const channel = channelTo(9, { maxSize: 300 });
  expect(() => channel.accept(to, options)).toThrow(
    expect.objectContaining({ name: "DestinationError", message: expect.stringMatching(message) }),
  );
});

test("what is too large is refused at hand-over or rejected, and never sent", async () => {
  await using server = await mailServer();
  await using channel = channelTo(server.port, { maxText: 1000, maxSize: 2000 });
  await expect(handOver(channel, { alert: { title: "T", body: "x".repeat(1001) } })).rejects.toThrow(
    "the alert's body has 1001 characters; at most 1000 can be sent by e-mail",
  );
  const { outcome } = await deliver(channel, { alert: { title: "T", body: "ж".repeat(1000) } });
  expect(outcome).toEqual({
    kind: "rejected",
    reason: expect.stringMatching(/^the message has \d+ bytes; at most 2000 can be sent$/),
  });
  expect(server.taken).toEqual([]);
});

test("a template for unsubscribing that gives no https URL is refused at hand-over", async () => {
  const channel = channelTo(9, { unsubscribe: { url: compile("{{ .url }}") } });
  await expect(handOver(channel, { profile: { url: "javascript:alert(1)" } })).rejects.toThrow(
    "unsubscribe.url: one-click unsubscribing needs an https: URL of at most 900 characters, without user and password",
  );
});

const edKey = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }) as string;
const shortKey = generateKeyPairSync("rsa", { modulusLength: 512 }).privateKey.export({
  type: "pkcs8",
  format: "pem",
}) as string;

test.each([
  [{ dkim: { ...dkim, privateKey: edKey } }, "dkim.privateKey is ed25519; use an RSA key of 2048 bits"],
  [
    { dkim: { ...dkim, privateKey: shortKey } },
    "dkim.privateKey has 512 bits; receivers accept no less than 1024 (RFC 8301)",
  ],
  [{ dkim: { ...dkim, selector: "a; d=evil" } }, '"a; d=evil" is not a DKIM selector'],
  [
    { auth: { user: "u", pass: "p" } },
    'starttls "off" could send the password in clear text; set starttls to "required", or use secure',
  ],
  [{ from: "Shop <shop@example.org>" }, /is not an e-mail address/],
  [{ headers: { Received: "from here" } }, "the header received is reserved and cannot be set"],
  [{ unsubscribe: { url: "mailto:u@example.org" } }, /needs an https: URL/],
  [{ host: "169.254.169.254" }, /169.254.169.254/],
])("options %j cannot work", (options, message) => {
  const all = { host: "127.0.0.1", starttls: "off", from: "a@example.org", guard: { allow: ["127.0.0.1"] } } as const;
  expect(() => email({ ...all, ...options })).toThrow(message);
});
