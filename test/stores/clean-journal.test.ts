import { readFileSync } from "node:fs";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { shownDelivery } from "../../src/dispatch/secrets/shown.ts";
import { shownUrl } from "../../src/dispatch/secrets/url.ts";
import { cleanJournal } from "../../src/stores/sqlite/clean-journal.ts";
import { applicationId, steps } from "../../src/stores/sqlite/schema.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { temporaryFolder } from "./folder.ts";

const folder = temporaryFolder();

const chat = "https://hooks.example/services/T012AB3CD/B045EF6GH/nqXk7WpZr2VtYs9L";
const fixed = "https://hooks.example/in?token=Zx81qq";
const jwt = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJ0b2NzaW4ifQ.c2lnbmF0dXJlLW9mLXRoaXM";

/** A store as the version before this step made it: the steps before it, and what that version wrote. */
function older(): string {
  const file = folder.file();
  const db = new Database(file);
  for (const step of steps.slice(0, steps.indexOf(cleanJournal))) {
    if (typeof step === "string") db.exec(step);
    else step(db);
  }
  db.pragma(`application_id = ${applicationId}`);
  db.pragma(`user_version = ${steps.indexOf(cleanJournal)}`);
  db.pragma("journal_mode = wal");
  db.prepare("insert into channels (id, name, held_until, held_reason) values (1, 'crm', 5, ?), (2, ?, 0, null)").run(
    `no token from auth.example: 400, client_secret=hunter2hunter2 is wrong`,
    chat,
  );
  const place = db.prepare("insert into destinations (id, channel, name, disabled, failures) values (?, ?, ?, ?, ?)");
  place.run(1, 1, fixed, null, 3);
  place.run(2, 2, chat, "410 Gone: /services/T012AB3CD/B045EF6GH/nqXk7WpZr2VtYs9L", 0);
  place.run(3, 1, "ada@example.com", null, 0);
  place.run(4, 1, chat, null, 0);
  const delivery = db.prepare(
    `insert into deliveries (seq, id, destination, state, rank, due, created_at, since, settled_at, size, reason, idempotency_key)
     values (?, ?, ?, ?, 1, 0, 0, 0, ?, 10, ?, ?)`,
  );
  delivery.run(1, "msg_fixed", 1, 0, null, "500 bad token Zx81qq", "crm:1");
  delivery.run(2, "msg_chat", 2, 4, 1, `410 Gone: ${encodeURIComponent(chat)}`, `${chat}:1`);
  delivery.run(3, "msg_mail", 3, 3, 1, null, null);
  delivery.run(4, "msg_hook", 4, 0, null, null, null);
  const body = db.prepare("insert into bodies (seq, body, source) values (?, ?, ?)");
  const headers = { "x-auth-token": "s3cr3t-of-the-header" };
  body.run(1, JSON.stringify({ to: null, alert: { title: "one" }, content: { headers, body: "{}" } }), null);
  body.run(
    2,
    JSON.stringify({ to: chat, alert: { title: "two" } }),
    JSON.stringify({ profile: { hook: chat }, template: {} }),
  );
  body.run(3, JSON.stringify({ to: "ada@example.com", alert: { title: "odd \u{10fffe}mark\u{10fffe}" } }), null);
  body.run(4, JSON.stringify({ to: chat, alert: { title: "four" } }), null);
  const attempt = db.prepare(
    "insert into attempts (seq, claim, number, started_at, ended_at, outcome, exchange) values (?, ?, 1, 0, 1, ?, ?)",
  );
  const echo = {
    request: { line: `POST ${fixed}`, headers: { ...headers, authorization: "…", "x-plain": "kept" }, body: "{}" },
    answer: {
      line: "500 bad token Zx81qq",
      headers: { "x-you-sent": "s3cr3t-of-the-header", location: fixed, date: "today" },
      body: `{"authorization":"Bearer abcdefgh12345678","jwt":"${jwt}","sig":"v1,${"A".repeat(43)}=","b64":"${Buffer.from("s3cr3t-of-the-header").toString("base64")}"}`,
    },
  };
  attempt.run(1, 1, JSON.stringify({ kind: "retry", reason: "500 bad token Zx81qq" }), JSON.stringify(echo));
  attempt.run(1, 2, JSON.stringify({ kind: "lost", reason: "ended" }), null);
  attempt.run(
    2,
    1,
    JSON.stringify({ kind: "gone", reason: `410 Gone: ${chat}` }),
    JSON.stringify({
      request: { line: `POST ${chat}` },
      answer: { line: "410 Gone", body: `no ${chat.replaceAll("/", "\\/")}` },
    }),
  );
  const push = "https://api.push.apple.com/3/device/aabbccddeeff00112233";
  attempt.run(
    3,
    1,
    '{"kind":"delivered"}',
    JSON.stringify({ request: { line: `POST ${push}` }, answer: { line: "200" } }),
  );
  db.prepare(
    "insert into firings (id, trigger, profile, cause, at, state, reason) values ('fir_1', 1, 1, '{}', 0, 4, ?)",
  ).run('crm: the destination is no URL: "hooks.example/nqXk7WpZr2VtYs9L"');
  db.prepare("insert into answers values ('a', 'f', 200, ?, 0)").run(
    JSON.stringify({
      id: "msg_chat",
      destination: chat,
      to: chat,
      erased: false,
      journal: [{ outcome: {}, request: { line: `POST ${chat}` } }],
    }),
  );
  db.close();
  return file;
}

