import { describe, expect, test } from "vitest";
import { fake } from "../../src/channels/fake.ts";
import { alerting, sprig } from "../../src/functions/index.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { type SimulateOptions, type SimulationEvent, simulate } from "../../src/triggers/index.ts";
import { Summary } from "../../src/triggers/simulate/simulate.ts";
import { createHarness, type Declared, day, hour, minute, noon, trigger } from "./harness.ts";

const at = (time: number): string => new Date(time).toISOString().slice(5, 16).replace("T", " ");

/** `03-02 12:00 welcome sent: title`. */
function line(one: SimulationEvent): string {
  const what =
    one.kind === "sent" || one.kind === "alarm"
      ? one.deliveries.map(({ channel, destination, title }) => `${channel} ${destination} ${title}`).join(", ")
      : one.reason;
  const who = "trigger" in one ? ` ${one.trigger}` : "";
  const until = one.kind === "waiting" ? ` (${at(one.until)})` : "";
  return `${at(one.at)}${who} ${one.kind}: ${what}${until}`;
}

const options = { channels: { crm: fake() }, templates: { functions: [sprig, alerting] } };

/** Plays on a store where this is declared and these are known, at noon of 2 March 2026. */
async function play(
  declared: Declared,
  known: Readonly<Record<string, { readonly [field: string]: string | number | boolean }>>,
  how: Partial<SimulateOptions> = {},
) {
  const harness = createHarness(memoryStore());
  await harness.declare(declared);
  for (const [name, fields] of Object.entries(known)) await harness.update(name, { name, ...fields });
  const before = (await harness.sent()).length;
  const events: SimulationEvent[] = [];
  const from = how.from ?? noon;
  for await (const one of simulate({ ...options, store: harness.store, from, until: from + day, ...how })) {
    events.push(one);
  }
  return { lines: events.map(line), events, harness, before };
}

const regulars = { regulars: { where: "gt .visits 10" } };
const visits = (user: string, count: number, time: number) => ({
  at: time,
  update: { identifiers: { user_id: user }, fields: { name: user, visits: count } },
});

test("a schedule comes each morning of its zone, to those who are in the audience then", async () => {
  const morning = trigger({ schedule: "0 9 * * *", zone: "Europe/Warsaw", audience: "regulars" });
  const { lines } = await play(
    { audience: regulars, trigger: { morning } },
    { ada: { visits: 11 }, bob: { visits: 3 } },
    { until: noon + 2 * day, updates: [visits("bob", 12, noon + day)] },
  );
  expect(lines).toEqual([
    "03-03 08:00 morning sent: crm ada@example.com morning/run ada",
    "03-04 08:00 morning sent: crm ada@example.com morning/run ada",
    "03-04 08:00 morning sent: crm bob@example.com morning/run bob",
  ]);
});

test("days that are past, and days to come, have their own schedules", async () => {
  const monthly = trigger({ schedule: "30 6 1 * *", audience: "regulars" });
  const declared = { audience: regulars, trigger: { monthly } };
  const one = "monthly sent: crm ada@example.com monthly/run ada";
  for (const [from, desired] of [
    [Date.UTC(2026, 1, 1), `02-01 06:30 ${one}`],
    [Date.UTC(2027, 6, 1, 6, 30), `07-01 06:30 ${one}`],
  ] as const) {
    const { lines } = await play(declared, { ada: { visits: 11 } }, { from, until: from + 7 * hour });
    expect(lines).toEqual([desired]);
  }
});

test("quiet hours hold, a condition refuses, a template aborts, and each says why", async () => {
  const welcome = trigger(
    { enter: "regulars" },
    {
      where: "ne .name `eve`",
      quietHours: { from: "22:00", to: "08:00" },
      alert: { title: '{{ if eq .name "max" }}{{ abort "no max" }}{{ end }}Hey, {{ .name }}' },
    },
  );
  const night = noon + 11 * hour;
  const { lines, events } = await play(
    { audience: regulars, trigger: { welcome } },
    {},
    {
      updates: [
        visits("ada", 11, noon + minute),
        visits("eve", 11, noon + 2 * minute),
        visits("max", 11, noon + 3 * minute),
        visits("bob", 11, night),
        visits("bob", 12, night + minute),
      ],
    },
  );
  expect(lines).toEqual([
    "03-02 12:01 welcome sent: crm ada@example.com Hey, ada",
    "03-02 12:02 welcome skipped: its condition does not hold",
    "03-02 12:03 welcome aborted: no max",
    "03-02 23:00 welcome waiting: until quiet hours end (03-03 08:00)",
    "03-03 08:00 welcome sent: crm bob@example.com Hey, bob",
  ]);
  const summary = new Summary("Europe/Warsaw");
  for (const one of events) summary.add(one);
  const none = { trigger: "welcome", sent: 0, waiting: 0, skipped: 0, aborted: 0, failed: 0 };
  expect(summary.days()).toEqual([
    { ...none, day: "2026-03-02", sent: 1, skipped: 1, aborted: 1 },
    // Midnight comes an hour earlier there.
    { ...none, day: "2026-03-03", sent: 1, waiting: 1 },
  ]);
});

