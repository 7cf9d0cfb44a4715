import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { ConfigError, config, readConfig } from "../../src/config/index.ts";

const env = { URL: "https://crm.example.com/in", PORT: "2525", ODD: "a: [b, ${URL}]" };
const read = (text: string) => readConfig("tocsin.yaml", text, config, env).value;

/** `line:column: key: message`. */
function complaint(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return `${error.line}:${error.column}: ${error.key}: ${error.message}`;
  }
  return "none";
}

test("an empty file has all defaults", () => {
  expect(read("")).toEqual({
    store: { file: "tocsin.db" },
    limits: {},
    functions: ["sprig", "alerting"],
    channels: {},
    lint: {},
    work: { log: "info", shutdownTimeout: 15_000 },
    streams: {},
    audiences: {},
    triggers: {},
    alarms: {},
    serve: { listen: 8080, docs: true, publicMetrics: false, limits: {}, log: "info", shutdownTimeout: 15_000 },
  });
});

test("durations, sizes and the environment", () => {
  const text = `
store: { file: a.db, retention: { age: 30d, size: 1.5GiB } }
channels:
  crm: { kind: webhook, url: "\${URL}", timeout: 1m30s, retry: { wait: [5s, 5m] }, maxResponseBytes: 64KiB }
  mail: { kind: email, host: localhost, port: "\${PORT}", from: a@example.com, headers: { X-Odd: "\${ODD} $\${URL}" } }
`;
  expect(read(text)).toMatchObject({
    store: { retention: { age: 2_592_000_000, size: 1_610_612_736 } },
    channels: {
      crm: { url: env.URL, timeout: 90_000, retry: { wait: [5_000, 300_000] }, maxResponseBytes: 65_536 },
      // What the environment holds is text: neither YAML nor filled in again.
      mail: { port: 2525, headers: { "X-Odd": "a: [b, ${URL}] ${URL}" } },
    },
  });
});

test.each([
  ["store: 3", "1:1: store: this must be a mapping"],
  ["stor: {}", '1:1: stor: unknown key "stor"; did you mean store?'],
  [
    "colour: red",
    '1:1: colour: unknown key "colour"; it may have $schema, alarms, audiences, channels, functions, guard, limits, lint, locale, profiles, serve, store, streams, timeZone, triggers, work',
  ],
  [
    "channels:\n  crm:\n    kind: webhok",
    '3:5: channels.crm.kind: there is no kind "webhok"; it is one of webhook, email, web-push, apns, fcm, log',
  ],
  [
    "channels:\n  crm:\n    url: https://x",
    "2:3: channels.crm.kind: kind is missing; it is one of webhook, email, web-push, apns, fcm, log",
  ],
  [
    "channels:\n  crm:\n    kind: webhook\n    timout: 3s",
    /^4:5: channels\.crm\.timout: unknown key "timout"; did you mean timeout\?$/,
  ],
  [
    "channels:\n  crm:\n    kind: webhook\n    timeout: 3",
    "4:5: channels.crm.timeout: a duration is a number with its unit, as in 250ms, 15s, 1h30m or 3d",
  ],
  [
    "channels:\n  crm: { kind: webhook, url: '${NOPE}' }",
    "2:30: channels.crm.url: the environment has no NOPE; set it, or write $${ for a plain ${",
  ],
  ["channels:\n  Crm: { kind: log }", "2:3: channels.Crm: a channel's name is lower-case letters, digits, - and _"],
  ["channels: { mail: { kind: email, from: a@b.c } }", "1:13: channels.mail.host: host is missing"],
  [
    "channels:\n  a: { kind: webhook, auth: { kind: bearer } }",
    "2:23: channels.a.auth.token: token is missing: this must be a text, { file: PATH } or { secret: TEXT }",
  ],
  ["a: [", "1:4: : this [ is never closed"],
  ["work: 1\nwork: 2", '2:1: : "work" is there twice: keep one'],
  ["[1]", "1:1: : this must be a mapping"],
  ["x: *nope", "1:4: x: an alias of nothing"],
])("%j", (text, wanted) => {
  if (typeof wanted === "string") expect(complaint(text)).toBe(wanted);
  else expect(complaint(text)).toMatch(wanted);
});

test("a key called __proto__ is a key, and unknown", () => {
  expect(complaint("__proto__: { store: { file: x } }")).toMatch(/^1:1: __proto__: unknown key "__proto__"/);
});

test("any text is a configuration or a ConfigError", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json().map((json) => `channels: ${json}`),
      ),
      (text) => {
        try {
          read(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
        }
      },
    ),
  );
});

describe("the JSON Schema", () => {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  const validate = ajv.compile(z.toJSONSchema(config, { io: "input" }));

  test("takes what is right, and not what is wrong", () => {
    expect(validate(parse("channels: { crm: { kind: webhook, url: https://x, timeout: 15s } }"))).toBe(true);
    expect(validate(parse("channels: { crm: { kind: webhook, timeout: 15 } }"))).toBe(false);
    expect(validate(parse("chanels: {}"))).toBe(false);
  });
});
