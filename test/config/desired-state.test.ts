import { expect, test } from "vitest";
import { ConfigError, config, desiredStateOf, pathOf, readConfig } from "../../src/config/index.ts";
import { DefinitionError } from "../../src/triggers/engine.ts";

const key = `whsec_${"x".repeat(32)}`;
const read = (text: string) => readConfig("tocsin.yaml", text, config, { SECRET: key, ODD: "{{ evil }}: [" });
const alertOf = async (_trigger: string, file: string) => ({ title: `from ${file}` });

const whole = `
profiles: { identifiers: { email: , phone: { limit: 3 } }, merge: { visits: sum } }
streams:
  shop: { verify: { standard: ["\${SECRET}"], tolerance: 5m }, identifiers: { email: "{{ .mail }}" }, retention: 2d }
audiences:
  regulars: { where: gt .visits 10, every: 30m }
triggers:
  thanks:
    state: active
    on: { enter: regulars }
    alert: alerts/thanks.yaml
    send: [{ channel: crm, to: "\${ODD}" }]
    quietHours: { from: "22:00", to: "08:00", zone: "{{ .zone }}" }
    coolDown: 3d
  bye: { on: { exit: regulars }, alert: { title: Bye }, send: [{ channel: crm }] }
alarms:
  gone: { when: { silent: thanks, for: 1d }, send: [{ channel: ops }], repeat: 12h }
`;

test("what is declared is kept as it is written, with the environment and the alert files put in", async () => {
  const { value, raw } = read(whole);
  expect(await desiredStateOf(value, raw, alertOf)).toEqual({
    origin: "file",
    complete: true,
    states: { thanks: "active" },
    definitions: {
      profiles: {
        profiles: { identifiers: { email: null, phone: { limit: 3 } }, merge: { visits: "sum" } },
      },
      stream: {
        shop: {
          verify: { standard: [key], tolerance: "5m" },
          identifiers: { email: "{{ .mail }}" },
          retention: "2d",
        },
      },
      audience: { regulars: { where: "gt .visits 10", every: "30m" } },
      trigger: {
        thanks: {
          on: { enter: "regulars" },
          alert: { title: "from alerts/thanks.yaml" },
          send: [{ channel: "crm", to: "{{ evil }}: [" }],
          quietHours: { from: "22:00", to: "08:00", zone: "{{ .zone }}" },
          coolDown: "3d",
        },
        bye: { on: { exit: "regulars" }, alert: { title: "Bye" }, send: [{ channel: "crm" }] },
      },
      alarm: { gone: { when: { silent: "thanks", for: "1d" }, send: [{ channel: "ops" }], repeat: "12h" } },
    },
  });
});

test("an empty file wants nothing of its own to be left", async () => {
  const { value, raw } = read("");
  expect(await desiredStateOf(value, raw, alertOf)).toEqual({
    origin: "file",
    complete: true,
    states: {},
    definitions: { profiles: {}, stream: {}, audience: {}, trigger: {}, alarm: {} },
  });
});

test.each([
  [{ kind: "trigger", name: "thanks", path: ["send", 0, "channel"] }, "12:14: triggers.thanks.send.0.channel: no"],
  [{ kind: "trigger", name: "thanks", path: ["alert"] }, "11:5: triggers.thanks.alert: no"],
  [{ kind: "audience", name: "regulars", path: ["where"] }, "6:15: audiences.regulars.where: no"],
  [{ kind: "stream", name: "shop", path: ["identifiers", "email"] }, "4:78: streams.shop.identifiers.email: no"],
  [{ kind: "profiles", name: "profiles", path: ["merge", "visits"] }, "2:69: profiles.merge.visits: no"],
  [{ kind: "alarm", name: "gone", path: ["when", "silent"] }, "17:19: alarms.gone.when.silent: no"],
  // What is missing would stand there.
  [{ kind: "trigger", name: "bye", path: ["alert", "body"] }, "15:34: triggers.bye.alert.body: no"],
] as const)("what the engine says of %o has a place in the file", (place, wanted) => {
  const { fail } = read(whole);
  try {
    fail(pathOf(new DefinitionError("no", place)), "no");
  } catch (error) {
    const { line, column, key, message } = error as ConfigError;
    expect(`${line}:${column}: ${key}: ${message}`).toBe(wanted);
  }
});

const trigger = (text: string) => `triggers: { w: { send: [{ channel: crm }], ${text} } }`;
const alert = "alert: { title: x }";

test.each([
  [
    trigger(`on: { enter: X }, ${alert}`),
    "triggers.w.on.enter: a name is lower-case letters, digits, - and _, at most 64, a letter first",
  ],
  [
    trigger(`on: { schedule: "0 9 * * *", zone: Mars, audience: all }, ${alert}`),
    'triggers.w.on.zone: "Mars" is not an IANA time zone such as Europe/Warsaw',
  ],
  [
    trigger(`on: { audience: x }, ${alert}`),
    "triggers.w.on: a trigger fires on one of enter: AUDIENCE, exit: AUDIENCE, change: [FIELD], event: STREAM, or for an audience on schedule: CRON, at: TIME, every: DURATION",
  ],
  [
    trigger("on: { enter: x }"),
    "triggers.w.alert: alert is missing: an alert is the path of an alert file, or title, subtitle, body and html",
  ],
  [trigger("on: { enter: x }, alert: { titel: x }"), "triggers.w.alert.title: title is missing"],
  [
    trigger(`on: { enter: x }, ${alert}, dwell: 3`),
    "triggers.w.dwell: a duration is a number with its unit, as in 250ms, 15s, 1h30m or 3d",
  ],
  [trigger(`on: { enter: x }, ${alert}, dwel: 3m`), 'triggers.w.dwel: unknown key "dwel"; did you mean dwell?'],
  ["triggers: { w: { on: { enter: x }, send: [], alert: a.yaml } }", "triggers.w.send: this must not be empty"],
  ["audiences: { all: {} }", "audiences.all.where: where is missing"],
  ["alarms: { a: { when: { silent: x }, send: [{ channel: crm }] } }", "alarms.a.when.for: for is missing"],
  ["serve: { listen: here }", "serve.listen: this must be a port, or HOST:PORT"],
  ["triggers:", "triggers: this must be a mapping"],
])("%s", (text, wanted) => {
  try {
    read(text);
    expect("nothing").toBe("an error");
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(`${error.key}: ${error.message}`).toBe(wanted);
  }
});
