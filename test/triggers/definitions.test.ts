import { describe, expect, test } from "vitest";
import { fake } from "../../src/channels/fake.ts";
import { DestinationError } from "../../src/dispatch/index.ts";
import { createEngine } from "../../src/triggers/index.ts";
import { createHarness, to, trigger, vips } from "./harness.ts";

describe("definitions", () => {
  test("a plan says who would enter and leave, and changes nothing", async () => {
    const s = createHarness();
    for (const [user, visits] of [
      ["a", 5],
      ["b", 15],
      ["c", 25],
    ] as const)
      await s.update(user, { name: user, visits });
    await s.declare({ audience: vips });
    const before = await s.store.definitions.all();
    const plan = await s.engine.plan({
      origin: "api",
      definitions: { audience: { vips: { where: "lt .visits 20" } }, trigger: { t: trigger({ enter: "vips" }) } },
    });
    expect(plan.steps.map(({ effect }) => effect)).toEqual([
      "audience vips changes: of 3 profiles 1 enter and 1 leave",
      "trigger t is new",
    ]);
    expect(plan.steps[0]!.members).toMatchObject({
      now: 2,
      enter: 1,
      leave: 1,
      entering: [{ fields: { name: "a" } }],
      leaving: [{ fields: { name: "c" } }],
    });
    expect(await s.store.definitions.all()).toEqual(before);
    const failing = { audience: { late: { where: "gt .visits (index .name 0 | int)" } } };
    await s.update("d", { visits: 1 });
    const [step] = (await s.engine.plan({ origin: "api", definitions: failing })).steps;
    expect(step!.effect).toBe(
      "audience late is new: of 4 profiles 0 enter and 0 leave; its condition fails for 1, which counts as no match",
    );
  });

  test("findings are about what profiles look like", async () => {
    const s = createHarness();
    await s.update("a", { name: "a", visits: 1, email: "a@example.com" });
    const { findings } = await s.engine.plan({
      origin: "api",
      definitions: {
        audience: { vips: { where: "gt .vists 10" } },
        trigger: {
          t: trigger({ enter: "vips" }, { alert: { title: "{{ .nmae }} {{ .trigger.backfill }}" } }),
          u: trigger(
            { enter: "vips" },
            {
              send: [{ channel: "crm", to: "{{ .emial }}" }],
              dedupe: "{{ .vists }}",
              quietHours: { from: "22:00", to: "08:00" },
            },
          ),
        },
      },
    });
    expect(findings.map(({ where, severity }) => [where, severity])).toEqual([
      ["audience vips: where:1:4", "error"],
      ["trigger t: alert.title:1:4", "error"],
      ["trigger u: send.0.to:1:4", "error"],
      ["trigger u: dedupe:1:4", "error"],
    ]);
  });

  test("a stream whose HMAC has no time is warned of, whoever is known", async () => {
    const s = createHarness();
    const hmac = { secrets: ["s"], header: "X-Sig" };
    const stream = {
      plain: { verify: { hmac } },
      keyed: { verify: { hmac }, key: "{{ .id }}" },
      timed: { verify: { hmac: { ...hmac, timestamp: "X-Time" } } },
      standard: { verify: { standard: [`whsec_${"A".repeat(32)}`] } },
    };
    const { findings } = await s.engine.plan({ origin: "api", definitions: { stream } });
    expect(findings).toEqual(
      [
        ["plain", "; if not, give the stream a key (a template)"],
        ["keyed", ""],
      ].map(([name, advice]) => ({
        where: `stream ${name}: verify.hmac`,
        severity: "warning",
        message: `the signature has no timestamp: whoever sees a request can replay it, so a body that was received within the last day counts as a duplicate. If the sender signs a timestamp, name its header in timestamp${advice}`,
      })),
    );
    await s.engine.apply({ origin: "api", definitions: { stream } });
    expect((await s.engine.plan({ origin: "api", definitions: { stream } })).findings).toEqual([]);
  });

  test("a zone of quiet hours that does not exist is warned of", async () => {
    const s = createHarness();
    const quiet = (zone: string) => trigger({ change: ["a"] }, { quietHours: { from: "22:00", to: "08:00", zone } });
    const { findings } = await s.engine.plan({
      origin: "api",
      definitions: {
        trigger: { wrong: quiet("Europe/Berln"), right: quiet("Europe/Berlin"), template: quiet("{{ .zone }}") },
      },
    });
    expect(findings).toEqual([
      {
        where: "trigger wrong: quietHours.zone",
        severity: "warning",
        message: '"Europe/Berln" is not an IANA time zone such as Europe/Warsaw: fallbackZone is used, or UTC',
      },
    ]);
  });

  test("where nobody can be reached is refused", async () => {
    const accept = (where: unknown): string => {
      if (where === "here") return "here";
      throw new DestinationError("there is nobody there");
    };
    const { store } = createHarness();
    const crm = fake({ destination: accept });
    const engine = createEngine({ store, channels: { crm }, templates: {}, to: { crm: "{{ .mail }}" } });
    const plan = (definitions: object) => engine.plan({ origin: "api", definitions });
    const at = (to: string) => ({ trigger: { t: trigger({ change: ["x"] }, { send: [{ channel: "crm", to }] }) } });
    await expect(plan(at("there"))).rejects.toMatchObject({
      path: ["send", 0, "to"],
      message: "there is nobody there",
    });
    await expect(plan(at(" "))).rejects.toMatchObject({ path: ["send", 0, "to"] });
    const when = { silent: "t", for: "1d" };
    const alarm = (to?: string) => ({
      ...at("here"),
      alarm: { a: { when, send: [{ channel: "crm", ...(to && { to }) }] } },
    });
    await expect(plan(alarm("there"))).rejects.toMatchObject({ kind: "alarm", path: ["send", 0, "to"] });
    await expect(plan(alarm())).rejects.toMatchObject({ kind: "alarm", path: ["send", 0] });
    for (const good of [at("here"), at("{{ .name }}"), alarm("here")]) expect((await plan(good)).findings).toEqual([]);
  });

  test.each([
    [{ audience: { a: { where: "gt .visits (" } } }, "audience", "a", ["where"]],
    [{ audience: { a: { where: "gt .visits 10 }}" } } }, "audience", "a", ["where"]],
    [{ audience: { a: { where: "now", every: "0" } } }, "audience", "a", ["every"]],
    [{ trigger: { t: trigger({ enter: "nobody" }) } }, "trigger", "t", ["on", "enter"]],
    [{ trigger: { t: trigger({ event: "nothing" }) } }, "trigger", "t", ["on", "event"]],
    [{ trigger: { t: trigger({ change: ["x"] }, { alert: { title: "{{ .a" } }) } }, "trigger", "t", ["alert"]],
    [
      { trigger: { t: trigger({ change: ["x"] }, { send: [{ channel: "sms", to }] }) } },
      "trigger",
      "t",
      ["send", 0, "channel"],
    ],
    [{ trigger: { t: trigger({ change: ["x"] }, { dwell: "1h" }) } }, "trigger", "t", ["dwell"]],
    [{ stream: { s: { key: "{{ .a" } } }, "stream", "s", ["key"]],
  ])("what cannot be is refused: %j", async (definitions, kind, name, path) => {
    const s = createHarness();
    await expect(s.engine.apply({ origin: "api", definitions: definitions as never })).rejects.toMatchObject({
      name: "DefinitionError",
      kind,
      of: name,
      path,
    });
    expect(await s.store.definitions.all()).toEqual([]);
  });

  test("a file that is complete removes what it no longer has, and only what a file declared", async () => {
    const s = createHarness();
    await s.engine.apply({ origin: "api", definitions: { audience: { byhand: { where: ".x" } } } });
    await s.engine.apply({ origin: "file", definitions: { audience: { one: { where: ".x" }, two: { where: ".y" } } } });
    await s.engine.apply({ origin: "file", complete: true, definitions: { audience: { two: { where: ".y" } } } });
    expect((await s.store.definitions.all()).map(({ name }) => name).sort()).toEqual(["byhand", "two"]);
  });

  test("a trigger may have any name", async () => {
    const s = createHarness();
    await s.engine.apply({ origin: "api", definitions: { trigger: { constructor: trigger({ change: ["n"] }) } } });
    expect((await s.store.definitions.all()).map(({ status }) => status)).toEqual([{ state: "draft" }]);
  });

  test("an audience that goes takes its memberships with it", async () => {
    const s = createHarness();
    await s.declare({ audience: vips });
    await s.update("1", { name: "a", visits: 20 });
    await s.declare({ audience: { vips: null } });
    expect(await s.store.memberships.sizes()).toEqual(new Map());
  });

  test("an audience that goes and comes back at once has its members", async () => {
    const s = createHarness();
    for (let i = 0; i < 100; i++) await s.update(`u${i}`, { name: `u${i}`, visits: i });
    await s.declare({ audience: vips, trigger: { t: trigger({ enter: "vips" }) } });
    const apply = (where: string | null, fire = false) =>
      s.engine.apply(
        { origin: "api", definitions: { audience: { vips: where === null ? null : { where } } } },
        { fire },
      );
    await s.declare({ trigger: { t: null } });
    await apply("gt .visits 20", true);
    await apply(null);
    await apply("gt .visits 50");
    await s.declare({ trigger: { t: trigger({ enter: "vips" }) } });
    expect(await s.store.memberships.sizes()).toEqual(new Map([["vips", 49]]));
    expect(await s.sent()).toEqual([]);
    const { items } = await s.store.runs.list({ limit: 3 });
    expect(items.map(({ kind, state }) => [kind, state])).toEqual([
      ["reevaluate", "done"],
      ["cleanup", "cancelled"],
      ["reevaluate", "cancelled"],
    ]);
  });
});