test("a digest is one alert of several firings", async () => {
  const orders = trigger(
    { event: "shop" },
    { digest: { window: "1h" }, alert: { title: "{{ len .trigger.events }} orders" } },
  );
  const buys = (time: number) => ({ at: time, stream: "shop", payload: { who: "ada" } });
  const { lines, events } = await play(
    {
      stream: { shop: { identifiers: { user_id: "{{ .who }}" }, fields: { name: "{{ .who }}" } } },
      trigger: { orders },
    },
    {},
    { updates: [buys(noon), buys(noon + minute), buys(noon + 2 * hour)], until: noon + 4 * hour },
  );
  expect(lines.filter((one) => one.includes(" sent: "))).toEqual([
    "03-02 13:00 orders sent: crm ada@example.com 2 orders",
    "03-02 15:00 orders sent: crm ada@example.com 1 orders",
  ]);
  expect(events.flatMap((one) => (one.kind === "sent" ? one.firings : []))).toEqual([2, 1]);
});

describe("what is not in force yet", () => {
  const desired = {
    origin: "file",
    definitions: {
      audience: { regulars: { where: "gt .visits 5" } },
      trigger: { welcome: trigger({ enter: "regulars" }) },
    },
  } as const;

  test("is put into force at the start; drafts stay drafts unless they are activated", async () => {
    const known = { ada: { visits: 7 } };
    const updates = [visits("bob", 7, noon + hour)];
    expect((await play({}, known, { desired, updates })).lines).toEqual([]);
    expect((await play({}, known, { desired, updates, activate: ["welcome"] })).lines).toEqual([
      "03-02 13:00 welcome sent: crm bob@example.com welcome/enter bob",
    ]);
  });

  test("a backfill comes to those who are there", async () => {
    const how = { desired, activate: ["welcome"], backfill: ["welcome"] };
    expect((await play({}, { ada: { visits: 7 } }, how)).lines).toEqual([
      "03-02 12:00 welcome sent: crm ada@example.com welcome/run ada",
    ]);
  });

  test("what is wrong in it is said", async () => {
    const bad = { origin: "file", definitions: { audience: { regulars: { where: "gt .visits )" } } } } as const;
    await expect(play({}, {}, { desired: bad })).rejects.toMatchObject({ name: "DefinitionError", of: "regulars" });
    await expect(play({}, {}, { activate: ["nobody"] })).rejects.toMatchObject({ name: "NotFoundError" });
  });
});

test("what comes in and cannot be taken is told, and holds up nobody", async () => {
  const { lines } = await play(
    { audience: regulars, trigger: { welcome: trigger({ enter: "regulars" }) } },
    {},
    {
      updates: [{ at: noon, update: { identifiers: {}, fields: { visits: 12 } } }, visits("ada", 12, noon)],
    },
  );
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^03-02 12:00 problem: an update was rejected: /);
  expect(lines[1]).toBe("03-02 12:00 welcome sent: crm ada@example.com welcome/enter ada");
});

test("channels are asked, and nothing is sent", async () => {
  const crm = fake();
  const { lines, harness, before } = await play(
    {
      audience: regulars,
      trigger: { welcome: trigger({ enter: "regulars" }, { send: [{ channel: "crm", to: "{{ .mail }}" }] }) },
    },
    {},
    { channels: { crm }, updates: [visits("ada", 12, noon)] },
  );
  expect(lines).toEqual(["03-02 12:00 welcome skipped: no address on crm"]);
  expect([before, (await harness.sent()).length, crm.attempts.length]).toEqual([0, 0, 0]);
});

test("days do not end before they begin, and updates do not go back", async () => {
  await expect(play({}, {}, { until: noon - 1 })).rejects.toThrow("a simulation cannot end before it begins");
  const updates = [visits("ada", 1, noon + 1), visits("ada", 2, noon)];
  await expect(play({}, {}, { updates })).rejects.toThrow(
    "updates are out of order: 2026-03-02T12:00:00.000Z comes after 2026-03-02T12:00:00.001Z",
  );
});

test("it ends when it is told to", async () => {
  const hourly = trigger({ schedule: "0 * * * *", audience: "regulars" });
  const harness = createHarness(memoryStore());
  await harness.declare({ audience: regulars, trigger: { hourly } });
  await harness.update("ada", { name: "ada", visits: 12 });
  const ended = new AbortController();
  const seen: string[] = [];
  const { signal } = ended;
  for await (const one of simulate({ ...options, store: harness.store, from: noon, until: noon + 365 * day, signal })) {
    seen.push(line(one));
    if (seen.length === 3) ended.abort();
  }
  expect(seen.map((one) => one.slice(0, 11))).toEqual(["03-02 12:00", "03-02 13:00", "03-02 14:00"]);
});