test("a journal of before is cleaned when it is opened, and everything else stays", async () => {
  const file = older();
  const store = sqliteStore(file);
  const shown = shownUrl(chat);
  const { items } = await store.outbox.list();
  expect(
    items.map(({ id, channel, destination, reason, idempotencyKey }) => [
      id,
      channel,
      destination,
      reason,
      idempotencyKey,
    ]),
  ).toEqual([
    ["msg_hook", "crm", shown, undefined, undefined],
    ["msg_mail", "crm", "ada@example.com", undefined, undefined],
    ["msg_chat", shown, shown, "410 Gone: https%3A%2F%2Fhooks.example…", `${shown}:1`],
    ["msg_fixed", "crm", shownUrl(fixed), "500 bad token …", "crm:1"],
  ]);
  const one = await store.outbox.find("msg_fixed");
  expect(one!.journal).toEqual([
    {
      number: 1,
      startedAt: 0,
      endedAt: 1,
      outcome: { kind: "retry", reason: "500 bad token …" },
      request: {
        line: `POST ${shownUrl(fixed)}`,
        headers: { "x-auth-token": "…", authorization: "…", "x-plain": "kept" },
        body: "{}",
      },
      response: {
        statusLine: "500 bad token …",
        headers: { "x-you-sent": "…", location: "https://hooks.example/in?token=…", date: "today" },
        body: '{"authorization":"…","jwt":"…","sig":"v1,…","b64":"…"}',
      },
    },
    { number: 1, startedAt: 0, endedAt: 1, outcome: { kind: "lost", reason: "ended" } },
  ]);
  const two = await store.outbox.find("msg_chat");
  // Kept, since sending it again needs it, and shown to nobody.
  expect(two!.to).toBe(chat);
  expect(JSON.stringify(two!.journal)).not.toMatch(/nqXk7WpZr2VtYs9L|B045EF6GH/);
  expect(JSON.stringify(shownDelivery(two!))).not.toMatch(/nqXk7WpZr2VtYs9L|B045EF6GH/);
  expect(shownDelivery(two!)).toMatchObject({ to: shown, source: { profile: { hook: shown } } });
  expect(shownDelivery(one!).content).toEqual({ headers: { "x-auth-token": "…" }, body: "{}" });
  const three = await store.outbox.find("msg_mail");
  expect(three!.journal[0]!.request!.line).toBe("POST https://api.push.apple.com/3/device/aabbccddeeff00112233");
  const { items: troubles } = await store.outbox.unhealthy();
  expect(troubles).toEqual([
    { channel: "crm", failures: 0, heldUntil: 5, reason: "no token from auth.example: 400, client_secret=… is wrong" },
    { channel: "crm", destination: shownUrl(fixed), failures: 3 },
    { channel: shown, destination: shown, failures: 0, disabled: "410 Gone: …" },
  ]);
  expect(JSON.parse((await store.idempotency.get("a"))!.body)).toMatchObject({
    to: shown,
    journal: [{ request: { line: `POST ${shown}` } }],
  });
  await store.close();
});

test("nothing of it is left in the file, besides what delivering needs", async () => {
  const file = older();
  const path = "nqXk7WpZr2VtYs9L";
  expect(readFileSync(file, "latin1") + readFileSync(`${file}-wal`, { encoding: "latin1", flag: "a+" })).toMatch(
    /hunter2hunter2/,
  );
  await sqliteStore(file).close();
  const bytes = readFileSync(file, "latin1");
  expect(bytes).not.toMatch(/hunter2hunter2|Zx81qq|abcdefgh12345678|v1,AAAA|eyJhbGci/);
  // In the bodies of two deliveries, and in what one was rendered from.
  expect(bytes.split(path)).toHaveLength(4);
  expect(bytes.split("s3cr3t-of-the-header")).toHaveLength(2);
});

test("two names that come to be one keep their deliveries apart", async () => {
  const file = folder.file();
  const db = new Database(file);
  for (const step of steps.slice(0, steps.indexOf(cleanJournal))) db.exec(step as string);
  db.pragma(`application_id = ${applicationId}`);
  db.pragma(`user_version = ${steps.indexOf(cleanJournal)}`);
  db.exec("insert into channels (id, name) values (1, 'push')");
  db.exec(
    "insert into destinations (channel, name) values (1, 'https://push.example/abc'), (1, 'https://PUSH.example/abc')",
  );
  db.close();
  await sqliteStore(file).close();
  const now = new Database(file);
  const shown = shownUrl("https://push.example/abc");
  expect(now.prepare("select name from destinations order by id").pluck().all()).toEqual([shown, `${shown}-2`]);
  expect(shownUrl(`${shown}-2`)).toBe(`${shown}-2`);
  now.close();
});
