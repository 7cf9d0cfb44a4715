import { afterAll, describe, expect, test } from "vitest";
import { alerting, sprig } from "../../src/functions/index.ts";
import { serviceLimits } from "../../src/index.ts";
import { createWorkerPool, workerChecker } from "../../src/service/index.ts";
import { declare, type Harness, harness, noon, program } from "./harness.ts";

const many = { count: 1_000_000, per: 60_000 };
const workers = createWorkerPool({ size: 1 });
const templates = { functions: [sprig, alerting], clock: () => new Date(noon), limits: serviceLimits };
const checker = await workerChecker(workers, { templates, limits: serviceLimits, timeout: 20_000 });

async function withMembers(elsewhere: boolean): Promise<Harness> {
  const s = await harness({ limits: { rate: many, unauthenticated: many }, workers }, undefined, {
    templates,
    ...(elsewhere && { checker }),
  });
  await declare(s, program, { welcome: "active" });
  await s.engine.update(
    Array.from({ length: 250 }, (_, i) => ({
      identifiers: { email: `p${i}@example.com` },
      fields: { name: i % 10 === 0 ? null : `P${i}`, email: `p${i}@example.com`, visits: i % 20 },
    })),
  );
  await s.engine.collect("shop", [{ id: 1, email: "p1@example.com", visits: 30 }]);
  return s;
}

const [inWorkers, onLoop] = await Promise.all([withMembers(true), withMembers(false)]);
afterAll(async () => {
  await Promise.all([inWorkers, onLoop].map((s) => s.close()));
  await workers.close();
});

/** Ids are each store's own. */
const same = (text: string): string => text.replace(/\b(prf|run|fir|msg)_\w+/g, "$1");

const { welcome } = program.trigger;
const trigger = (more: object) => ({ triggers: { welcome: { ...welcome, ...more } } });
const audience = (where: string) => ({ audiences: { regulars: { where } } });

describe("a plan is the same from workers as from the loop", () => {
  const rows: readonly (readonly [string, number, string, object])[] = [
    ["nothing", 200, '"steps":[]', {}],
    ["who enters and leaves", 200, "of 250 profiles", audience("lt .visits 3")],
    ["a condition that fails for some", 200, "its condition fails for", audience("gt (len .name) 3")],
    ["one that looks at the clock", 200, "of 250 profiles", audience('eq (now | date "2006") "2026"')],
    ["one that costs too much", 200, "its condition fails for 250", audience("gt (len (until 300000)) 1")],
    ["findings in a condition", 200, '"where":"audience regulars: where', audience("gt .vists 3")],
    ["findings in an alert", 200, '"where":"trigger welcome: alert.title', trigger({ alert: { title: "{{ .nme }}" } })],
    [
      "findings about an event",
      200,
      "No sample has a field nope in .trigger.event",
      { triggers: { bought: { ...welcome, on: { event: "shop" }, alert: { title: "{{ .trigger.event.nope }}" } } } },
    ],
    ["a condition that does not parse", 422, "/body/definitions/audiences/regulars/where", audience("gt .visits (")],
    [
      "an alert that does not parse",
      422,
      "/body/definitions/triggers/welcome/alert",
      trigger({ alert: { title: "{{" } }),
    ],
    ["a key that does not parse", 422, "/body/definitions/triggers/welcome/dedupe", trigger({ dedupe: "{{ if }}" })],
    ["a channel that is not there", 422, "no channel named", trigger({ send: [{ channel: "fax", to: "1" }] })],
    ["an audience that is not there", 422, "no audience named", trigger({ on: { enter: "nobody" } })],
    [
      "a stream",
      422,
      "/body/definitions/streams/shop/key",
      { streams: { shop: { ...program.stream.shop, key: "{{ .id" } } },
    ],
    [
      "an alarm",
      422,
      "no channel named",
      { alarms: { watch: { when: { empty: "regulars" }, send: [{ channel: "fax" }] } } },
    ],
  ];
  test.each(rows)("%s", async (_, status, words, definitions) => {
    const request = (s: Harness) => s.request("POST", "/v1/plan", { definitions });
    const [one, other] = await Promise.all([request(inWorkers), request(onLoop)]);
    expect(same(one.text)).toBe(same(other.text));
    expect([one.status, one.text]).toEqual([status, expect.stringContaining(words)]);
  });

  test("so are apply and explain", async () => {
    const definitions = { ...audience("lt .visits 10"), ...trigger({ where: "gt .visits 1" }) };
    for (const url of ["/v1/apply", "/v1/plan"]) {
      const answers = await Promise.all([inWorkers, onLoop].map((s) => s.request("POST", url, { definitions })));
      expect(same(answers[0]!.text)).toBe(same(answers[1]!.text));
      expect(answers[0]!.status).toBe(200);
    }
    const explained = await Promise.all(
      [inWorkers, onLoop].map(async (s) => {
        const [id] = await s.store.profiles.find([{ kind: "email", value: "p5@example.com" }]);
        return s.request("GET", `/v1/explain?profile=${id}&trigger=welcome`);
      }),
    );
    expect(same(explained[0]!.text)).toBe(same(explained[1]!.text));
    expect(explained[0]!.text).toContain("the trigger's condition holds now");
  });

  test("none of it was logged as a failure of the service", () => {
    expect([...inWorkers.problems, ...onLoop.problems]).toEqual([]);
  });
});

test("a plan that takes too long is ended, and blocks nothing meanwhile", async () => {
  const s = await harness({ limits: { rate: many, unauthenticated: many }, workers }, undefined, {
    checker: (await workerChecker(workers, { templates, limits: serviceLimits, timeout: 1 }))!,
  });
  await declare(s, {});
  await s.engine.update([{ identifiers: { email: "a@example.com" }, fields: { x: 1 } }]);
  const where = `or ${"(and 1 0) ".repeat(5_000)}`;
  const order: string[] = [];
  const plan = s.request("POST", "/v1/plan", { definitions: audience(where) }).then((answer) => {
    order.push("plan");
    return answer;
  });
  await s.request("GET", "/v1/triggers").then(() => order.push("list"));
  const { status, body } = await plan;
  expect(order).toEqual(["list", "plan"]);
  expect([status, body.detail]).toEqual([422, expect.stringContaining("it took more than 1 ms and was ended")]);
  await s.close();
});
