import { expect, test } from "vitest";
import type { Json } from "../../../src/base/json.ts";
import { encrypt } from "../../../src/channels/web-push/encrypt.ts";
import { vapidKeys, webPush } from "../../../src/channels/web-push.ts";
import { attempting, delivery } from "../deliveries.ts";
import { found, started } from "./browsers.ts";
import { chromium, google, proxyTo } from "./chromium.ts";
import { page } from "./page.ts";
import { pushService, vapidClaims } from "./push-server.ts";

const program = found("chromium", "chromium-browser", "google-chrome");
if (program === undefined) console.warn("skipped: no chromium here (Debian package chromium)");

const tokenOf = (path: string): string => decodeURIComponent(path.split("/").at(-1)!);

test.skipIf(program === undefined)("Chromium receives our pushes", { timeout: 300_000 }, async () => {
  const vapid = { subject: "mailto:ops@example.com", ...vapidKeys() };
  await using site = await page(vapid.publicKey);
  site.ready();
  await using fcm = await google();
  const start = () => chromium(program!, site.url, fcm);
  // A browser whose line to Google did not come up at once waits long until it tries again.
  const { browser, first: subscription } = await started(start, async () => {
    const subscription = await site.subscriptions.next("subscription");
    const { p256dh, auth } = subscription.keys;
    fcm.push(tokenOf(subscription.endpoint), encrypt(p256dh, auth, '{"title":"first"}'));
    await site.pushes.next("first push", 30_000);
    return subscription;
  });
  await using _ = browser;

  // The endpoint is Google's, whatever the browser is told: the way there is through an egress proxy that leads here.
  const { host, hostname, origin } = new URL(subscription.endpoint);
  await using service = await pushService((_headers, body, path) => {
    const token = tokenOf(path);
    if (!fcm.knows(token)) return { status: 410, body: "push subscription has unsubscribed or expired.\n" };
    fcm.push(token, body);
    return { status: 201 };
  }, hostname);
  await using proxy = await proxyTo(service.port);
  const channel = webPush({ vapid, guard: { proxy: proxy.url }, tls: { ca: service.ca } });
  const to: Json = JSON.parse(JSON.stringify(subscription));
  expect(channel.accept(to)).toEqual({ destination: subscription.endpoint });

  const alert = { title: "Grüße 👋", subtitle: "zwei", body: '</script>&"\n\u2028' };
  const { outcome } = await channel.send(delivery({ to, alert }), attempting());
  expect(outcome).toEqual({ kind: "delivered" });
  expect(new Set(proxy.asked)).toEqual(new Set([`${host}:443`]));
  expect(vapidClaims(`${service.received[0]?.headers.authorization}`)).toMatchObject({ aud: origin });
  const pushed = await site.pushes.next("push");
  expect(JSON.parse(pushed.text)).toEqual({ ...alert, id: "msg_01k0000000abcdefghjkmnpqrs" });
  expect(pushed.how).toBe("shown");

  // As long as a payload may be, and cut.
  const long = { title: "Grüße 👋", body: "👩‍👩‍👧 ".repeat(1000) };
  const sent = await channel.send(delivery({ to, alert: long }), attempting());
  expect(sent.outcome).toEqual({ kind: "delivered" });
  const { text, how } = await site.pushes.next("long push");
  expect(text).toBe(sent.request?.body);
  expect(Buffer.byteLength(text)).toBeGreaterThan(3950);
  expect(how).toBe("shown");

  // One bit is wrong: the page hears nothing, but of the push that comes after.
  const { p256dh, auth } = subscription.keys;
  const broken = encrypt(p256dh, auth, '{"title":"broken"}');
  broken[broken.length - 1]! ^= 1;
  fcm.push(tokenOf(subscription.endpoint), broken);
  await channel.send(delivery({ to, alert: { title: "after" } }), attempting());
  expect(JSON.parse((await site.pushes.next("push after a broken one")).text)).toMatchObject({ title: "after" });
  expect(site.pushes.left).toBe(0);

  fcm.forget();
  const last = await channel.send(delivery({ to }), attempting());
  expect(last.outcome).toEqual({ kind: "gone", reason: "410: push subscription has unsubscribed or expired." });
  await channel.close?.();
});
