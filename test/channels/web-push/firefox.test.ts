import { expect, test } from "vitest";
import type { Json } from "../../../src/base/json.ts";
import { encrypt } from "../../../src/channels/web-push/encrypt.ts";
import { vapidKeys, webPush } from "../../../src/channels/web-push.ts";
import { attempting, delivery } from "../deliveries.ts";
import { found, started } from "./browsers.ts";
import { autopush, firefox } from "./firefox.ts";
import { page } from "./page.ts";

const program = found("firefox-esr", "firefox");
if (program === undefined) console.warn("skipped: no firefox-esr here (Debian package firefox-esr)");

test.skipIf(program === undefined)("Firefox receives our pushes", { timeout: 300_000 }, async () => {
  const vapid = { subject: "mailto:ops@example.com", ...vapidKeys() };
  await using site = await page(vapid.publicKey);
  await using mozilla = await autopush(() => site.ready());
  const start = () => firefox(program!, site.url, mozilla.socketUrl);
  const { browser, first: subscription } = await started(start, () => site.subscriptions.next("subscription"));
  await using _ = browser;
  const guard = { allow: ["127.0.0.0/8", "::1"] };
  const channel = webPush({ vapid, guard, tls: { ca: mozilla.service.ca } });
  const to: Json = JSON.parse(JSON.stringify(subscription));
  expect(channel.accept(to)).toEqual({ destination: subscription.endpoint });

  const alert = { title: "Grüße 👋", subtitle: "zwei", body: '</script>&"\n\u2028' };
  const { outcome } = await channel.send(delivery({ to, alert }), attempting());
  expect(outcome).toEqual({ kind: "delivered" });
  const pushed = await site.pushes.next("push");
  expect(JSON.parse(pushed.text)).toEqual({ ...alert, id: "msg_01k0000000abcdefghjkmnpqrs" });
  expect(await mozilla.acks.next("ack")).toMatchObject({ code: 100 });

  // As long as a payload may be, and cut.
  const long = { title: "Grüße 👋", body: "👩‍👩‍👧 ".repeat(1000) };
  const sent = await channel.send(delivery({ to, alert: long }), attempting());
  expect(sent.outcome).toEqual({ kind: "delivered" });
  const { text } = await site.pushes.next("long push");
  expect(text).toBe(sent.request?.body);
  expect(Buffer.byteLength(text)).toBeGreaterThan(3950);
  expect(JSON.parse(text).body).toMatch(/^(?:👩‍👩‍👧 )+👩‍👩‍👧…$/u);
  expect(await mozilla.acks.next("ack")).toMatchObject({ code: 100 });

  // One bit is wrong: Firefox says that it cannot decrypt, and the page hears nothing.
  const { p256dh, auth } = subscription.keys;
  const broken = encrypt(p256dh, auth, '{"title":"broken"}');
  broken[broken.length - 1]! ^= 1;
  mozilla.push(subscription.endpoint.split("/").at(-1)!, broken);
  expect(await mozilla.acks.next("ack")).toMatchObject({ code: 101 });
  expect(site.pushes.left).toBe(0);

  mozilla.forget();
  const last = await channel.send(delivery({ to }), attempting());
  expect(last.outcome).toEqual({ kind: "gone", reason: "410: No such subscription (106)" });
  await channel.close?.();
});
