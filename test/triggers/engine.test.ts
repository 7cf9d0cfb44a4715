import { describe, expect, test } from "vitest";
import { fake } from "../../src/channels/fake.ts";
import { DestinationError, StoreError } from "../../src/dispatch/index.ts";
import { createEngine } from "../../src/triggers/index.ts";
import { day, hour, minute, noon, second, stage, to, trigger } from "./stage.ts";

const vips = { vips: { where: "gt .visits 10" } };

describe("transitions", () => {
  test("who enters and leaves is alerted, each time once", async () => {
    const s = stage();
    await s.declare({
      audience: vips,
      trigger: { welcome: trigger({ enter: "vips" }), farewell: trigger({ exit: "vips" }) },
    });
    await s.update("1", { name: "ada", visits: 3 });
    await s.update("1", { visits: 11 });
    await s.update("1", { visits: 12 });
    await s.update("1", { visits: 2 });
    await s.update("1", { visits: 20 });
    expect(await s.sent()).toEqual(["welcome/enter ada", "farewell/exit ada", "welcome/enter ada"]);
    expect(await s.store.memberships.sizes()).toEqual(new Map([["vips", 1]]));
  });

  test("one that comes as a member enters", async () => {
    const s = stage();
    await s.declare({ audience: vips, trigger: { welcome: trigger({ enter: "vips" }) } });
    const id = await s.update("1", { name: "ada", visits: 11 });
    expect(await s.sent()).toEqual(["welcome/enter ada"]);
    expect(await s.store.memberships.of([id])).toEqual([[{ audience: "vips", since: noon }]]);
  });

  test("in one call, each update counts", async () => {
    const s = stage();
    await s.declare({
      audience: vips,
      trigger: { welcome: trigger({ enter: "vips" }), farewell: trigger({ exit: "vips" }) },
    });
    const identifiers = { user_id: "1" };
    await s.engine.update([
      { identifiers, fields: { name: "ada", visits: 11 } },
      { identifiers, fields: { visits: 1 } },
      { identifiers, fields: { visits: 12 } },
    ]);
    expect(await s.sent()).toEqual(["welcome/enter ada", "farewell/exit ada", "welcome/enter ada"]);
  });

  test("a condition that fails does not hold", async () => {
    const s = stage();
    await s.declare({ audience: vips, trigger: { welcome: trigger({ enter: "vips" }) } });
    await s.update("1", { name: "ada", visits: "many" });
    expect(await s.sent()).toEqual([]);
  });

  test("a new audience is filled without alerts; so is one whose condition changes, unless told to fire", async () => {
    const s = stage();
    for (const [user, visits] of [
      ["a", 5],
      ["b", 15],
      ["c", 25],
    ] as const)
      await s.update(user, { name: user, visits });
    const triggers = { welcome: trigger({ enter: "vips" }), farewell: trigger({ exit: "vips" }) };
    await s.declare({ audience: vips, trigger: triggers });
    expect(await s.sent()).toEqual([]);
    expect(await s.store.memberships.sizes()).toEqual(new Map([["vips", 2]]));
    await s.declare({ audience: { vips: { where: "gt .visits 20" } } });
    expect(await s.sent()).toEqual([]);
    expect(await s.store.memberships.sizes()).toEqual(new Map([["vips", 1]]));
    await s.declare({ audience: { vips: { where: "lt .visits 20" } } }, { fire: true });
    expect((await s.sent()).sort()).toEqual(["farewell/exit c", "welcome/enter a", "welcome/enter b"]);
  });

  test("while an audience is swept silently, what really happens fires", async () => {
    const s = stage();
    for (let i = 0; i < 100; i++) await s.update(`u${i}`, { name: `u${i}`, visits: i });
    const triggers = { welcome: trigger({ enter: "vips" }), farewell: trigger({ exit: "vips" }) };
    await s.engine.apply({
      origin: "api",
      definitions: { audience: { vips: { where: "gt .visits 49" } }, trigger: triggers },
      states: { welcome: "active", farewell: "active" },
    });
    await s.engine.tick(); // a part of the sweep
    await s.update("u99", { visits: 98 }); // was and is
    await s.update("u98", { visits: 1 }); // was, is not
    await s.update("u1", { visits: 70 }); // was not, is
    await s.until(noon);
    expect(await s.sent()).toEqual(["farewell/exit u98", "welcome/enter u1"]);
    expect(await s.store.memberships.sizes()).toEqual(new Map([["vips", 50]]));
  });

  test("two that turn out to be one person enter at most once", async () => {
    const s = stage();
    await s.declare({
      audience: vips,
      trigger: { welcome: trigger({ enter: "vips" }), farewell: trigger({ exit: "vips" }) },
    });
    await s.engine.update([
      { identifiers: { user_id: "1" }, fields: { name: "ada", visits: 11 } },
      { identifiers: { email: "ada@example.com" }, fields: { name: "ada", visits: 12 } },
    ]);
    expect(await s.sent()).toEqual(["welcome/enter ada", "welcome/enter ada"]);
    await s.engine.update([{ identifiers: { user_id: "1", email: "ada@example.com" } }]);
    expect(await s.sent()).toHaveLength(2);
    expect(await s.store.profiles.count()).toBe(1);
    expect(await s.store.memberships.sizes()).toEqual(new Map([["vips", 1]]));
    await s.update("1", { visits: 0 });
    expect(await s.sent()).toHaveLength(3);
  });

  test.each([
    ["who is new and enters", undefined, 3, ["welcome"]],
    ["a member who leaves", 12, 3, ["welcome", "farewell"]],
    ["one who enters, by one who is in already", 2, 30, ["welcome", "welcome"]],
  ])("%s, and is absorbed in the same call, is alerted as in two calls", async (_, before, older, expected) => {
    const s = stage();
    await s.declare({
      audience: vips,
      trigger: { welcome: trigger({ enter: "vips" }), farewell: trigger({ exit: "vips" }) },
    });
    await s.update("1", { name: "ada", visits: older });
    const email = { email: "ada@example.com" };
    if (before !== undefined) await s.engine.update([{ identifiers: email, fields: { name: "ada", visits: before } }]);
    await s.engine.update([
      { identifiers: email, fields: { name: "ada", visits: before === 12 ? 1 : 13 } },
      { identifiers: { user_id: "1", ...email } },
    ]);
    const kinds = { welcome: "welcome/enter ada", farewell: "farewell/exit ada" } as const;
    expect(await s.sent()).toEqual(expected.map((one) => kinds[one as keyof typeof kinds]));
    expect((await s.store.memberships.sizes()).get("vips") ?? 0).toBe(before === 12 ? 0 : 1);
  });

  test("a change of named fields fires for who was there, with what was", async () => {
    const s = stage();
    const alert = { title: "{{ .trigger.before.plan }} -> {{ .plan }} ({{ join `,` .trigger.fields }})" };
    await s.declare({ trigger: { moved: trigger({ change: ["plan", "seats"] }, { alert }) } });
    await s.update("1", { name: "ada", plan: "free" });
    await s.update("1", { name: "Ada" });
    await s.update("1", { plan: "pro" });
    await s.update("1", { plan: "pro" });
    expect(await s.sent()).toEqual(["free -> pro (plan)"]);
  });
});

