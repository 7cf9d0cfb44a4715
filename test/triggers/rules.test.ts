import { describe, expect, test } from "vitest";
import type { Json } from "../../src/base/json.ts";
import { fake } from "../../src/channels/fake.ts";
import { StoreError } from "../../src/store/index.ts";
import { createHarness, hour, minute, noon, trigger, vips } from "./harness.ts";

type Options = { readonly [name: string]: Json };

describe("what a trigger keeps to", () => {
  const event = { stream: { clicks: { identifiers: { user_id: "{{ .user }}" }, fields: { name: "{{ .user }}" } } } };
  const click = (user: string, n = 0) => ({ user, n });

  test("its condition", async () => {
    const s = createHarness();
    await s.declare({ ...event, trigger: { t: trigger({ event: "clicks" }, { where: "gt .trigger.event.n 2" }) } });
    await s.engine.collect("clicks", [click("a", 1), click("b", 3)]);
    expect(await s.sent()).toEqual(["t/event b"]);
    const profile = (await s.store.profiles.find([{ kind: "user_id", value: "a" }]))[0]!;
    expect(await s.store.firings.lastSkip("t", profile)).toMatchObject({
      reason: "its condition does not hold",
      count: 1,
    });
  });

  test("drafts and paused triggers do nothing", async () => {
    const s = createHarness();
    await s.declare({ ...event, trigger: { t: trigger({ event: "clicks" }) } }, { states: {} });
    await s.engine.collect("clicks", [click("a")]);
    await s.engine.setState("t", "active");
    await s.engine.setState("t", "paused");
    await s.engine.collect("clicks", [click("a")]);
    expect(await s.sent()).toEqual([]);
    await s.engine.setState("t", "active");
    await s.engine.collect("clicks", [click("a")]);
    expect(await s.sent()).toEqual(["t/event a"]);
  });

  test("channels that want the trigger's context get it with each delivery's options", async () => {
    const aware = { ...fake(), withTrigger: (options?: Options, fired: Options = {}) => ({ ...options, fired }) };
    const s = createHarness(undefined, noon, { channels: { aware, plain: fake() } });
    const send = ["aware", "plain"].map((channel) => ({ channel, to: "x", options: { own: 1 } }));
    await s.declare({ ...event, trigger: { t: trigger({ event: "clicks" }, { send }) } });
    await s.engine.collect("clicks", [click("a")]);
    const { items } = await s.store.outbox.list();
    const options = await Promise.all(items.map(async ({ id }) => (await s.store.outbox.find(id))!.options));
    const fired = { name: "t", kind: "event", stream: "clicks", backfill: false, at: new Date(noon).toISOString() };
    expect(options).toEqual(expect.arrayContaining([{ own: 1 }, { own: 1, fired }]));
  });

  test("deliveries without a destination go to the channel's default", async () => {
    const s = createHarness(undefined, noon, { channels: { log: { ...fake(), defaultTo: "out" } } });
    await s.declare({ ...event, trigger: { t: trigger({ event: "clicks" }, { send: [{ channel: "log" }] }) } });
    await s.engine.collect("clicks", [click("a")]);
    expect((await s.store.outbox.list()).items).toMatchObject([{ channel: "log", destination: "out" }]);
  });

  test("cool-down, and caps for a person and overall", async () => {
    const s = createHarness();
    await s.declare({
      ...event,
      trigger: {
        cool: trigger({ event: "clicks" }, { coolDown: "10m" }),
        person: trigger({ event: "clicks" }, { caps: { perProfile: [{ count: 2, per: "1h" }] } }),
        overall: trigger({ event: "clicks" }, { caps: { overall: [{ count: 3, per: "1h" }] } }),
      },
    });
    for (let i = 0; i < 3; i++) await s.engine.collect("clicks", [click("a"), click("b")]);
    const counts = async () => {
      const all = await s.sent();
      return ["cool", "person", "overall"].map((name) => all.filter((title) => title.startsWith(name)).length);
    };
    expect(await counts()).toEqual([2, 4, 3]);
    s.now += 11 * minute;
    await s.engine.collect("clicks", [click("a")]);
    expect(await counts()).toEqual([3, 4, 3]);
    s.now += hour;
    await s.engine.collect("clicks", [click("a")]);
    expect(await counts()).toEqual([4, 5, 4]);
  });

  test("dwell: only who stays", async () => {
    const s = createHarness();
    await s.declare({
      audience: vips,
      trigger: { t: trigger({ enter: "vips" }, { dwell: "10m" }), x: trigger({ exit: "vips" }, { dwell: "10m" }) },
    });
    await s.update("1", { name: "stays", visits: 11 });
    await s.update("2", { name: "flaps", visits: 11 });
    await s.until(noon + 5 * minute);
    await s.update("2", { visits: 1 });
    await s.update("2", { visits: 11 });
    expect(await s.sent()).toEqual([]);
    await s.until(noon + 10 * minute);
    expect(await s.sent()).toEqual(["t/enter stays"]);
    await s.until(noon + 15 * minute);
    expect(await s.sent()).toEqual(["t/enter stays", "t/enter flaps"]);
  });

  const dwelling = {
    audience: vips,
    trigger: { t: trigger({ enter: "vips" }, { dwell: "10m" }), x: trigger({ exit: "vips" }, { dwell: "10m" }) },
  };

  test("dwell: who comes, goes and comes within one ms came once", async () => {
    const s = createHarness();
    await s.declare(dwelling);
    const visit = (...visits: number[]) =>
      s.engine.update(visits.map((n) => ({ identifiers: { user_id: "1" }, fields: { name: "ada", visits: n } })));
    await visit(11, 1, 12);
    await s.until(noon + 10 * minute);
    expect(await s.sent()).toEqual(["t/enter ada"]);
    await visit(1, 11, 2);
    await s.until(noon + 20 * minute);
    expect(await s.sent()).toEqual(["t/enter ada", "x/exit ada"]);
  });

  test("dwell: two who turn out to be one are alerted once", async () => {
    const s = createHarness();
    await s.declare(dwelling);
    await s.update("1", { name: "ada", visits: 11 });
    await s.until(noon + minute);
    const email = { email: "ada@example.com" };
    await s.engine.update([{ identifiers: email, fields: { name: "ada", visits: 12 } }]);
    await s.engine.update([{ identifiers: { user_id: "1", ...email } }]);
    await s.until(noon + hour);
    expect(await s.sent()).toEqual(["t/enter ada"]);
  });

  test("dwell: a shorter one takes what waited longer along", async () => {
    const s = createHarness();
    const exit = (dwell: string) => ({ trigger: { x: trigger({ exit: "vips" }, { dwell }) } });
    await s.declare({ audience: vips, ...exit("1h") });
    await s.update("1", { name: "ada", visits: 11 });
    await s.update("1", { visits: 1 });
    await s.declare(exit("10m"));
    await s.update("1", { visits: 11 });
    await s.update("1", { visits: 2 });
    await s.until(noon + 2 * hour);
    expect(await s.sent()).toEqual(["x/exit ada"]);
  });

  test("dedupe keys", async () => {
    const s = createHarness();
    const dedupe = { key: "{{ .trigger.event.n }}", within: "1h" };
    await s.declare({ ...event, trigger: { t: trigger({ event: "clicks" }, { dedupe }) } });
    await s.engine.collect("clicks", [click("a", 1), click("b", 1), click("a", 2)]);
    expect(await s.sent()).toEqual(["t/event a", "t/event a"]);
    s.now += hour + 1;
    await s.engine.collect("clicks", [click("b", 1)]);
    expect(await s.sent()).toHaveLength(3);
  });

  test("dedupe keys count from when it was sent, and while it waits", async () => {
    const s = createHarness();
    const quietHours = { from: "11:00", to: "16:00" };
    const dedupe = { key: "{{ .trigger.event.n }}", within: "1h" };
    await s.declare({ ...event, trigger: { t: trigger({ event: "clicks" }, { dedupe, quietHours }) } });
    await s.engine.collect("clicks", [click("a", 1)]);
    await s.until(noon + 2 * hour);
    await s.engine.collect("clicks", [click("a", 1)]);
    await s.until(noon + 4 * hour);
    expect(await s.sent()).toEqual(["t/event a"]);
    await s.until(noon + 5 * hour);
    await s.engine.collect("clicks", [click("a", 1)]);
    expect(await s.sent()).toEqual(["t/event a"]);
    await s.until(noon + 5 * hour + 1);
    await s.engine.collect("clicks", [click("a", 1)]);
    expect(await s.sent()).toEqual(["t/event a", "t/event a"]);
  });

  test("a digest gathers, for each person, and goes early when it is full", async () => {
    const s = createHarness();
    const alert = { title: "{{ .name }}:{{ range .trigger.events }} {{ .event.n }}{{ end }}" };
    await s.declare({
      ...event,
      trigger: { t: trigger({ event: "clicks" }, { alert, digest: { window: "10m", maxEvents: 3 } }) },
    });
    await s.engine.collect("clicks", [click("a", 1), click("b", 2), click("a", 3)]);
    s.now += minute;
    expect(await s.sent()).toEqual([]);
    await s.engine.collect("clicks", [click("a", 4)]);
    expect(await s.sent()).toEqual(["a: 1 3 4"]);
    await s.until(noon + 10 * minute);
    expect(await s.sent()).toEqual(["a: 1 3 4", "b: 2"]);
    const { items } = await s.store.firings.list({ trigger: "t", limit: 10 });
    expect(items.map(({ state }) => state)).toEqual(["sent", "sent", "sent", "sent"]);
    expect(new Set(items.flatMap(({ deliveries }) => deliveries)).size).toBe(2);
  });

  test("quiet hours in the person's own zone: held, dropped, or gathered", async () => {
    const s = createHarness();
    const quietHours = { from: "21:00", to: "08:00", zone: "{{ .zone }}" };
    const alert = { title: "{{ .trigger.name }} {{ .name }}{{ with .trigger.events }} {{ len . }}{{ end }}" };
    const one = (what: string) => trigger({ event: "clicks" }, { alert, quietHours: { ...quietHours, action: what } });
    await s.declare({ ...event, trigger: { held: one("hold"), dropped: one("drop"), gathered: one("digest") } });
    await s.update("a", { name: "a", zone: "Asia/Tokyo" }); // 21:00
    await s.update("b", { name: "b", zone: "Europe/Warsaw" }); // 13:00
    await s.engine.collect("clicks", [click("a"), click("b"), click("a")]);
    expect(await s.sent()).toEqual(["held b", "dropped b", "gathered b 1"]);
    await s.until(noon + 11 * hour - 1);
    expect(await s.sent()).toHaveLength(3);
    await s.until(noon + 11 * hour);
    expect((await s.sent()).slice(3).sort()).toEqual(["gathered a 2", "held a", "held a"]);
  });

  test("whose zone is missing, or cannot be told, has the trigger's", async () => {
    const s = createHarness();
    const quietHours = { from: "21:00", to: "08:00", fallbackZone: "Asia/Tokyo" };
    const one = (zone: string) => trigger({ event: "clicks" }, { quietHours: { ...quietHours, zone } });
    await s.declare({ ...event, trigger: { missing: one("{{ .zone }}"), fails: one("{{ index .name 99 }}") } });
    await s.engine.collect("clicks", [click("a")]);
    expect(await s.sent()).toEqual([]);
    await s.until(noon + 11 * hour);
    expect(await s.sent()).toEqual(["missing/event a", "fails/event a"]);
  });

  test("a zone need not be one of the fields that may leave", async () => {
    const s = createHarness();
    const quietHours = { from: "21:00", to: "08:00", zone: "{{ .zone }}" };
    await s.declare({ ...event, trigger: { t: trigger({ event: "clicks" }, { quietHours, fields: ["name"] }) } });
    await s.update("a", { zone: "Asia/Tokyo" }); // 21:00
    await s.engine.collect("clicks", [click("a")]);
    expect(await s.sent()).toEqual([]);
    await s.until(noon + 11 * hour);
    expect(await s.sent()).toEqual(["t/event a"]);
  });

  test("fields that may leave", async () => {
    const s = createHarness();
    const alert = { title: "{{ .name }} {{ .secret }} {{ .address.city }} {{ .address.street }}" };
    await s.declare({ trigger: { t: trigger({ change: ["n"] }, { alert, fields: ["name", "address.city"] }) } });
    await s.update("1", { name: "ada", secret: "s", address: { city: "Lodz", street: "Main" }, n: 1 });
    await s.update("1", { n: 2 });
    expect(await s.sent()).toEqual(["ada <no value> Lodz <no value>"]);
  });

  test("fields that may not leave do not leave as what they were, either", async () => {
    const s = createHarness();
    const alert = { title: "{{ .trigger.before.name }} {{ .trigger.before.secret }} {{ .trigger.fields }}" };
    await s.declare({
      trigger: { t: trigger({ change: ["name", "secret"] }, { alert, fields: ["name"], send: [{ channel: "crm" }] }) },
    });
    await s.update("1", { name: "ada", secret: "s" });
    await s.update("1", { name: "bob", secret: "t" });
    expect(await s.sent()).toEqual(["ada <no value> [name secret]"]);
  });

  test("a store that fails is nobody's fault: nothing is kept, and it is said", async () => {
    const s = createHarness();
    await s.declare({ ...event, trigger: { t: trigger({ event: "clicks" }) } });
    let full = true;
    const { engine } = createHarness({
      ...s.store,
      transaction: (work) =>
        s.store.transaction((of) => {
          const add = async (entries: Parameters<typeof of.outbox.add>[0]) => {
            if (full) throw new StoreError("full", "no space is left");
            return of.outbox.add(entries);
          };
          return work({ ...of, outbox: { ...of.outbox, add } });
        }),
    });
    await expect(engine.collect("clicks", [click("a")])).rejects.toThrow("no space is left");
    expect(await s.store.profiles.count()).toBe(0);
    full = false;
    await engine.collect("clicks", [click("a")]);
    expect(await s.sent()).toEqual(["t/event a"]);
  });

  test("an abort, a failure and a missing address are told apart", async () => {
    const s = createHarness();
    await s.declare({
      ...event,
      trigger: {
        aborts: trigger({ event: "clicks" }, { alert: { title: '{{ abort "not today" }}' } }),
        fails: trigger({ event: "clicks" }, { alert: { title: "{{ index .name 99 }}" } }),
        nowhere: { ...(trigger({ event: "clicks" }) as object), send: [{ channel: "crm", to: "{{ .nothing }}" }] },
        partly: {
          ...(trigger({ event: "clicks" }) as object),
          send: [{ channel: "crm", to: "{{ .no }}@example.com" }],
        },
      },
    });
    await s.engine.collect("clicks", [click("a")]);
    const { items } = await s.store.firings.list({ limit: 10 });
    expect(items.map(({ trigger, state, reason }) => [trigger, state, reason])).toEqual([
      ["fails", "failed", expect.stringContaining("index out of range")],
      ["aborts", "aborted", "not today"],
    ]);
    expect(await s.sent()).toEqual(["aborted: not today"]);
    for (const name of ["nowhere", "partly"]) {
      expect(await s.store.firings.lastSkip(name, items[0]!.profile)).toMatchObject({ reason: "no address on crm" });
    }
  });

  test("the engine says what came in and what fired, once it is kept", async () => {
    const s = createHarness();
    await s.declare({
      ...event,
      audience: vips,
      trigger: {
        t: trigger({ event: "clicks" }, { coolDown: "1h" }),
        w: trigger({ enter: "vips" }, { dwell: "10m" }),
        f: trigger({ event: "clicks" }, { alert: { title: "{{ .name.x }}" } }),
      },
    });
    s.events.length = 0;
    await s.engine.collect("clicks", [click("a"), { odd: true }]);
    await s.engine.collect("clicks", [click("a")]);
    await s.update("1", { name: "ada", visits: 11 });
    await s.until(noon + 10 * minute);
    const said = s.events.map((one) =>
      one.type === "fired"
        ? `${one.trigger} ${one.state}`
        : one.type === "ingested"
          ? `${one.stream} ${one.result}`
          : one,
    );
    expect(said).toEqual([
      "t sent",
      "f failed",
      "clicks kept",
      "clicks problem",
      "t skipped",
      "f failed",
      "clicks kept",
      "w waiting",
      "undefined kept",
      "w sent",
    ]);
    expect(s.events.find((one) => one.type === "fired" && one.state === "skipped")).toMatchObject({
      reason: "the cool-down since the last alert to this profile is not over",
    });
    // A rehearsal says nothing.
    await s.engine.estimate("w");
    expect(s.events).toHaveLength(said.length);
  });
});
