import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ConfigError, config, createChannels, readConfig } from "../../src/config/index.ts";
import type { Channel } from "../../src/dispatch/index.ts";
import { shownUrl } from "../../src/dispatch/secrets/url.ts";
import { alerting } from "../../src/functions/index.ts";
import { readable, repeat, tells } from "../channels/leaks.ts";
import { receiver } from "../channels/receiver.ts";

const folder = mkdtempSync(join(tmpdir(), "tocsin-secrets-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function channelOf(section: string, env: Readonly<Record<string, string>> = {}): Promise<Channel> {
  const text = `guard: { allow: [127.0.0.1] }\nchannels:\n  c: ${section}\n`;
  const { value, filled, fail } = readConfig("tocsin.yaml", text, config, env);
  const channels = await createChannels(value, {
    folder,
    filled,
    templates: { functions: [alerting] },
    print: () => {},
    fail: (name, message) => fail(["channels", name], message),
  });
  return channels.c!;
}

/** Fails unless nothing that is kept or shown tells one of these. */
async function expectUntold(channel: Channel, secrets: readonly string[], more: object = {}, to: string | null = null) {
  const { delivery, ...texts } = await readable(channel, to, more);
  const told = secrets.flatMap((secret) =>
    Object.entries(texts).flatMap(([where, text]) => (tells(text, secret) ? [`${where}: ${secret}`] : [])),
  );
  expect(told).toEqual([]);
  return delivery;
}

describe("what the environment fills in", () => {
  test("is in no outbox, whether in URL, header, body or key; its name is", async () => {
    await using there = await receiver((received, _request, response) => repeat(received, response));
    const env = {
      HOOK: `${there.url}services/T012AB3CD/SECRETTOKEN`,
      ROOM: "room-4711-of-ops",
      PASS: 'pa"ss/w0rd+',
      KEY: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwTENVTOKENwQ=",
      PIN: "4711",
      REGION: "eu-1",
    };
    const section = `{ kind: webhook, url: "\${HOOK}", keys: ["\${KEY}"], auth: { kind: basic, user: "\${ROOM}", password: "\${PASS}" },
      secrets: { PIN: "\${PIN}" }, headers: { x-room: "{{ .id }} \${ROOM}", x-region: "\${REGION}" },
      body: '{ "room": "\${ROOM}", "pin": "\${PIN}", "region": "\${REGION}", "text": {{ .alert.title }}, "who": {{ .profile.name }} }' }`;
    const channel = await channelOf(section, env);
    const profile = { name: "room-4711-of-ops ${ROOM} \u{10fffe}PASS\u{10fffe}" };
    const { HOOK: _hook, REGION: _region, ...secrets } = env;
    const delivery = await expectUntold(channel, [...Object.values(secrets), "SECRETTOKEN"], { profile });
    const body =
      '{ "room": "${ROOM}", "pin": "${PIN}", "region": "eu-1", "text": "Hey", "who": "${ROOM} ${ROOM} \u{10fffe}PASS\u{10fffe}" }';
    expect(delivery).toMatchObject({ destination: shownUrl(env.HOOK), to: null });
    expect(delivery.content).toMatchObject({ body, headers: { "x-room": `${delivery.id} \${ROOM}` } });
    // The same text is kept once.
    expect(delivery.journal[0]!.request).not.toHaveProperty("body");
    expect(delivery.journal[0]!.request!.headers).toMatchObject({ "x-region": "eu-1", authorization: "…" });
    const [got] = there.received;
    expect(got!.body.toString()).toBe(
      '{ "room": "room-4711-of-ops", "pin": "4711", "region": "eu-1", "text": "Hey", "who": "room-4711-of-ops ${ROOM} \u{10fffe}PASS\u{10fffe}" }',
    );
    expect(got!.headers["x-room"]).toBe(`${delivery.id} room-4711-of-ops`);
  });

  test("is in no destination", async () => {
    await using there = await receiver();
    const channel = await channelOf('{ kind: webhook, body: "{}", secrets: { T: "${TOKEN}" } }', {
      TOKEN: "t0ken-of-chat",
    });
    const to = `${there.url}bot/t0ken-of-chat/x`;
    const delivery = await expectUntold(channel, ["t0ken-of-chat"], {}, to);
    expect(delivery).toMatchObject({
      state: "delivered",
      destination: shownUrl(to),
      to: shownUrl(`${there.url}bot/\${T}/x`),
    });
    expect(there.received[0]!.path).toBe("/bot/t0ken-of-chat/x");
  });

  test("is in no complaint about the configuration", () => {
    const text = 'channels: { a: { kind: "${SECRET}" } }';
    const complain = () => readConfig("tocsin.yaml", text, config, { SECRET: "hunter2hunter2" });
    expect(complain).toThrow(ConfigError);
    expect(complain).toThrow('there is no kind "${SECRET}"');
  });
});

test("what { file } and { secret } hold is in no outbox", async () => {
  writeFileSync(join(folder, "token"), "from-a-f1le\n");
  writeFileSync(join(folder, "tenant"), "tenant-in-a-file\n");
  await using there = await receiver((received, _request, response) => repeat(received, response));
  const section = `{ kind: webhook, url: { secret: "${there.url}in?k=s3cret-k" }, auth: { kind: bearer, token: { file: token } },
    headers: { x-tenant: { file: tenant }, x-team: { secret: "team-0815" }, x-who: { secret: "{{ .profile.pass }}" } } }`;
  const secrets = ["from-a-f1le", "tenant-in-a-file", "team-0815", "s3cret-k"];
  const delivery = await expectUntold(await channelOf(section), secrets, { profile: { pass: "of-a-profile" } });
  expect(there.received[0]!.headers).toMatchObject({
    authorization: "Bearer from-a-f1le",
    "x-tenant": "tenant-in-a-file",
    "x-team": "team-0815",
    "x-who": "of-a-profile",
  });
  expect(delivery.content).toMatchObject({ headers: { "x-who": "…" } });
  expect(JSON.stringify(delivery.journal)).not.toContain("of-a-profile");
});

test.each([
  [
    '{ kind: webhook, url: "https://a.example", tls: { key: { file: keys/none.pem } } }',
    "keys/none.pem cannot be read (ENOENT)",
  ],
  [
    '{ kind: webhook, url: "https://a.example", auth: { kind: bearer, token: { secret: abc } } }',
    "a secret has at least 4 characters",
  ],
  ['{ kind: webhook, url: "https://ann:hunter2@" }', "the channel's url is not a URL; write https://HOST/PATH"],
])("%s is refused without a secret or a path in the message", async (section, message) => {
  const error = await channelOf(section).catch((thrown: Error) => thrown);
  expect((error as Error).message).toBe(message);
});