describe("events", () => {
  const shop = {
    orders: {
      key: "{{ .id }}",
      identifiers: { user_id: "{{ .user.id }}" },
      fields: { name: "{{ .user.name }}", last_total: { path: "total" } },
    },
  };
  const order = (id: number, user: string, total: number) => ({ id, user: { id: user, name: user }, total });

  test("an event goes into the profile, fires with its payload, and counts once", async () => {
    const s = stage();
    const alert = { title: "{{ .name }} paid {{ .trigger.event.total }}, now {{ .last_total }}" };
    await s.declare({ stream: shop, trigger: { paid: trigger({ event: "orders" }, { alert }) } });
    const first = await s.engine.collect("orders", [order(1, "ada", 5), order(2, "bob", 7), order(1, "ada", 5)]);
    expect(first.map(({ duplicate }) => duplicate)).toEqual([undefined, undefined, true]);
    expect(await s.engine.collect("orders", [order(1, "ada", 5)])).toEqual([{ duplicate: true }]);
    expect(await s.sent()).toEqual(["ada paid 5, now 5", "bob paid 7, now 7"]);
  });

  test("what belongs to nobody is kept, and says why", async () => {
    const s = stage();
    await s.declare({ stream: shop });
    const [result] = await s.engine.collect("orders", [{ id: 1, total: 2 }]);
    expect(result).toEqual({ id: expect.stringMatching(/^evt_/), problem: expect.any(String) });
    const { items } = await s.store.events.list({ problems: true, limit: 10 });
    expect(items).toEqual([expect.objectContaining({ stream: "orders", payload: { id: 1, total: 2 } })]);
  });

  test("a firing keeps what an event said as long as it waits", async () => {
    const s = stage();
    const on = { event: "orders" };
    const window = { digest: { window: "1h" } };
    const alert = { title: "{{ range .trigger.events }}{{ .event.id }} {{ end }}" };
    await s.declare({
      stream: shop,
      trigger: {
        digested: trigger(on, { alert, ...window }),
        stopped: trigger(on, window),
        failing: trigger(on, { alert: { title: '{{ fail "no" }}' } }),
        "at-once": trigger(on),
      },
    });
    const [one, two] = [order(1, "ada", 5), order(2, "ada", 7)];
    await s.engine.collect("orders", [one, two]);
    const kept = async (trigger: string) => {
      const { items } = await s.store.firings.list({ trigger, limit: 9 });
      expect(items).toHaveLength(2);
      return items.map(({ state, cause }) => [state, cause.kind === "event" ? cause.payload : cause]);
    };
    expect(await kept("digested")).toEqual([
      ["waiting", two],
      ["waiting", one],
    ]);
    expect(await kept("failing")).toEqual(Array(2).fill(["failed", undefined]));
    expect(await kept("at-once")).toEqual(Array(2).fill(["sent", undefined]));
    await s.engine.apply({ origin: "api", definitions: {}, states: { stopped: "paused" } });
    await s.until(noon + hour);
    expect((await s.sent()).at(-1)).toBe("1 2 ");
    expect(await kept("digested")).toEqual(Array(2).fill(["sent", undefined]));
    expect(await kept("stopped")).toEqual(Array(2).fill(["skipped", undefined]));
    const [event] = (await s.store.events.list({ limit: 1 })).items;
    const [last] = (await s.store.firings.list({ trigger: "digested", limit: 1 })).items;
    expect(last!.cause).toEqual({ kind: "event", stream: "orders", event: event!.id });
  });

  test("what came in on a stream that is no more is kept as long as the rest", async () => {
    const s = stage();
    await s.declare({ stream: { orders: { keep: "1h" }, visits: { keep: "10d" } } });
    for (const stream of ["orders", "visits"]) await s.engine.collect(stream, [{}]);
    await s.declare({ stream: { visits: null, orders: null, others: { keep: "9d" } } });
    const kept = async () => (await s.store.events.list({ limit: 9 })).items.map(({ stream }) => stream);
    await s.until(noon + 9 * day);
    expect(await kept()).toEqual(["visits", "orders"]);
    await s.until(noon + 9 * day + hour);
    expect(await kept()).toEqual([]);
  });

  test("a stream that goes while something comes in takes nothing more, and hinders nothing else", async () => {
    const s = stage();
    await s.declare({ stream: shop });
    const collected = s.engine.collect("orders", [order(1, "ada", 5)]);
    const updated = s.update("1", { name: "bob" });
    const gone = s.store.transaction(({ definitions }) => definitions.remove("stream", "orders"));
    await expect(collected).rejects.toThrow("there is no stream orders any more");
    await Promise.all([updated, gone]);
    expect(await s.store.profiles.count()).toBe(1);
  });

  test("there has to be such a stream", async () => {
    const s = stage();
    await expect(s.engine.collect("nothing", [{}])).rejects.toThrow("there is no stream nothing");
  });
});

