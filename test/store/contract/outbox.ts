import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Claimed, Entry, Outbox, Store } from "../../../src/store/index.ts";
import type { Retention } from "../../../src/stores/retention.ts";
import { again, claimAll, claimIds, claimOne, dead, delivered, entry, idsOf, settlement, start } from "../builders.ts";

/** Proves what every store promises of its outbox. */
export function describeOutbox(make: (retention?: Partial<Retention>) => Store): void {
  describe("outbox", () => {
    let store: Store;
    let outbox: Outbox;
    beforeEach(() => {
      store = make();
      outbox = store.outbox;
    });
    afterEach(() => store.close());

    async function add(...changes: readonly Partial<Entry>[]): Promise<string[]> {
      const entries = changes.map(entry);
      expect((await outbox.add(entries)).every(({ duplicate }) => !duplicate)).toBe(true);
      return idsOf(entries);
    }

    describe("add", () => {
      test("keeps everything about a delivery", async () => {
        const one = entry({
          to: { endpoint: "https://push.example/1", keys: { auth: "x" } },
          alert: { title: "Ünïcode \u0000 \ud83d\udd14", subtitle: "", body: "b\n", html: "<p>" },
          options: { urgency: "high" },
          content: { body: "{}" },
          source: { profile: { name: "Ada", __proto__: null }, template: { title: "{{ .name }}" } },
          priority: "high",
          idempotencyKey: "k",
          orderingKey: "o",
          due: start + 5,
          replayOf: "msg_1",
        });
        expect(await outbox.add([one])).toEqual([{ id: one.id, state: "pending", duplicate: false }]);
        const { due, ...rest } = one;
        expect(await outbox.find(one.id)).toEqual({
          ...rest,
          due,
          state: "pending",
          attempts: 0,
          erased: false,
          journal: [],
        });
      });

      test("keeps a copy", async () => {
        const alert = { title: "before" };
        const [id] = await add({ alert });
        alert.title = "after";
        expect((await outbox.find(id!))?.alert).toEqual({ title: "before" });
      });

      test("an idempotency key is one delivery, in one add and in several", async () => {
        const [first, second, third] = [1, 2, 3].map(() => entry({ idempotencyKey: "k" }));
        const one = { id: first!.id, state: "pending" };
        expect(await outbox.add([first!, second!])).toEqual([
          { ...one, duplicate: false },
          { ...one, duplicate: true },
        ]);
        expect(await outbox.add([third!])).toEqual([{ ...one, duplicate: true }]);
        await outbox.settle([settlement(await claimOne(outbox), dead("wrong number"))]);
        expect(await outbox.add([third!])).toEqual([
          { id: first!.id, state: "dead", reason: "wrong number", duplicate: true },
        ]);
        expect((await outbox.list()).items).toHaveLength(1);
      });

      test("an idempotency key is any text", async () => {
        const keys = ["", "__proto__", "a\u0000b", "\ud83d\udd14", "é", "e\u0301"];
        await add(...keys.map((idempotencyKey) => ({ idempotencyKey })));
        expect((await outbox.list()).items.map(({ idempotencyKey }) => idempotencyKey).reverse()).toEqual(keys);
      });

      test("all or nothing", async () => {
        const one = entry();
        await outbox.add([one]);
        await expect(outbox.add([entry(), one])).rejects.toThrow();
        expect((await outbox.stats()).total.pending).toBe(1);
        await add({});
        expect((await outbox.stats()).total.pending).toBe(2);
      });

      test("an aborted one is kept with its reason, and not claimed", async () => {
        const one = entry({ alert: undefined, aborted: "no name" });
        expect(await outbox.add([one])).toEqual([
          { id: one.id, state: "aborted", reason: "no name", duplicate: false },
        ]);
        expect(await claimIds(outbox)).toEqual([]);
        expect(await outbox.find(one.id)).toMatchObject({ state: "aborted", reason: "no name", settledAt: start });
        expect(await outbox.replay([one.id], start)).toEqual([]);
      });

      test("none is fine", async () => {
        expect(await outbox.add([])).toEqual([]);
      });
    });

    describe("claim", () => {
      test("hands out what a channel needs, leased and counted", async () => {
        const one = entry({ content: 5, options: { a: 1 }, priority: "low" });
        await outbox.add([one]);
        const { id, channel, destination, to, alert, options, content, createdAt, priority } = one;
        const { claimed, next } = await outbox.claim(claimAll());
        expect(claimed).toEqual([
          {
            id,
            channel,
            destination,
            to,
            alert,
            options,
            content,
            createdAt,
            priority,
            attempt: 1,
            claim: 1,
            since: start,
          },
        ]);
        expect(next).toBe(start + 60_000);
        expect(await outbox.find(id)).toMatchObject({ state: "pending", attempts: 1, leasedUntil: start + 60_000 });
        expect(await claimIds(outbox)).toEqual([]);
      });

      test("at most limit, oldest first", async () => {
        const ids = await add({}, {}, {});
        expect(await claimIds(outbox, { limit: 2 })).toEqual(ids.slice(0, 2));
        expect(await claimIds(outbox, { limit: 2 })).toEqual(ids.slice(2));
        expect(await claimIds(outbox, { limit: 0 })).toEqual([]);
      });

      test("nothing before it is due, and says when that is", async () => {
        const [id] = await add({ due: start + 10 });
        expect(await outbox.claim(claimAll())).toEqual({ claimed: [], next: start + 10 });
        expect(await claimIds(outbox, { now: start + 10 })).toEqual([id]);
      });

      test("only the channels asked for", async () => {
        const [crm, mail] = await add({}, { channel: "mail" });
        expect(await claimIds(outbox, { channels: { mail: { perDestination: 9 } } })).toEqual([mail]);
        expect(await claimIds(outbox, { channels: {} })).toEqual([]);
        expect(await claimIds(outbox)).toEqual([crm]);
      });

      test("one destination's name on two channels is two destinations", async () => {
        const [, mail] = await add({}, { channel: "mail" });
        await outbox.disable({ channel: "crm", destination: "a" }, "gone");
        const { claimed } = await outbox.claim(claimAll({ channels: { mail: { perDestination: 9 } } }));
        expect(claimed).toMatchObject([{ id: mail }]);
        expect(claimed[0]!.disabled).toBeUndefined();
      });

      test("of one destination at most each, or the room that is left", async () => {
        const ids = await add({}, {}, {}, { destination: "b" }, { destination: "c" });
        const channels = { crm: { perDestination: 2, overrides: new Map(Object.entries({ b: 0, c: 5 })) } };
        expect((await claimIds(outbox, { channels })).sort()).toEqual([ids[0], ids[1], ids[4]]);
      });

      test("a full destination does not stand before others", async () => {
        await add(...Array.from({ length: 50 }, () => ({})), { destination: "b" });
        const channels = { crm: { perDestination: 9, overrides: new Map([["a", 0]]) } };
        expect(await claimIds(outbox, { channels, limit: 1 })).toHaveLength(1);
      });

      test("destinations take turns", async () => {
        await add(...Array.from({ length: 9 }, () => ({})), { destination: "b" }, { destination: "c" });
        const seen: string[] = [];
        for (let i = 0; i < 3; i++) seen.push((await claimOne(outbox, { now: start + 1 + i })).destination);
        expect(seen.sort()).toEqual(["a", "b", "c"]);
      });

      test("first by priority, and first attempts before retries", async () => {
        const [failed] = await add({ priority: "high" });
        await outbox.settle([settlement(await claimOne(outbox), again(start))]);
        const [low, normal, high] = await add({ priority: "low" }, {}, { priority: "high" });
        expect(await claimIds(outbox)).toEqual([high, normal, low, failed]);
      });

      test("at most `retries` retries, but some", async () => {
        const retried = await add({}, {}, {}, {});
        const { claimed } = await outbox.claim(claimAll());
        await outbox.settle(claimed.map((one) => settlement(one, again(start))));
        const fresh = await add(...Array.from({ length: 20 }, () => ({ destination: "b" })));
        const ids = await claimIds(outbox, { limit: 16 });
        expect(ids.filter((id) => retried.includes(id))).toHaveLength(2);
        expect(await claimIds(outbox, { retries: 1 })).toHaveLength(7);
        expect(await claimIds(outbox, { retries: 0 })).toEqual([]);
        expect(fresh).toHaveLength(20);
      });

      test("what is due again keeps its place behind what is due before", async () => {
        const [a, b] = await add({}, {});
        const claimed = await outbox.claim(claimAll());
        const [one, other] = claimed.claimed;
        await outbox.settle([settlement(one!, again(start + 20)), settlement(other!, again(start + 10))]);
        expect(await claimIds(outbox, { now: start + 9 })).toEqual([]);
        expect(await claimIds(outbox, { now: start + 30 })).toEqual([b, a]);
      });
    });

    describe("leases", () => {
      test("what was claimed and not settled can be claimed again when the lease ends", async () => {
        const [id] = await add({});
        const lost = await claimOne(outbox);
        expect(await claimIds(outbox, { now: start + 59_999 })).toEqual([]);
        const found = await claimOne(outbox, { now: start + 60_000 });
        expect(found).toMatchObject({ id, attempt: 2, claim: 2 });
        expect(await outbox.settle([settlement(lost)])).toEqual([false]);
        expect(await outbox.find(id!)).toMatchObject({ state: "pending", attempts: 2 });
        expect(await outbox.settle([settlement(found)])).toEqual([true]);
        expect(await outbox.settle([settlement(found)])).toEqual([false]);
        const kept = await outbox.find(id!);
        expect(kept).toMatchObject({ state: "delivered", attempts: 2 });
        expect(kept?.leasedUntil).toBeUndefined();
        expect(kept?.journal).toMatchObject([{ number: 1, outcome: { kind: "lost" } }]);
      });

      test("renewing", async () => {
        await add({});
        const claimed = await claimOne(outbox);
        expect(await outbox.renew([claimed], start + 100_000)).toEqual([true]);
        expect(await claimIds(outbox, { now: start + 99_999 })).toEqual([]);
        await claimOne(outbox, { now: start + 100_000 });
        expect(await outbox.renew([claimed], start + 200_000)).toEqual([false]);
      });

      test("releasing: the attempt does not count, and its place is what it was", async () => {
        const [first] = await add({}, {});
        const claimed = await claimOne(outbox);
        await outbox.release([claimed], start + 1);
        expect(await outbox.find(first!)).toMatchObject({ state: "pending", attempts: 0, due: start });
        const { claimed: again } = await outbox.claim(claimAll({ now: start + 1, limit: 1 }));
        expect(again).toMatchObject([{ id: first, attempt: 1, claim: 2 }]);
        await outbox.release([claimed], start + 1);
        expect(await outbox.settle([settlement(again[0]!)])).toEqual([true]);
      });
    });

    describe("settle", () => {
      test("keeps the journal", async () => {
        const [id] = await add({});
        const request = { line: "POST https://a.example/", headers: { a: "1" }, body: "{}" };
        const response = { statusLine: "503 Service Unavailable", body: "busy" };
        const outcome = { kind: "retry", reason: "503", retryAfter: 5 } as const;
        const first = { startedAt: start, endedAt: start + 5, request, response, outcome };
        const second = { startedAt: start + 10, endedAt: start + 12, outcome: { kind: "delivered" } } as const;
        await outbox.settle([settlement(await claimOne(outbox), again(start + 10), { attempt: first })]);
        expect(await outbox.find(id!)).toMatchObject({ state: "pending", due: start + 10, reason: "503", attempts: 1 });
        const claimed = await claimOne(outbox, { now: start + 10 });
        await outbox.settle([settlement(claimed, delivered, { attempt: second, now: start + 12 })]);
        expect(await outbox.find(id!)).toMatchObject({
          state: "delivered",
          settledAt: start + 12,
          journal: [
            { number: 1, ...first },
            { number: 2, ...second },
          ],
        });
      });

      test("an uncounted attempt is noted, not counted, and no first attempt", async () => {
        const [id] = await add({ priority: "high" });
        const outcome = { kind: "retry", reason: "wrong password", countsAsAttempt: false } as const;
        const attempt = { startedAt: start, endedAt: start, outcome };
        const decision = { state: "pending", due: start, countsAsAttempt: false } as const;
        await outbox.settle([settlement(await claimOne(outbox), decision, { attempt })]);
        expect(await outbox.find(id!)).toMatchObject({ attempts: 0, journal: [{ number: 1, outcome }] });
        const [low] = await add({ priority: "low" });
        expect(await claimIds(outbox)).toEqual([low, id]);
      });

      test("many at once, some of them lost", async () => {
        await add({}, {}, {});
        const { claimed } = await outbox.claim(claimAll());
        const [a, b, c] = claimed;
        await outbox.settle([settlement(b!)]);
        expect(await outbox.settle([a!, b!, c!].map((one) => settlement(one, dead())))).toEqual([true, false, true]);
        expect((await outbox.stats()).total).toMatchObject({ pending: 0, delivered: 1, dead: 2 });
      });

      test("what never was", async () => {
        const claim = { id: "msg_none", claim: 1 };
        expect(await outbox.settle([{ claim, now: start, decision: delivered }])).toEqual([false]);
        expect(await outbox.renew([claim], start)).toEqual([false]);
        await outbox.release([claim], start);
        expect(await outbox.find("msg_none")).toBeUndefined();
      });
    });

    describe("ordering keys", () => {
      test("one at a time, in order, and over retries", async () => {
        const [a, b, c, other] = await add(
          { orderingKey: "o" },
          { orderingKey: "o", priority: "high" },
          { orderingKey: "o" },
          { orderingKey: "p" },
        );
        const { claimed } = await outbox.claim(claimAll());
        expect(idsOf(claimed)).toEqual([a, other]);
        await outbox.settle([settlement(claimed[0]!, again(start + 10))]);
        expect(await claimIds(outbox)).toEqual([]);
        const retried = await claimOne(outbox, { now: start + 10 });
        expect(retried.id).toBe(a);
        await outbox.settle([settlement(retried, dead())]);
        const next = await claimOne(outbox, { now: start + 10 });
        expect(next.id).toBe(b);
        await outbox.settle([settlement(next)]);
        expect(await claimIds(outbox, { now: start + 10 })).toEqual([c]);
      });

      test("one that is cancelled lets the next one go", async () => {
        const [a, b, c] = await add({ orderingKey: "o" }, { orderingKey: "o" }, { orderingKey: "o" });
        expect(await outbox.cancel([b!], start, "no")).toEqual([b]);
        expect(await outbox.cancel([a!], start, "no")).toEqual([a]);
        expect(await claimIds(outbox)).toEqual([c]);
      });

      test("other destinations have an order of their own", async () => {
        const ids = await add({ orderingKey: "o" }, { orderingKey: "o", destination: "b" });
        expect(await claimIds(outbox)).toEqual(ids);
      });

      test("one that is replayed waits its turn", async () => {
        const [a, b] = await add({ orderingKey: "o" }, { orderingKey: "o" });
        await outbox.settle([settlement(await claimOne(outbox), dead())]);
        expect(await outbox.replay([a!], start)).toEqual([a]);
        const claimed = await claimOne(outbox);
        expect(claimed.id).toBe(b);
        expect(await claimIds(outbox)).toEqual([]);
        await outbox.settle([settlement(claimed)]);
        expect(await claimIds(outbox)).toEqual([a]);
      });
    });

    describe("holds", () => {
      test("nothing of a held destination is claimed before its hold ends", async () => {
        const [a, b] = await add({}, { destination: "b" });
        await outbox.hold({ channel: "crm", destination: "a" }, start + 100, "429");
        expect(await outbox.claim(claimAll())).toMatchObject({ claimed: [{ id: b }], next: start + 100 });
        const [later] = await add({ priority: "high" });
        expect(await claimIds(outbox, { now: start + 99 })).toEqual([]);
        expect((await outbox.unhealthy()).items).toEqual([
          { channel: "crm", destination: "a", heldUntil: start + 100, reason: "429", failures: 0 },
        ]);
        expect(await claimIds(outbox, { now: start + 100 })).toEqual([later, a]);
      });

      test("of a channel", async () => {
        const [a, mail] = await add({}, { channel: "mail" });
        await outbox.hold({ channel: "crm" }, start + 100, "wrong password");
        const channels = { crm: { perDestination: 9 }, mail: { perDestination: 9 } };
        expect(await outbox.claim(claimAll({ channels }))).toMatchObject({
          claimed: [{ id: mail }],
          next: start + 100,
        });
        expect(await outbox.claim(claimAll())).toEqual({
          claimed: [],
          next: start + 60_000 > start + 100 ? start + 100 : 0,
        });
        expect((await outbox.unhealthy()).items).toEqual([
          { channel: "crm", heldUntil: start + 100, reason: "wrong password", failures: 0 },
        ]);
        expect(await claimIds(outbox, { now: start + 100 })).toEqual([a]);
      });

      test("can be lifted", async () => {
        const [a] = await add({});
        const place = { channel: "crm", destination: "a" };
        await outbox.hold(place, start + 100, "429");
        expect(await claimIds(outbox)).toEqual([]);
        await outbox.hold(place, 0, "");
        await outbox.hold({ channel: "crm" }, start + 100, "429");
        expect(await claimIds(outbox)).toEqual([]);
        await outbox.hold({ channel: "crm" }, 0, "");
        expect(await claimIds(outbox)).toEqual([a]);
      });

      test("come with a settlement", async () => {
        await add({}, {}, { channel: "mail" }, { channel: "mail", destination: "b" });
        const hold = (of: "channel" | "destination") => ({ hold: { of, until: start + 100, reason: "wait" } });
        const channels = { crm: { perDestination: 9 }, mail: { perDestination: 9 } };
        const { claimed } = await outbox.claim(
          claimAll({ channels: { crm: { perDestination: 1 }, mail: { perDestination: 1 } }, limit: 3 }),
        );
        const crm = claimed.find(({ channel }) => channel === "crm")!;
        const mail = claimed.find(({ channel }) => channel === "mail")!;
        await outbox.settle([
          settlement(crm, again(start), hold("destination")),
          settlement(mail, again(start), hold("channel")),
        ]);
        await add({ destination: "c" }, { channel: "mail", destination: "c" });
        const { claimed: rest } = await outbox.claim(claimAll({ channels }));
        expect(rest).toMatchObject([{ channel: "crm", destination: "c" }]);
      });
    });

    describe("failing destinations", () => {
      const health = (ok: boolean) => ({ health: { ok, failures: 2, resetTimeout: 1000 } });

      test("are left alone after so many failures in a row, then tried with one", async () => {
        await add({}, {}, {}, {});
        const { claimed } = await outbox.claim(claimAll({ limit: 2 }));
        await outbox.settle([settlement(claimed[0]!, again(start), health(false))]);
        expect((await outbox.unhealthy()).items).toEqual([{ channel: "crm", destination: "a", failures: 1 }]);
        await outbox.settle([settlement(claimed[1]!, again(start), health(false))]);
        expect((await outbox.unhealthy()).items).toMatchObject([{ failures: 2, heldUntil: start + 1000 }]);
        expect(await claimIds(outbox, { now: start + 999 })).toEqual([]);
        const trial = await outbox.claim(claimAll({ now: start + 1000 }));
        expect(trial.claimed).toHaveLength(1);
        expect(await claimIds(outbox, { now: start + 1001 })).toEqual([]);
        await outbox.settle([settlement(trial.claimed[0]!, again(start), { ...health(false), now: start + 1001 })]);
        expect(await claimIds(outbox, { now: start + 2000 })).toEqual([]);
        const second = await outbox.claim(claimAll({ now: start + 2001 }));
        expect(second.claimed).toHaveLength(1);
        await outbox.settle([settlement(second.claimed[0]!, delivered, { ...health(true), now: start + 2001 })]);
        expect(await claimIds(outbox, { now: start + 2001 })).toHaveLength(3);
        expect((await outbox.unhealthy()).items).toEqual([]);
      });

      test("a success in between starts counting anew", async () => {
        await add({}, {}, {}, {});
        const { claimed } = await outbox.claim(claimAll({ limit: 3 }));
        for (const [i, ok] of [false, true, false].entries()) {
          await outbox.settle([settlement(claimed[i]!, delivered, health(ok))]);
        }
        expect(await claimIds(outbox)).toHaveLength(1);
      });

      test("a lost trial ends with its lease", async () => {
        await add({}, {}, {});
        const { claimed } = await outbox.claim(claimAll({ limit: 2 }));
        await outbox.settle(claimed.map((one) => settlement(one, again(start), health(false))));
        expect(await claimIds(outbox, { now: start + 1000 })).toHaveLength(1);
        expect(await claimIds(outbox, { now: start + 61_000 })).toHaveLength(1);
      });
    });

    describe("disabled destinations", () => {
      const place = { channel: "crm", destination: "a" };

      test("what waits there is handed out to be settled, all of it, and what comes is dead", async () => {
        const ids = await add({}, {}, {});
        const first = await claimOne(outbox);
        await outbox.settle([settlement(first, dead("410"), { disable: "410 Gone" })]);
        const { claimed } = await outbox.claim(claimAll({ channels: { crm: { perDestination: 1 } } }));
        expect(idsOf(claimed)).toEqual(ids.slice(1));
        expect(claimed.every(({ disabled }) => disabled === "410 Gone")).toBe(true);
        await outbox.settle(claimed.map((one) => settlement(one, dead("disabled"))));
        const late = entry();
        const reason = "destination disabled: 410 Gone";
        expect(await outbox.add([late])).toEqual([{ id: late.id, state: "dead", reason, duplicate: false }]);
        expect((await outbox.stats()).total).toMatchObject({ pending: 0, dead: 4 });
        expect((await outbox.unhealthy()).items).toMatchObject([{ destination: "a", disabled: "410 Gone" }]);
      });

      test("can be enabled", async () => {
        await outbox.disable(place, "gone");
        const [late] = await outbox.add([entry()]);
        await outbox.enable(place);
        expect(await claimIds(outbox)).toEqual([]);
        const [id] = await add({});
        expect(await outbox.replay([late!.id], start)).toEqual([late!.id]);
        expect((await claimIds(outbox)).sort()).toEqual([late!.id, id].sort());
        expect((await outbox.unhealthy()).items).toEqual([]);
      });

      test("an aborted delivery stays aborted there", async () => {
        await outbox.disable(place, "gone");
        const one = entry({ aborted: "no name", alert: undefined });
        expect(await outbox.add([one])).toMatchObject([{ state: "aborted", reason: "no name" }]);
      });
    });

    describe("replay, cancel, erase", () => {
      test("a replayed delivery is as new, with its id and its journal", async () => {
        const [id] = await add({ alert: { title: "same" } });
        const attempt = { startedAt: start, endedAt: start, outcome: { kind: "rejected", reason: "no" } } as const;
        await outbox.settle([settlement(await claimOne(outbox), dead("no"), { attempt })]);
        expect(await outbox.replay([id!, "msg_none"], start + 50)).toEqual([id]);
        expect(await outbox.replay([id!], start + 50)).toEqual([]);
        const kept = await outbox.find(id!);
        expect(kept).toMatchObject({ state: "pending", attempts: 0, due: start + 50, journal: [{ number: 1 }] });
        expect(kept?.reason).toBeUndefined();
        expect(kept?.settledAt).toBeUndefined();
        const claimed = await claimOne(outbox, { now: start + 50 });
        expect(claimed).toMatchObject({ id, attempt: 1, claim: 2, since: start + 50, alert: { title: "same" } });
        await outbox.settle([settlement(claimed, delivered, { attempt })]);
        expect((await outbox.find(id!))?.journal).toHaveLength(2);
        expect((await outbox.stats()).total).toMatchObject({ pending: 0, delivered: 1, dead: 0 });
      });

      test("what is claimed or settled is not cancelled", async () => {
        const [a, b, c] = await add({}, {}, {});
        const { claimed } = await outbox.claim(claimAll({ limit: 2 }));
        await outbox.settle([settlement(claimed[0]!)]);
        expect(await outbox.cancel([a!, b!, c!, "msg_none"], start + 1, "not any more")).toEqual([c]);
        expect(await outbox.find(c!)).toMatchObject({
          state: "cancelled",
          reason: "not any more",
          settledAt: start + 1,
        });
        expect(await claimIds(outbox)).toEqual([]);
        expect(await outbox.settle([settlement(claimed[1]!)])).toEqual([true]);
      });

      const ada = "ada@secret.example";
      const refused = { kind: "rejected", reason: `550 <${ada}>: no such user` } as const;
      const tried = {
        startedAt: start,
        endedAt: start + 1,
        request: { line: `RCPT TO:<${ada}>`, body: ada },
        response: { statusLine: refused.reason },
        outcome: refused,
      };
      const private_ = (changes: Partial<Entry> = {}): Partial<Entry> => ({
        destination: ada,
        to: ada,
        alert: { title: ada },
        options: { replyTo: ada },
        content: ada,
        source: { profile: ada, template: ada },
        orderingKey: ada,
        ...changes,
      });
      const everything = async (ids: readonly string[]) =>
        JSON.stringify([
          await outbox.list(),
          await outbox.unhealthy(),
          await Promise.all(ids.map((id) => outbox.find(id))),
        ]);
      const at = async (destination: string) => idsOf((await outbox.list({ destination })).items);

      test("of an erased delivery is kept that it was, not what it said, nor where it went", async () => {
        const [id, pending] = await add(private_({ idempotencyKey: "k" }), { due: start + 9 });
        await outbox.settle([settlement(await claimOne(outbox), dead(refused.reason), { attempt: tried })]);
        const before = await outbox.stats();
        expect(await everything([id!])).toContain("secret");
        expect(await outbox.erase([id!, pending!, "msg_none"])).toEqual([id]);
        expect(await everything([id!])).not.toContain("secret");
        expect(await outbox.find(id!)).toEqual({
          id,
          channel: "crm",
          destination: "erased",
          state: "dead",
          priority: "normal",
          attempts: 1,
          createdAt: start,
          settledAt: start,
          idempotencyKey: "k",
          erased: true,
          journal: [
            { number: 1, startedAt: start, endedAt: start + 1, outcome: { kind: "rejected", reason: "erased" } },
          ],
        });
        expect([await at(ada), await at("erased"), await at("a")]).toEqual([[], [id], [pending]]);
        expect(await outbox.stats()).toEqual(before);
        expect(await outbox.replay([id!], start)).toEqual([]);
        expect(await outbox.erase([id!])).toEqual([id]);
        expect(await claimIds(outbox, { now: start + 9 })).toEqual([pending]);
      });

      test("a delivered one keeps its outcome; channels do not get mixed up", async () => {
        const [crm, mail] = await add(private_(), private_({ channel: "mail" }));
        const attempt = { ...tried, outcome: { kind: "delivered" } } as const;
        const channels = { crm: { perDestination: 9 }, mail: { perDestination: 9 } };
        const { claimed } = await outbox.claim(claimAll({ channels }));
        await outbox.settle(claimed.map((one) => settlement(one, delivered, { attempt })));
        const { channels: before } = await outbox.stats();
        expect(await outbox.erase([mail!])).toEqual([mail]);
        expect(await outbox.find(mail!)).toMatchObject({
          channel: "mail",
          journal: [{ outcome: { kind: "delivered" } }],
        });
        expect([await at(ada), await at("erased")]).toEqual([[crm], [mail]]);
        await outbox.erase([crm!]);
        expect(await at("erased")).toEqual([mail, crm]);
        expect((await outbox.list({ channel: "mail", destination: "erased" })).items).toHaveLength(1);
        expect((await outbox.stats()).channels).toEqual(before);
      });

      test("a destination stays as long as anything is there: settled, waiting, held by somebody, behind another", async () => {
        const [erased] = await add({ destination: "b" });
        await outbox.settle([settlement(await claimOne(outbox), delivered)]);
        await outbox.hold({ channel: "crm", destination: "b" }, start + 5, "wait");
        const held = [{ channel: "crm", destination: "b", heldUntil: start + 5, reason: "wait", failures: 0 }];
        const [first, behind] = await add(
          { destination: "b", orderingKey: "o" },
          { destination: "b", orderingKey: "o" },
        );
        await outbox.erase([erased!]);
        expect((await outbox.unhealthy()).items).toEqual(held);
        const one = await claimOne(outbox, { now: start + 5 });
        expect(one.id).toBe(first);
        const [other] = await add({ destination: "b", aborted: "no", alert: undefined });
        await outbox.erase([other!]);
        expect((await outbox.unhealthy()).items).toEqual(held);
        await outbox.settle([settlement(one)]);
        await outbox.cancel([behind!], start, "no");
        await outbox.erase([first!]);
        expect((await outbox.unhealthy()).items).toEqual(held);
        expect(await outbox.erase([behind!])).toEqual([behind]);
        expect((await outbox.unhealthy()).items).toEqual([]);
      });

      test("one that is empty is no more, held, disabled or failing: what comes there is new", async () => {
        const place = { channel: "crm", destination: ada };
        const [id] = await add(private_());
        const health = { ok: false, failures: 1, resetTimeout: 1000 };
        await outbox.settle([settlement(await claimOne(outbox), dead(), { health, disable: "gone" })]);
        await outbox.hold(place, start + 1000, "wait");
        await outbox.erase([id!]);
        expect(await outbox.unhealthy()).toEqual({ items: [] });
        const [next] = await add(private_());
        expect(await claimIds(outbox)).toEqual([next]);
      });

      test("one that came and went is no more for what comes at the same time", async () => {
        const first = entry({ ...private_(), aborted: "no" });
        const second = entry(private_());
        await Promise.all([outbox.add([first]), outbox.erase([first.id]), outbox.add([second])]);
        expect([await at(ada), await at("erased")]).toEqual([[second.id], [first.id]]);
        expect(await claimIds(outbox)).toEqual([second.id]);
      });

      test("what was cancelled and erased is not waited for", async () => {
        const [id] = await add(private_({ due: start + 9 }));
        await outbox.cancel([id!], start, `no more to ${ada}`);
        await outbox.erase([id!]);
        expect(await everything([id!])).not.toContain("secret");
        expect(await outbox.claim(claimAll({ now: start + 9 }))).toEqual({ claimed: [] });
        expect((await outbox.stats()).oldestDue).toBeUndefined();
      });

      describe("withdraw", () => {
        /** One that is settled, one that waits, one behind it, and one that is claimed; all at one destination. */
        async function four() {
          const settled = (await add(private_({ orderingKey: undefined })))[0]!;
          await outbox.settle([settlement(await claimOne(outbox), dead(refused.reason), { attempt: tried })]);
          const claimedId = (await add(private_({ orderingKey: undefined })))[0]!;
          const first = await claimOne(outbox);
          await outbox.settle([settlement(first, again(start), { attempt: tried })]);
          const claimed = await claimOne(outbox);
          const [waiting, behind] = await add(private_(), private_());
          expect(claimed.id).toBe(claimedId);
          return { claimed, settled, waiting: waiting!, behind: behind! };
        }

        const endings = {
          delivered: (one: Claimed) =>
            outbox.settle([settlement(one, delivered, { attempt: { ...tried, outcome: delivered_ } })]),
          dead: (one: Claimed) =>
            outbox.settle([settlement(one, dead(refused.reason), { attempt: tried, disable: ada })]),
          "tried again": (one: Claimed) => outbox.settle([settlement(one, again(start + 5), { attempt: tried })]),
          released: (one: Claimed) => outbox.release([one], start),
          lost: () => outbox.claim(claimAll({ now: start + 60_000 })),
        };
        const delivered_ = { kind: "delivered" } as const;

        test.each(Object.entries(endings))("of what is under way nothing is left once it is %s", async (how, end) => {
          const { claimed, settled, waiting, behind } = await four();
          const all = [settled, waiting, behind, claimed.id];
          const [other] = await add({});
          expect(await outbox.expunge([...all, "msg_none"], start + 1)).toEqual({
            erased: [settled, waiting, behind],
            inFlight: [claimed.id],
          });
          expect(await outbox.find(claimed.id)).toMatchObject({ state: "pending", erased: true });
          expect(await outbox.find(waiting)).toMatchObject({ state: "cancelled", settledAt: start + 1 });
          expect((await outbox.stats()).total).toMatchObject({ pending: 2, cancelled: 2, dead: 1 });
          expect(await outbox.renew([claimed], start + 60_000)).toEqual([true]);
          await end(claimed);
          const state = how === "delivered" || how === "dead" ? how : "cancelled";
          expect(await outbox.find(claimed.id)).toMatchObject({ state, destination: "erased", erased: true });
          expect(await everything(all)).not.toContain("secret");
          expect(await at("erased")).toHaveLength(4);
          expect((await outbox.stats()).total).toMatchObject({ pending: 1 });
          if (how === "lost") return;
          expect(await outbox.claim(claimAll({ now: start + 60_000 }))).toMatchObject({ claimed: [{ id: other }] });
          expect(await outbox.claim(claimAll({ now: start + 60_000 }))).toEqual({ claimed: [], next: start + 120_000 });
        });

        test("what is behind one of them goes on", async () => {
          const [, behind] = await add({ orderingKey: "o" }, { orderingKey: "o" });
          const claimed = await claimOne(outbox);
          await outbox.expunge([claimed.id], start);
          expect(await claimIds(outbox)).toEqual([]);
          await outbox.settle([settlement(claimed, again(start + 5))]);
          expect(await claimIds(outbox)).toEqual([behind]);
        });

        test("within a transaction, or not at all", async () => {
          const { claimed, settled, waiting, behind } = await four();
          const all = [settled, waiting, behind, claimed.id];
          const expected = { erased: [settled, waiting, behind], inFlight: [claimed.id] };
          const failing = store.transaction(async ({ outbox: within }) => {
            expect(await within.expunge(all, start)).toEqual(expected);
            throw new Error("no");
          });
          await expect(failing).rejects.toThrow("no");
          expect(await at(ada)).toHaveLength(4);
          expect((await outbox.find(claimed.id))!.erased).toBe(false);
          expect(await store.transaction(({ outbox: within }) => within.expunge(all, start))).toEqual(expected);
          expect(await at(ada)).toEqual([claimed.id]);
        });
      });
    });

    describe("list and stats", () => {
      test("newest first, in pages", async () => {
        const ids = await add(...Array.from({ length: 5 }, () => ({})));
        const seen: string[] = [];
        let after: string | undefined;
        do {
          const { items, next } = await outbox.list({ limit: 2, after });
          seen.push(...idsOf(items));
          after = next;
        } while (after !== undefined);
        expect(seen).toEqual(ids.toReversed());
        expect(idsOf((await outbox.list({ limit: 5 })).items)).toEqual(ids.toReversed());
      });

      test("by state, channel and destination", async () => {
        const [a, b, mail, aborted] = await add(
          {},
          { destination: "b" },
          { channel: "mail" },
          { aborted: "no", alert: undefined },
        );
        await outbox.settle([settlement(await claimOne(outbox))]);
        const list = async (query: Parameters<Outbox["list"]>[0]) => idsOf((await outbox.list(query)).items);
        expect(await list({ state: "pending" })).toEqual([mail, b]);
        expect(await list({ state: "delivered" })).toEqual([a]);
        expect(await list({ state: "aborted" })).toEqual([aborted]);
        expect(await list({ state: "dead" })).toEqual([]);
        expect(await list({ channel: "mail" })).toEqual([mail]);
        expect(await list({ destination: "a" })).toEqual([aborted, mail, a]);
        expect(await list({ destination: "a", channel: "crm", state: "delivered" })).toEqual([a]);
        expect(await list({ channel: "none" })).toEqual([]);
        expect(await outbox.stats()).toEqual({
          channels: {
            crm: { pending: 1, delivered: 1, dead: 0, cancelled: 0, aborted: 1 },
            mail: { pending: 1, delivered: 0, dead: 0, cancelled: 0, aborted: 0 },
          },
          total: { pending: 2, delivered: 1, dead: 0, cancelled: 0, aborted: 1 },
          oldestDue: start,
        });
      });

      test("troubles, in pages", async () => {
        for (const destination of ["a", "b", "c"]) await outbox.disable({ channel: "crm", destination }, "gone");
        await outbox.hold({ channel: "crm" }, start + 1, "wait");
        const { items, next } = await outbox.unhealthy({ limit: 2 });
        expect(items.map(({ destination }) => destination)).toEqual([undefined, "a", "b"]);
        const rest = await outbox.unhealthy({ limit: 2, after: next! });
        expect(rest.items.map(({ destination }) => destination)).toEqual(["c"]);
        expect(rest.next).toBeUndefined();
      });
    });

    describe("retention", () => {
      async function settledAfter(some: Store, ages: readonly number[]): Promise<string[]> {
        const entries = ages.map((age) => entry({ createdAt: start - age, alert: { title: "x".repeat(1000) } }));
        await some.outbox.add(entries);
        const { claimed } = await some.outbox.claim(claimAll());
        await some.outbox.settle(claimed.map((one) => settlement(one)));
        return idsOf(entries);
      }

      test("by age: settled ones go, with their keys, pending ones stay", async () => {
        const short = make({ age: 1000 });
        const old = entry({ createdAt: start - 2000, idempotencyKey: "k" });
        await short.outbox.add([old]);
        expect(await short.outbox.prune(start, 10)).toBe(0);
        await short.outbox.settle([settlement(await claimOne(short.outbox))]);
        expect(await short.outbox.prune(start, 10)).toBe(1);
        expect(await short.outbox.find(old.id)).toBeUndefined();
        expect((await short.outbox.stats()).total.delivered).toBe(0);
        expect(await short.outbox.add([entry({ idempotencyKey: "k" })])).toMatchObject([{ duplicate: false }]);
        await short.close();
      });

      test("by size, oldest first, at most `limit`", async () => {
        const small = make({ bytes: 2500 });
        const ids = await settledAfter(small, [5, 4, 3, 2, 1]);
        expect(await small.outbox.prune(start, 1)).toBe(1);
        expect(await small.outbox.prune(start, 10)).toBe(2);
        expect(await small.outbox.prune(start, 10)).toBe(0);
        expect(idsOf((await small.outbox.list()).items)).toEqual(ids.slice(3).reverse());
        await small.close();
      });

      test("destinations go with what was sent there, unless they are held, disabled or failing", async () => {
        const short = make({ age: 1000 });
        const of = short.outbox;
        const names = ["plain", "held", "once held", "disabled", "failing", "erased", "used"];
        const old = names.map((destination) => entry({ destination, createdAt: start - 2000 }));
        await of.add(old);
        for (const claimed of (await of.claim(claimAll())).claimed) {
          const { destination } = claimed;
          await of.settle([
            settlement(claimed, delivered, {
              ...(destination.endsWith("held") && {
                hold: { of: "destination", until: destination === "held" ? start + 9 : start - 1, reason: "wait" },
              }),
              ...(destination === "disabled" && { disable: "gone" }),
              ...(destination === "failing" && { health: { ok: false, failures: 9, resetTimeout: 1 } }),
            }),
          ]);
        }
        const fresh = entry({ destination: "used" });
        await of.add([fresh]);
        const troubled = async () => (await of.unhealthy()).items.map(({ destination }) => destination);
        expect(await troubled()).toEqual(["held", "once held", "disabled", "failing"]);
        expect(await of.prune(start, 99)).toBe(names.length);
        expect(await troubled()).toEqual(["held", "disabled", "failing"]);
        expect(idsOf((await of.list()).items)).toEqual([fresh.id]);
        expect(await claimIds(of)).toEqual([fresh.id]);
        const again = names.map((destination) => entry({ destination }));
        expect((await of.add(again)).map(({ state }) => state)).toEqual(
          names.map((name) => (name === "disabled" ? "dead" : "pending")),
        );
        await short.close();
      });
    });

    describe("transaction", () => {
      test("keeps all, or nothing", async () => {
        const [one, other] = [entry(), entry({ idempotencyKey: "k" })];
        const failing = store.transaction(async ({ outbox: within }) => {
          await within.add([one]);
          await within.add([other]);
          throw new Error("changed my mind");
        });
        await expect(failing).rejects.toThrow("changed my mind");
        expect((await outbox.stats()).total.pending).toBe(0);
        const result = await store.transaction(async ({ outbox: within }) => {
          await within.add([one]);
          return within.add([other, entry({ idempotencyKey: "k" })]);
        });
        expect(result.map(({ id, duplicate }) => [id, duplicate])).toEqual([
          [other.id, false],
          [other.id, true],
        ]);
        expect(await claimIds(outbox)).toEqual([one.id, other.id]);
      });

      test("others wait for it", async () => {
        let finish = (): void => {};
        const open = new Promise<void>((resolve) => {
          finish = resolve;
        });
        const within = store.transaction(async (transaction) => {
          await transaction.outbox.add([entry()]);
          await open;
        });
        const outside = outbox.add([entry()]);
        finish();
        await Promise.all([within, outside]);
        expect((await outbox.stats()).total.pending).toBe(2);
      });
    });

    describe("close", () => {
      test("finishes what was asked for, and refuses what comes after", async () => {
        const other = make();
        const added = other.outbox.add([entry()]);
        await other.close();
        expect(await added).toHaveLength(1);
        await expect(other.outbox.add([entry()])).rejects.toThrow(/closed/);
        await expect(other.outbox.find("x")).rejects.toThrow(/closed/);
        await other.close();
      });
    });

    test("many callers at once", async () => {
      await Promise.all(Array.from({ length: 200 }, (_, i) => outbox.add([entry({ idempotencyKey: `${i % 150}` })])));
      expect((await outbox.stats()).total.pending).toBe(150);
      const claims = await Promise.all(Array.from({ length: 10 }, () => outbox.claim(claimAll({ limit: 20 }))));
      const claimed = claims.flatMap((one) => one.claimed);
      expect(new Set(idsOf(claimed)).size).toBe(claimed.length);
      expect(claimed).toHaveLength(150);
      const settled = await Promise.all(claimed.map((one) => outbox.settle([settlement(one)])));
      expect(settled.flat().every(Boolean)).toBe(true);
      expect((await outbox.stats()).total).toMatchObject({ pending: 0, delivered: 150 });
    });
  });
}