describe("what a trigger keeps to", () => {
  const event = { stream: { clicks: { identifiers: { user_id: "{{ .user }}" }, fields: { name: "{{ .user }}" } } } };
  const click = (user: string, n = 0) => ({ user, n });

  test("its condition", async () => {
    const s = stage();
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
    const s = stage();
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

  test("cool-down, and caps for a person and overall", async () => {
    const s = stage();
    await s.declare({
      ...event,
      trigger: {
        cool: trigger({ event: "clicks" }, { coolDown: "10m" }),
        person: trigger({ event: "clicks" }, { caps: { person: [{ count: 2, per: "1h" }] } }),
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
    const s = stage();
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
    const s = stage();
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
    const s = stage();
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
    const s = stage();
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
    const s = stage();
    const dedupe = { key: "{{ .trigger.event.n }}", within: "1h" };
    await s.declare({ ...event, trigger: { t: trigger({ event: "clicks" }, { dedupe }) } });
    await s.engine.collect("clicks", [click("a", 1), click("b", 1), click("a", 2)]);
    expect(await s.sent()).toEqual(["t/event a", "t/event a"]);
    s.now += hour + 1;
    await s.engine.collect("clicks", [click("b", 1)]);
    expect(await s.sent()).toHaveLength(3);
  });

  test("dedupe keys count from when it was sent, and while it waits", async () => {
    const s = stage();
    const quiet = { from: "11:00", to: "16:00" };
    const dedupe = { key: "{{ .trigger.event.n }}", within: "1h" };
    await s.declare({ ...event, trigger: { t: trigger({ event: "clicks" }, { dedupe, quiet }) } });
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
    const s = stage();
    const alert = { title: "{{ .name }}:{{ range .trigger.events }} {{ .event.n }}{{ end }}" };
    await s.declare({
      ...event,
      trigger: { t: trigger({ event: "clicks" }, { alert, digest: { window: "10m", most: 3 } }) },
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
    const s = stage();
    const quiet = { from: "21:00", to: "08:00", zone: "{{ .zone }}" };
    const alert = { title: "{{ .trigger.name }} {{ .name }}{{ with .trigger.events }} {{ len . }}{{ end }}" };
    const one = (what: string) => trigger({ event: "clicks" }, { alert, quiet: { ...quiet, do: what } });
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
    const s = stage();
    const quiet = { from: "21:00", to: "08:00", else: "Asia/Tokyo" };
    const one = (zone: string) => trigger({ event: "clicks" }, { quiet: { ...quiet, zone } });
    await s.declare({ ...event, trigger: { missing: one("{{ .zone }}"), fails: one("{{ index .name 99 }}") } });
    await s.engine.collect("clicks", [click("a")]);
    expect(await s.sent()).toEqual([]);
    await s.until(noon + 11 * hour);
    expect(await s.sent()).toEqual(["missing/event a", "fails/event a"]);
  });

  test("a zone need not be one of the fields that may leave", async () => {
    const s = stage();
    const quiet = { from: "21:00", to: "08:00", zone: "{{ .zone }}" };
    await s.declare({ ...event, trigger: { t: trigger({ event: "clicks" }, { quiet, fields: ["name"] }) } });
    await s.update("a", { zone: "Asia/Tokyo" }); // 21:00
    await s.engine.collect("clicks", [click("a")]);
    expect(await s.sent()).toEqual([]);
    await s.until(noon + 11 * hour);
    expect(await s.sent()).toEqual(["t/event a"]);
  });

  test("fields that may leave", async () => {
    const s = stage();
    const alert = { title: "{{ .name }} {{ .secret }} {{ .address.city }} {{ .address.street }}" };
    await s.declare({ trigger: { t: trigger({ change: ["n"] }, { alert, fields: ["name", "address.city"] }) } });
    await s.update("1", { name: "ada", secret: "s", address: { city: "Lodz", street: "Main" }, n: 1 });
    await s.update("1", { n: 2 });
    expect(await s.sent()).toEqual(["ada <no value> Lodz <no value>"]);
  });

  test("fields that may not leave do not leave as what they were, either", async () => {
    const s = stage();
    const alert = { title: "{{ .trigger.before.name }} {{ .trigger.before.secret }} {{ .trigger.fields }}" };
    await s.declare({
      trigger: { t: trigger({ change: ["name", "secret"] }, { alert, fields: ["name"], send: [{ channel: "crm" }] }) },
    });
    await s.update("1", { name: "ada", secret: "s" });
    await s.update("1", { name: "bob", secret: "t" });
    expect(await s.sent()).toEqual(["ada <no value> [name secret]"]);
  });

  test("a store that fails is nobody's fault: nothing is kept, and it is said", async () => {
    const s = stage();
    await s.declare({ ...event, trigger: { t: trigger({ event: "clicks" }) } });
    let full = true;
    const { engine } = stage({
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
    const s = stage();
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
    const s = stage();
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
      one.type === "fired" ? `${one.trigger} ${one.state}` : `${one.stream} ${one.result}`,
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
      reason: "it is too soon after the last alert to this person",
    });
    // A rehearsal says nothing.
    await s.engine.estimate("w");
    expect(s.events).toHaveLength(said.length);
  });
});

describe("runs", () => {
  async function crowd(s: ReturnType<typeof stage>, count: number): Promise<void> {
    await s.engine.update(
      Array.from({ length: count }, (_, i) => ({
        identifiers: { user_id: `u${i}` },
        fields: { name: `u${i}`, visits: i },
      })),
    );
  }

  test("a backfill alerts those who were there, once, and says so", async () => {
    const s = stage();
    await crowd(s, 100);
    const alert = { title: "{{ .name }} {{ .trigger.backfill }}" };
    await s.declare({ audience: vips, trigger: { welcome: trigger({ enter: "vips" }, { alert }) } });
    expect(await s.engine.estimate("welcome")).toEqual({
      members: 89,
      looked: 89,
      sent: 89,
      skipped: 0,
      aborted: 0,
      failed: 0,
      problems: [],
    });
    expect(await s.sent()).toEqual([]);
    await s.update("new", { name: "new", visits: 50 });
    const run = await s.engine.backfill("welcome");
    await expect(s.engine.backfill("welcome")).rejects.toThrow(`its backfill ${run.id} is running`);
    await s.until(noon);
    const all = await s.sent();
    expect(all).toHaveLength(90);
    expect(all[0]).toBe("new false");
    expect(new Set(all).size).toBe(90);
    expect(await s.store.runs.get(run.id)).toMatchObject({ state: "done", total: 90, done: 90, sent: 89, skipped: 1 });
    await s.engine.backfill("welcome");
    await s.until(noon);
    expect(await s.sent()).toHaveLength(90);
  });

  test.each([
    [{ cap: 0 }, "a cap is a whole number above 0, not 0"],
    [{ share: 1.5 }, "a share is above 0 and at most 1, not 1.5"],
    [{ pace: { count: 0, per: 1000 } }, "a pace's count is a whole number above 0, not 0"],
    [{ pace: { count: 1, per: Number.NaN } }, "a pace's time is a whole number above 0, not NaN"],
  ])("a backfill that makes no sense is refused: %j", async (asked, message) => {
    const s = stage();
    await s.declare({ audience: vips, trigger: { welcome: trigger({ enter: "vips" }) } });
    await expect(s.engine.backfill("welcome", asked)).rejects.toThrow(message);
    await expect(s.engine.estimate("welcome", asked)).rejects.toThrow(message);
  });

  test("a backfill ends when its trigger is about another audience", async () => {
    const s = stage();
    await crowd(s, 100);
    await s.declare({
      audience: { ...vips, others: { where: "lt .visits 5" } },
      trigger: { welcome: trigger({ enter: "vips" }) },
    });
    const { id } = await s.engine.backfill("welcome");
    await s.declare({ trigger: { welcome: trigger({ enter: "others" }) } });
    expect(await s.sent()).toEqual([]);
    const reason = "the trigger is not about vips any more";
    expect(await s.store.runs.get(id)).toMatchObject({ state: "failed", reason, endedAt: noon });
  });

  test("a backfill has a cap and a pace, can be paused, resumed and cancelled", async () => {
    const s = stage();
    await crowd(s, 100);
    await s.declare({ audience: vips, trigger: { welcome: trigger({ enter: "vips" }) } });
    const { id } = await s.engine.backfill("welcome", { cap: 30, pace: { count: 10, per: 60_000 } });
    await s.until(noon + 59 * second);
    expect(await s.sent()).toHaveLength(10);
    await s.engine.setRun(id, "paused");
    await s.until(noon + 10 * minute);
    expect(await s.sent()).toHaveLength(10);
    await s.engine.setRun(id, "running");
    await s.until(noon + 15 * minute);
    expect(await s.sent()).toHaveLength(30);
    expect(await s.store.runs.get(id)).toMatchObject({ state: "done", reason: "it reached its cap of 30" });
    const second_ = await s.engine.backfill("welcome", { pace: { count: 1, per: 60_000 } });
    await s.engine.setRun(second_.id, "cancelled");
    await s.until(noon + 20 * minute);
    expect(await s.sent()).toHaveLength(30);
    await expect(s.engine.setRun(second_.id, "running")).rejects.toThrow("it has ended");
  });

  test("the pace of a backfill holds over a restart, and for two processes together", async () => {
    const s = stage();
    await crowd(s, 100);
    await s.declare({ audience: vips, trigger: { welcome: trigger({ enter: "vips" }) } });
    await s.engine.backfill("welcome", { pace: { count: 10, per: 60_000 } });
    await s.until(noon + second);
    expect(await s.sent()).toHaveLength(10);
    const other = stage(s.store, s.now);
    await other.until(noon + 59 * second);
    expect(await s.sent()).toHaveLength(10);
    await other.until(noon + 60 * second);
    s.now = other.now;
    await s.until(noon + 61 * second);
    expect(await s.sent()).toHaveLength(20);
    await s.until(noon + 10 * minute);
    expect(await s.sent()).toHaveLength(89);
  });

  test("while its trigger is not active, a run is paused", async () => {
    const s = stage();
    await crowd(s, 100);
    await s.declare({ audience: vips, trigger: { hourly: trigger({ every: "1h", audience: "vips" }) } });
    s.now = noon + hour;
    await s.engine.tick();
    await s.engine.tick();
    await s.engine.setState("hourly", "paused");
    await s.until(noon + 3 * hour);
    const begun = (await s.sent()).length;
    expect(begun).toBeLessThan(89);
    const { items: paused } = await s.store.runs.list({ trigger: "hourly", limit: 10 });
    expect(paused).toMatchObject([{ state: "paused", reason: "its trigger is not active", done: begun }]);
    await s.engine.setRun(paused[0]!.id, "running");
    await s.until(noon + 3 * hour);
    expect(await s.store.runs.get(paused[0]!.id)).toMatchObject({ state: "paused" });
    await s.engine.setState("hourly", "active");
    await s.until(noon + 3 * hour);
    expect(await s.sent()).toHaveLength(89);
    const { items } = await s.store.runs.list({ trigger: "hourly", limit: 10 });
    expect(items).toMatchObject([{ state: "done", done: 89, sent: 89, skipped: 0 }]);
    expect(items[0]!.reason).toBeUndefined();
  });

  test("a schedule runs for every member, at its time in its zone", async () => {
    const s = stage();
    await crowd(s, 13);
    const on = { schedule: "0 9 * * *", zone: "Europe/Warsaw", audience: "vips" };
    await s.declare({ audience: vips, trigger: { morning: trigger(on) } });
    await s.until(noon + 20 * hour - 1);
    expect(await s.sent()).toEqual([]);
    await s.until(noon + 20 * hour);
    expect(await s.sent()).toEqual(["morning/member u11", "morning/member u12"]);
    await s.until(noon + 3 * day);
    expect(await s.sent()).toHaveLength(6);
  });

  test("times that were missed are made up for once", async () => {
    const s = stage();
    await crowd(s, 12);
    await s.declare({ audience: vips, trigger: { hourly: trigger({ every: "1h", audience: "vips" }) } });
    s.now += 5 * hour + 10;
    await s.until(s.now);
    expect(await s.sent()).toHaveLength(1);
    const { items } = await s.store.runs.list({ trigger: "hourly", limit: 10 });
    expect(items).toMatchObject([{ scheduledFor: noon + 5 * hour }]);
    await s.until(noon + 6 * hour);
    expect(await s.sent()).toHaveLength(2);
  });

  test("once is once", async () => {
    const s = stage();
    await crowd(s, 12);
    const once = { once: "2026-03-02T14:00:00+01:00", audience: "vips" };
    await s.declare({ audience: vips, trigger: { once: trigger(once) } });
    await s.until(noon + 2 * day);
    expect(await s.sent()).toEqual(["once/member u11"]);
    const all = await s.store.definitions.all();
    expect(all.find(({ kind }) => kind === "trigger")!.status).toMatchObject({ state: "done" });
    await expect(s.engine.setState("once", "active")).rejects.toThrow("is past");
  });

  test("once goes on when its trigger was paused in the middle of it", async () => {
    const s = stage();
    await crowd(s, 100);
    const once = { once: "2026-03-02T14:00:00+01:00", audience: "vips" };
    await s.declare({ audience: vips, trigger: { once: trigger(once) } });
    s.now = noon + hour;
    await s.engine.tick();
    await s.engine.tick();
    await s.engine.setState("once", "paused");
    await s.until(noon + 2 * hour);
    await s.engine.setState("once", "active");
    await s.until(noon + 2 * hour);
    expect(new Set(await s.sent()).size).toBe(89);
    expect(await s.sent()).toHaveLength(89);
    await expect(s.engine.setState("once", "active")).rejects.toThrow("is past");
  });

  test("once is done, too, when its run is cancelled", async () => {
    const s = stage();
    await crowd(s, 100);
    const once = { once: "2026-03-02T14:00:00+01:00", audience: "vips" };
    await s.declare({ audience: vips, trigger: { once: trigger(once) } });
    s.now = noon + hour;
    await s.engine.tick();
    const { items } = await s.store.runs.list({ trigger: "once", limit: 10 });
    await s.engine.setRun(items[0]!.id, "cancelled");
    const all = await s.store.definitions.all();
    expect(all.find(({ kind }) => kind === "trigger")!.status).toEqual({ state: "done", activatedAt: noon });
  });

  test("a file that says of what has run once that it is active can be applied again; with another time it runs again", async () => {
    const s = stage();
    await crowd(s, 12);
    const apply = (once: string, title = "hello") => {
      const body = trigger({ once, audience: "vips" }, { alert: { title } });
      const definitions = { audience: vips, trigger: { once: body } };
      return s.engine.apply({ origin: "file", complete: true, definitions, states: { once: "active" } });
    };
    await apply("2026-03-02T14:00:00+01:00");
    await s.until(noon + 2 * hour);
    expect((await apply("2026-03-02T14:00:00+01:00")).steps).toEqual([]);
    await apply("2026-03-02T14:00:00+01:00", "good day");
    await s.until(noon + 4 * hour);
    expect(await s.sent()).toEqual(["hello"]);
    await apply("2026-03-02T18:00:00+01:00", "good evening");
    await s.until(noon + 6 * hour);
    expect(await s.sent()).toEqual(["hello", "good evening"]);
  });

  test("records of sweeps are kept for a week, those of batches as long as firings", async () => {
    const s = stage();
    await s.declare({
      audience: { late: { where: "gt now.Unix 0", every: "1d" }, ...vips },
      trigger: { once: trigger({ once: new Date(noon + hour).toISOString(), audience: "vips" }) },
    });
    await s.update("1", { name: "ada", visits: 11 });
    const ended = async () => {
      const { items } = await s.store.runs.list({ limit: 500 });
      return [...new Set(items.map(({ kind, endedAt }) => `${kind} ${(s.now - endedAt!) / hour}`))];
    };
    await s.until(noon + 9 * day);
    expect(await ended()).toEqual([...Array(8).keys()].map((i) => `sweep ${i * 24}`).concat(`batch ${9 * 24 - 1}`));
    await s.until(noon + 400 * day);
    expect(await ended()).toContain(`batch ${400 * 24 - 1}`);
    await s.until(noon + 401 * day + hour);
    expect((await ended()).filter((one) => one.startsWith("batch"))).toEqual([]);
  });

  test("what depends on the time is evaluated anew, and fires", async () => {
    const s = stage();
    const where = 'and .last_seen (lt (toDate "2006-01-02T15:04:05Z07:00" .last_seen).Unix (sub now.Unix 3600))';
    await s.declare({
      audience: { idle: { where, every: "10m" } },
      trigger: { missed: trigger({ enter: "idle" }) },
    });
    await s.update("1", { name: "ada", last_seen: new Date(noon).toISOString() });
    await s.until(noon + 55 * minute);
    expect(await s.sent()).toEqual([]);
    await s.until(noon + 75 * minute);
    expect(await s.sent()).toEqual(["missed/enter ada"]);
    await s.update("1", { last_seen: new Date(s.now).toISOString() });
    await s.until(s.now + 2 * hour);
    expect(await s.sent()).toEqual(["missed/enter ada", "missed/enter ada"]);
    s.now = noon + minute; // The clock is put back.
    await s.update("2", { name: "bob", last_seen: new Date(noon - 59 * minute).toISOString() });
    await s.until(noon + 11 * minute);
    expect((await s.sent()).slice(2)).toEqual(["missed/enter bob"]);
  });
});

describe("definitions", () => {
  test("a plan says who would enter and leave, and changes nothing", async () => {
    const s = stage();
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
      "audience late is new: of 4 profiles 0 enter and 0 leave; its condition fails for 1, which counts as no",
    );
  });

  test("findings are about what profiles look like", async () => {
    const s = stage();
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
              quiet: { from: "22:00", to: "08:00" },
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

  test("where nobody can be reached is refused", async () => {
    const accept = (where: unknown): string => {
      if (where === "here") return "here";
      throw new DestinationError("there is nobody there");
    };
    const { store } = stage();
    const crm = fake({ destination: accept });
    const engine = createEngine({ store, channels: { crm }, templates: {}, to: { crm: "{{ .mail }}" } });
    const plan = (definitions: object) => engine.plan({ origin: "api", definitions });
    const at = (to: string) => ({ trigger: { t: trigger({ change: ["x"] }, { send: [{ channel: "crm", to }] }) } });
    await expect(plan(at("there"))).rejects.toMatchObject({
      path: ["send", 0, "to"],
      message: "there is nobody there",
    });
    await expect(plan(at(" "))).rejects.toMatchObject({ path: ["send", 0, "to"] });
    const when = { quiet: "t", for: "1d" };
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
    const s = stage();
    await expect(s.engine.apply({ origin: "api", definitions: definitions as never })).rejects.toMatchObject({
      name: "DefinitionError",
      kind,
      of: name,
      path,
    });
    expect(await s.store.definitions.all()).toEqual([]);
  });

  test("a file that is complete removes what it no longer has, and only what a file declared", async () => {
    const s = stage();
    await s.engine.apply({ origin: "api", definitions: { audience: { byhand: { where: ".x" } } } });
    await s.engine.apply({ origin: "file", definitions: { audience: { one: { where: ".x" }, two: { where: ".y" } } } });
    await s.engine.apply({ origin: "file", complete: true, definitions: { audience: { two: { where: ".y" } } } });
    expect((await s.store.definitions.all()).map(({ name }) => name).sort()).toEqual(["byhand", "two"]);
  });

  test("a trigger may have any name", async () => {
    const s = stage();
    await s.engine.apply({ origin: "api", definitions: { trigger: { constructor: trigger({ change: ["n"] }) } } });
    expect((await s.store.definitions.all()).map(({ status }) => status)).toEqual([{ state: "draft" }]);
  });

  test("an audience that goes takes its memberships with it", async () => {
    const s = stage();
    await s.declare({ audience: vips });
    await s.update("1", { name: "a", visits: 20 });
    await s.declare({ audience: { vips: null } });
    expect(await s.store.memberships.sizes()).toEqual(new Map());
  });

  test("an audience that goes and comes back at once has its members", async () => {
    const s = stage();
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
      ["sweep", "done"],
      ["clear", "cancelled"],
      ["sweep", "cancelled"],
    ]);
  });
});

/** The trigger `one` has a channel that is not there any more. */
async function broken(on: Parameters<typeof trigger>[0] = { enter: "vips" }) {
  const s = stage();
  await s.declare({ audience: vips, trigger: { one: trigger(on), two: trigger({ enter: "vips" }) } });
  const all = await s.store.definitions.all();
  const one = all.find(({ name }) => name === "one")!;
  const breaks = { ...one, body: { ...(one.body as object), send: [{ channel: "fax", to }] } };
  await s.store.transaction(({ definitions }) => definitions.put([breaks]));
  const status = async () => (await s.store.definitions.all()).find(({ name }) => name === "one")!.status;
  return { s, status, breaks };
}

test("what cannot run here any more is left out, says so, and does not hold up the rest", async () => {
  const { s, status } = await broken();
  await s.until(s.now);
  await s.update("1", { name: "ada", visits: 11 });
  expect(await s.sent()).toEqual(["two/enter ada"]);
  const reason = 'send.0.channel: there is no channel "fax"; there are: crm';
  expect(await status()).toMatchObject({ state: "failed", reason });
  expect(s.problems).toHaveLength(1);
  await expect(s.engine.estimate("one")).rejects.toThrow("there is no channel");
});

test("an alarm that watches what cannot run rings", async () => {
  const { s } = await broken();
  const when = { failing: "one", over: 0.5 };
  await s.store.transaction(async ({ definitions }) => {
    const [any] = await definitions.all();
    const alarm = { when, send: [{ channel: "crm", to: "ops" }] };
    await definitions.put([{ ...any!, kind: "alarm", name: "watch", body: alarm, status: {} }]);
  });
  await s.until(s.now + minute);
  expect(await s.sent()).toEqual(["Trigger one fails"]);
  expect(s.problems).toHaveLength(1);
});

test("what cannot run hinders no other change, and cannot be activated as it is", async () => {
  const { s, status } = await broken();
  await s.until(s.now);
  await s.engine.setState("two", "paused");
  await s.declare({ audience: { vips: { where: "gt .visits 20" } } });
  await expect(s.engine.setState("one", "active")).rejects.toThrow('there is no channel "fax"');
  await expect(s.engine.apply({ origin: "api", definitions: { audience: { vips: null } } })).rejects.toThrow(
    "there is no audience vips",
  );
  expect(await status()).toMatchObject({ state: "failed" });
  await s.engine.setState("one", "draft");
  expect(await status()).toMatchObject({ state: "draft" });
  await s.declare({ trigger: { one: trigger({ enter: "vips" }) } });
  expect(await status()).toMatchObject({ state: "active" });
});

test("what cannot run here fails again when another process activates it, and its time holds up nothing", async () => {
  const { s, status, breaks } = await broken({ every: "1h", audience: "vips" });
  await s.until(s.now);
  await s.store.transaction(({ definitions }) => definitions.put([breaks]));
  expect(await status()).toMatchObject({ state: "active", next: noon + hour });
  await s.until(noon + 2 * hour);
  expect(await status()).toMatchObject({ state: "failed" });
  expect(s.problems).toHaveLength(1);
});

describe("explain", () => {
  test("says in one sentence why somebody was not alerted, and in steps how it came", async () => {
    const s = stage();
    await s.declare({ audience: vips, trigger: { t: trigger({ enter: "vips" }, { coolDown: "1h" }) } });
    const id = await s.update("1", { name: "ada", visits: 1 });
    expect((await s.engine.explain(id, "t")).answer).toBe(`${id} was not alerted by t: is not in vips.`);
    await s.update("1", { visits: 11 });
    const pending = await s.engine.explain(id, "t");
    expect(pending.answer).toMatch(
      new RegExp(`^${id} has not been alerted by t yet: msg_\\w+ on crm to ada@example.com: pending`),
    );
    await s.update("1", { visits: 1 });
    await s.update("1", { visits: 11 });
    const { answer, steps } = await s.engine.explain(id, "t");
    expect(answer).toBe(`${id} was not alerted by t: it is too soon after the last alert to this person.`);
    expect(steps.map(({ what }) => what)).toEqual([
      "trigger",
      "membership",
      "audience",
      "skipped",
      "fired",
      "delivery",
    ]);
  });

  test("says what did not happen", async () => {
    const s = stage();
    const id = await s.update("1", { name: "ada", visits: 1 });
    await s.declare({
      audience: { vips: { where: "gt .visits 20" } },
      trigger: { t: trigger({ enter: "vips" }), daily: trigger({ schedule: "0 9 * * *", audience: "vips" }) },
    });
    const answer = async (name: string) => (await s.engine.explain(id, name)).answer.split(`${name}: `)[1];
    expect(await answer("daily")).toBe("is not in vips.");
    await s.declare({ audience: { vips: { where: "gt .visits 0" } } });
    expect(await answer("daily")).toBe("nothing has happened that it fires on.");
    expect(await answer("t")).toBe(
      "came into vips at 2026-03-02T12:00:00.000Z by what fires nothing: it was new, or its condition was changed; only a backfill alerts those.",
    );
    s.now += 1;
    await s.engine.setState("t", "paused");
    await s.update("1", { visits: 0 });
    await s.update("1", { visits: 1 });
    await s.engine.setState("t", "active");
    expect(await answer("t")).toBe("the trigger was paused.");
  });

  test("knows a trigger that cannot run any more", async () => {
    const { s } = await broken();
    const id = await s.update("1", { name: "ada", visits: 1 });
    await s.until(s.now);
    const { answer, steps } = await s.engine.explain(id, "one");
    const reason = 'send.0.channel: there is no channel "fax"; there are: crm';
    expect(answer).toBe(`${id} was not alerted by one: it is failed (${reason}).`);
    expect(steps).toEqual([{ what: "trigger", ok: false, detail: `one is failed: ${reason}` }]);
  });
});

test("a person who is forgotten leaves nothing", async () => {
  const s = stage();
  await s.declare({ audience: vips, trigger: { t: trigger({ enter: "vips" }) } });
  const id = await s.update("1", { name: "ada", visits: 11 });
  expect(await s.engine.forget(id)).toEqual({ erased: 1, underway: [] });
  expect(await s.engine.forget(id)).toBeUndefined();
  expect(await s.store.profiles.get([id])).toEqual([undefined]);
  expect(await s.store.memberships.sizes()).toEqual(new Map());
  const { items } = await s.store.outbox.list();
  expect(items).toMatchObject([{ state: "cancelled", destination: "erased" }]);
  expect((await s.store.outbox.find(items[0]!.id))!.erased).toBe(true);
});

test("what is being sent to a person who is forgotten is not sent again, and leaves nothing either", async () => {
  const s = stage();
  await s.declare({ audience: vips, trigger: { t: trigger({ enter: "vips" }) } });
  const id = await s.update("1", { name: "ada", visits: 11 });
  const { outbox } = s.store;
  const { claimed } = await outbox.claim({ now: s.now, lease: minute, limit: 1, channels: { crm: { each: 1 } } });
  const [delivery] = claimed;
  expect(await s.engine.forget(id)).toEqual({ erased: 0, underway: [delivery!.id] });
  expect((await outbox.find(delivery!.id))!).toMatchObject({ state: "pending", erased: true });
  await outbox.settle([{ claim: delivery!, now: s.now, verdict: { state: "pending", due: s.now + minute } }]);
  expect((await outbox.find(delivery!.id))!).toMatchObject({ state: "cancelled", destination: "erased", erased: true });
});
