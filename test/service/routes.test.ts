import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { shownUrl } from "../../src/dispatch/secrets/url.ts";
import { declare, type Harness, harness, program } from "./harness.ts";

let s: Harness;
beforeEach(async () => {
  s = await harness();
  await declare(s, program, { welcome: "active" });
});
afterEach(() => s.close());

const person = (n: number, visits = n) => ({
  identifiers: { email: `p${n}@example.com` },
  fields: { name: `P${n}`, email: `p${n}@example.com`, visits },
});

/** All pages of a list, each of at most `limit`. */
async function all(url: string, limit: number): Promise<unknown[]> {
  const items: unknown[] = [];
  let after = "";
  for (let i = 0; i < 100; i++) {
    const { status, body } = await s.request("GET", `${url}${url.includes("?") ? "&" : "?"}limit=${limit}${after}`);
    expect(status).toBe(200);
    expect(body.items.length).toBeLessThanOrEqual(limit);
    items.push(...body.items);
    if (body.next === undefined) return items;
    after = `&after=${encodeURIComponent(body.next)}`;
  }
  throw new Error("there is no last page");
}

describe("pages", () => {
  beforeEach(async () => {
    const updates = Array.from({ length: 23 }, (_, i) => person(i));
    expect((await s.request("POST", "/v1/profiles", { updates })).status).toBe(200);
    for (let id = 0; id < 7; id++) await s.request("POST", "/v1/collect/shop", { id, email: "p1@example.com" });
  });

  test.each([
    ["/v1/profiles", 23],
    ["/v1/audiences/regulars/members", 19],
    ["/v1/firings", 19],
    ["/v1/firings?state=sent&trigger=welcome", 19],
    ["/v1/firings?state=failed", 0],
    ["/v1/deliveries", 19],
    ["/v1/deliveries?state=pending&channel=crm", 19],
    ["/v1/events", 7],
    ["/v1/events?stream=shop&problems=false", 7],
    ["/v1/events?problems=true", 0],
    ["/v1/runs", 1],
  ])("%s", async (url, count) => {
    for (const limit of [1, 5, 500]) {
      const items = (await all(url, limit)) as Record<string, string>[];
      const ids = items.map((item) => item.id ?? item.profile);
      expect([ids.length, new Set(ids).size]).toEqual([count, count]);
    }
  });

  test("a cursor is valid for its own list and filters only", async () => {
    const { body } = await s.request("GET", "/v1/firings?limit=1");
    for (const url of ["/v1/profiles?", "/v1/firings?state=sent&", "/v1/runs?", "/v1/deliveries?"]) {
      const answer = await s.request("GET", `${url}after=${encodeURIComponent(body.next)}`);
      expect([url, answer.status, answer.body.errors]).toEqual([
        url,
        400,
        [{ path: "/query/after", message: "not a cursor of this list with these filters" }],
      ]);
    }
  });
});

describe("an idempotency key", () => {
  const as = (key: string) => ({ headers: { "idempotency-key": key } });
  const send = { channel: "crm", to: "x", alert: { title: "t" } };

  test("the same request is done once, with the same response", async () => {
    const first = await s.request("POST", "/v1/sends", send, as("k1"));
    const again = await s.request("POST", "/v1/sends", send, as("k1"));
    expect([first.status, again.status, again.text]).toEqual([202, 202, first.text]);
    expect([first.headers["idempotency-replayed"], again.headers["idempotency-replayed"]]).toEqual([undefined, "true"]);
    expect((await s.store.outbox.list()).items).toHaveLength(1);
    expect((await s.request("POST", "/v1/sends", send, as("k2"))).body.id).not.toBe(first.body.id);
  });

  test("another request is refused", async () => {
    await s.request("POST", "/v1/sends", send, as("k1"));
    const { status, body } = await s.request("POST", "/v1/sends", { ...send, to: "y" }, as("k1"));
    expect([status, body.type]).toEqual([422, "urn:tocsin:problem:idempotency-key-reused"]);
    expect((await s.store.outbox.list()).items).toHaveLength(1);
  });

  test("is scoped to the API key and the route", async () => {
    const first = await s.request("POST", "/v1/sends", send, as("k1"));
    const other = await s.request("POST", "/v1/sends", send, { ...as("k1"), who: "write" });
    expect(other.body.id).not.toBe(first.body.id);
    expect((await s.request("PUT", "/v1/profiles", person(1), as("k1"))).status).toBe(200);
  });

  test("counters count once", async () => {
    await declare(s, { profiles: { profiles: { merge: { visits: "sum" } } } });
    for (let i = 0; i < 3; i++) await s.request("PUT", "/v1/profiles", person(1, 2), as("k1"));
    expect((await s.request("GET", "/v1/profiles/by/email/p1@example.com")).body.fields.visits).toBe(2);
  });

  test("a refused request can be corrected", async () => {
    expect((await s.request("POST", "/v1/sends", { ...send, channel: "sms" }, as("k1"))).status).toBe(422);
    expect((await s.request("POST", "/v1/sends", send, as("k1"))).status).toBe(202);
  });

  test("a concurrent second request has to wait", async () => {
    let go = (): void => {};
    const t = await harness();
    const { update } = t.engine;
    const waiting = new Promise<void>((resolve) => {
      (t.engine as { update: unknown }).update = async (...given: Parameters<typeof update>) => {
        resolve();
        await new Promise<void>((resume) => {
          go = resume;
        });
        return update(...given);
      };
    });
    const first = t.request("PUT", "/v1/profiles", person(1), as("k1"));
    await waiting;
    const second = await t.request("PUT", "/v1/profiles", person(1), as("k1"));
    expect([second.status, second.headers["retry-after"]]).toEqual([409, "1"]);
    go();
    expect((await first).status).toBe(200);
    await t.close();
  });

  test.each(["", " ", "é", "x".repeat(201)])("is none: %.20j", async (key) => {
    expect((await s.request("POST", "/v1/sends", send, as(key))).status).toBe(400);
  });

  test("responses are removed after a day", async () => {
    await s.request("POST", "/v1/sends", send, as("k1"));
    s.now += 86_400_001;
    await s.service.listen({ port: 0 });
    await expect.poll(() => s.store.idempotency.prune(s.now, 10)).toBe(0);
  });
});

describe("profiles", () => {
  test("one, many, and invalid ones", async () => {
    const one = await s.request("PUT", "/v1/profiles", person(1));
    expect(one.body).toMatchObject({ changed: ["name", "email", "visits"], refused: [], profile: { version: 1 } });
    const { body } = await s.request("POST", "/v1/profiles", {
      updates: [person(1, 9), { identifiers: { phone: "1" } }, person(2)],
    });
    expect(body.results).toEqual([
      { profile: one.body.profile.id, changed: ["visits"], refused: [] },
      { problem: expect.stringContaining("no identifier") },
      { profile: expect.any(String), changed: ["name", "email", "visits"], refused: [] },
    ]);
    const refused = await s.request("PUT", "/v1/profiles", { identifiers: {} });
    expect([refused.status, refused.body.type]).toEqual([422, "urn:tocsin:problem:unprocessable"]);
    const updates = Array.from({ length: 1_001 }, () => person(1));
    expect((await s.request("POST", "/v1/profiles", { updates })).status).toBe(400);
    expect((await s.request("POST", "/v1/profiles", { updates: [] })).status).toBe(400);
  });

  test("are found by a normalized identifier", async () => {
    const { body } = await s.request("PUT", "/v1/profiles", person(1));
    const found = await s.request("GET", `/v1/profiles/by/email/${encodeURIComponent(" P1@Example.COM ")}`);
    expect(found.body).toEqual(body.profile);
    expect((await s.request("GET", `/v1/profiles/${body.profile.id}`)).body).toEqual(body.profile);
    expect((await s.request("GET", "/v1/profiles/by/email/nobody@example.com")).status).toBe(404);
    expect((await s.request("GET", "/v1/profiles/by/phone/1")).status).toBe(422);
    const { body: audiences } = await s.request("GET", `/v1/profiles/${body.profile.id}/audiences`);
    expect(audiences).toEqual({ items: [] });
  });

  test("are forgotten, with the content of their deliveries", async () => {
    const again = () => s.request("PUT", "/v1/profiles", person(9), { headers: { "idempotency-key": "nine" } });
    const { body } = await again();
    const { id } = body.profile;
    expect((await again()).headers["idempotency-replayed"]).toBe("true");
    expect((await s.request("DELETE", `/v1/profiles/${id}`)).body).toEqual({ erased: 1, inFlight: [] });
    expect((await s.request("DELETE", `/v1/profiles/${id}`)).status).toBe(404);
    expect((await s.request("GET", `/v1/profiles/${id}`)).status).toBe(404);
    const { body: deliveries } = await s.request("GET", "/v1/deliveries");
    const { text } = await s.request("GET", `/v1/deliveries/${deliveries.items[0].id}`);
    expect(text).not.toContain("P9");
    expect((await again()).body.profile.id).not.toBe(id);
  });
});

describe("audiences, triggers and runs", () => {
  test("members", async () => {
    await s.request("POST", "/v1/profiles", { updates: [person(1), person(5), person(7)] });
    const { body } = await s.request("GET", "/v1/audiences/regulars");
    expect(body).toMatchObject({ name: "regulars", members: 2, definition: { where: "gt .visits 3" } });
    const { body: sample } = await s.request("GET", "/v1/audiences/regulars/sample?count=1");
    expect(sample.items).toEqual([{ since: s.now, profile: expect.objectContaining({ version: 1 }) }]);
    for (const path of ["", "/members", "/sample"]) {
      expect((await s.request("GET", `/v1/audiences/none${path}`)).status).toBe(404);
    }
  });

  test("a trigger is paused, a backfill estimated, started, paused and cancelled", async () => {
    await s.request("POST", "/v1/triggers/welcome/pause");
    await s.request("PUT", "/v1/profiles", person(5));
    expect((await s.request("GET", "/v1/deliveries")).body.items).toEqual([]);
    const conflict = await s.request("POST", "/v1/triggers/welcome/backfill", {});
    expect([conflict.status, conflict.body.type]).toEqual([409, "urn:tocsin:problem:conflict"]);
    expect((await s.request("POST", "/v1/triggers/welcome/activate")).body.state).toBe("active");
    const { body: estimate } = await s.request("POST", "/v1/triggers/welcome/estimate", { limit: 10 });
    expect(estimate).toMatchObject({ members: 1, sent: 1 });
    const { status, body: run } = await s.request("POST", "/v1/triggers/welcome/backfill", { limit: 10 });
    expect([status, run.state, run.limit]).toEqual([201, "running", 10]);
    expect((await s.request("POST", `/v1/runs/${run.id}/pause`)).body.state).toBe("paused");
    expect((await s.request("GET", "/v1/runs?state=paused")).body.items).toHaveLength(1);
    expect((await s.request("POST", `/v1/runs/${run.id}/resume`)).body.state).toBe("running");
    expect((await s.request("POST", `/v1/runs/${run.id}/cancel`)).body.state).toBe("cancelled");
    expect((await s.request("POST", `/v1/runs/${run.id}/resume`)).status).toBe(409);
    expect((await s.request("GET", `/v1/runs/${run.id}`)).body.state).toBe("cancelled");
    for (const path of ["triggers/none/activate", "runs/none/pause"]) {
      expect([path, (await s.request("POST", `/v1/${path}`)).status]).toEqual([path, 404]);
    }
  });

  test("a trigger that fails says why", async () => {
    const failing = { ...program.trigger.welcome, alert: { title: "{{ index .name 99 }}" } };
    await declare(s, { trigger: { failing } }, { failing: "active" });
    const { body } = await s.request("PUT", "/v1/profiles", person(5));
    const { body: found } = await s.request("GET", "/v1/triggers/failing");
    expect(found).toMatchObject({ name: "failing", state: "active" });
    const reason = expect.stringContaining("index out of range: 99");
    const id = expect.stringMatching(/^fir_/);
    expect(found.failures).toEqual([{ id, profile: body.profile.id, at: s.now, reason }]);
    expect((await s.request("GET", "/v1/triggers/welcome")).body.failures).toEqual([]);
  });

  test("a re-evaluation may wait, but is not left half done", async () => {
    await s.engine.apply({ origin: "api", definitions: { audience: { regulars: { where: "gt .visits 4" } } } });
    const { items } = (await s.request("GET", "/v1/runs?state=running")).body;
    const { status, body } = await s.request("POST", `/v1/runs/${items[0].id}/cancel`);
    const why =
      "is a re-evaluation, which cannot be cancelled: memberships would not be what the audience says; pause it";
    expect([status, body.detail]).toEqual([409, `${items[0].id} ${why}`]);
    expect((await s.request("POST", `/v1/runs/${items[0].id}/pause`)).body.state).toBe("paused");
  });

  test("why somebody was alerted", async () => {
    const { body } = await s.request("PUT", "/v1/profiles", person(5));
    const { body: why } = await s.request("GET", `/v1/explain?profile=${body.profile.id}&trigger=welcome`);
    expect(why).toMatchObject({ answer: expect.any(String), deliveries: [{ id: expect.stringMatching(/^msg_/) }] });
    expect((await s.request("GET", `/v1/explain?profile=${body.profile.id}&trigger=none`)).status).toBe(404);
    const { body: firings } = await s.request("GET", "/v1/firings");
    expect((await s.request("GET", `/v1/firings/${firings.items[0].id}`)).body).toEqual(firings.items[0]);
    expect((await s.request("GET", "/v1/firings/none")).status).toBe(404);
  });
});

describe("definitions", () => {
  const hmac = (more: object) => ({
    streams: { a: { verify: { hmac: { secrets: ["x"], header: "x-sig", ...more } } } },
  });
  const wanted = { definitions: { audiences: { regulars: { where: "gt .visits 100" } } } };

  test("are planned, then applied", async () => {
    await s.request("PUT", "/v1/profiles", person(5));
    const { body: plan } = await s.request("POST", "/v1/plan", wanted);
    expect(plan.steps).toMatchObject([{ kind: "audience", action: "change", members: { leave: 1, enter: 0, now: 1 } }]);
    expect((await s.request("GET", "/v1/audiences/regulars")).body.definition.where).toBe("gt .visits 3");
    expect((await s.request("POST", "/v1/apply", wanted)).status).toBe(200);
    expect((await s.request("GET", "/v1/definitions?kind=audience")).body.items).toMatchObject([
      { name: "regulars", body: { where: "gt .visits 100" }, origin: "api" },
    ]);
  });

  test("mistakes are reported with their place", async () => {
    const bad = (definitions: unknown) => s.request("POST", "/v1/apply", { definitions });
    const shape = await bad({ audiences: { regulars: { when: "x" } } });
    expect([shape.status, shape.body.errors[0].path]).toEqual([400, "/body/definitions/audiences/regulars/where"]);
    const condition = await bad({ audiences: { regulars: { where: "gt .visits (" } } });
    expect([condition.status, condition.body.errors[0].path]).toEqual([
      422,
      "/body/definitions/audiences/regulars/where",
    ]);
    const names = await bad({ triggers: { t: { ...program.trigger.welcome, on: { enter: "nowhere" } } } });
    expect([names.status, names.body.detail]).toEqual([422, expect.stringContaining("nowhere")]);
    expect((await bad({ audiences: { "No Name": { where: ".x" } } })).status).toBe(400);
    const settings = await bad({ profiles: { identifiers: {} } });
    expect([settings.status, settings.body.errors[0].path]).toEqual([422, "/body/definitions/profiles/identifiers"]);
  });

  test.each([
    [
      "streams/a/verify/standard/0",
      { streams: { a: { verify: { standard: ["hush"] } } } },
      "tocsin keys webhook makes one",
    ],
    ["streams/a/verify", { streams: { a: { verify: { hush: 1 } } } }, "a signature is of standard: [KEY], or hmac:"],
    [
      "streams/a/verify/hmac/header",
      { streams: { a: { verify: { hmac: { secrets: ["x"], header: "x sig" } } } } },
      "header",
    ],
    ["streams/a/verify/hmac/signed", hmac({ signed: "v0:{timestamp}", timestamp: "x-time" }), "{body} has to be in"],
    ["streams/a/verify/hmac/signed", hmac({ signed: "{body}", timestamp: "x-time" }), "the timestamp has to be in"],
    ["streams/a/verify/hmac/signed", hmac({ signed: "{timestamp}.{body}" }), "in which header it comes"],
    [
      "streams/a/verify/tolerance",
      { streams: { a: { verify: { ...hmac({}).streams.a.verify, tolerance: "2d" } } } },
      "at most 1d",
    ],
    ["streams/a/fields/n/as", { streams: { a: { fields: { n: { template: "1" } } } } }, "expected one of"],
    [
      "triggers/t/dedupe/within",
      { triggers: { t: { ...program.trigger.welcome, dedupe: { key: "x" } } } },
      "a duration is a number with its unit",
    ],
  ])("of several forms the intended one is reported: %s", async (path, definitions, message) => {
    const { status, body, text } = await s.request("POST", "/v1/plan", { definitions });
    const found = { path: `/body/definitions/${path}`, message: expect.stringContaining(message) };
    expect([status, body.errors]).toEqual([400, [found]]);
    expect(text).not.toContain('"hush"');
  });

  test("secrets go in and never come out", async () => {
    const verify = [
      { standard: ["whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"] },
      { hmac: { secrets: ["hush"], header: "x-sig" } },
    ];
    const streams = { a: { verify: verify[0] }, b: { verify: verify[1] } };
    expect((await s.request("POST", "/v1/apply", { definitions: { streams } })).status).toBe(200);
    const { items } = (await s.request("GET", "/v1/definitions?kind=stream")).body;
    for (const name of ["a", "b"]) {
      const { body } = items.find((one: { name: string }) => one.name === name);
      const { status } = await s.request("POST", "/v1/apply", { definitions: { streams: { [name]: body } } });
      expect([name, status]).toEqual([name, 400]);
    }
    const seen = [
      await s.request("GET", "/v1/definitions"),
      await s.request("POST", "/v1/plan", { definitions: { streams: { a: null, b: { description: "b" } } } }),
      await s.request("POST", "/v1/apply", { definitions: { streams: { a: null, b: null } } }),
    ];
    for (const { status, text } of seen) {
      expect([status, text.includes("whsec_c2"), text.includes("hush"), text.includes('"…"')]).toEqual([
        200,
        false,
        false,
        true,
      ]);
    }
  });
});

describe("sends, deliveries, templates", () => {
  const template = { title: "Hey {{ .name }}", html: "<b>{{ .name }}</b>" };

  test("an alert, or a template with a profile or its id", async () => {
    const { body } = await s.request("PUT", "/v1/profiles", person(1));
    const asked = [
      { channel: "crm", to: "a", alert: { title: "t" } },
      { channel: "crm", to: "a", template, profile: { name: "<Ada>" } },
      { channel: "crm", to: "a", template, profile: body.profile.id, priority: "high", keepSource: true },
      { channel: "crm", to: "a", template: { title: '{{ abort "no" }}' }, profile: {} },
    ];
    const sent = [];
    for (const one of asked) sent.push(await s.request("POST", "/v1/sends", one));
    expect(sent.map(({ status, body: { state } }) => [status, state])).toEqual([
      [202, "pending"],
      [202, "pending"],
      [202, "pending"],
      [202, "aborted"],
    ]);
    const alerts = await Promise.all(
      sent.map(async (one) => (await s.request("GET", `/v1/deliveries/${one.body.id}`)).body.alert),
    );
    expect(alerts).toEqual([
      { title: "t" },
      { title: "Hey <Ada>", html: "<b>&lt;Ada&gt;</b>" },
      { title: "Hey P1", html: "<b>P1</b>" },
      undefined,
    ]);
  });

  test.each([
    [{ channel: "sms", alert: { title: "t" } }, 422],
    [{ channel: "crm", alert: { title: "t" }, template, profile: {} }, 400],
    [{ channel: "crm", template }, 400],
    [{ channel: "crm", template, profile: "prf_none" }, 404],
    [{ channel: "crm", template: { title: "{{ .x" }, profile: {} }, 422],
    [{ channel: "crm", template: { title: "{{ index .x 1 }}" }, profile: { x: 1 } }, 422],
    [{ channel: "crm", alert: {} }, 400],
  ])("%j", async (body, status) => {
    expect((await s.request("POST", "/v1/sends", body)).status).toBe(status);
    expect((await s.store.outbox.list()).items).toEqual([]);
  });

  test.each([
    [{}, "/body", "expected either alert, or template and profile"],
    [{ alert: {} }, "/body/alert/title", "missing: expected text"],
    [{ template: { title: "x" } }, "/body/profile", "expected an object"],
    [{ template: { title: "x" }, profile: 1 }, "/body/profile", "expected an object"],
  ])("what is missing is reported: %j", async (more, path, message) => {
    const { status, body } = await s.request("POST", "/v1/sends", { channel: "crm", ...more });
    expect([status, body.errors]).toEqual([400, [{ path, message }]]);
  });

  test("a delivery is cancelled, and replayed", async () => {
    const { body } = await s.request("POST", "/v1/sends", {
      channel: "crm",
      to: "a",
      template,
      profile: { name: "Ada" },
      keepSource: true,
    });
    const url = `/v1/deliveries/${body.id}`;
    expect((await s.request("POST", `${url}/replay`, {})).status).toBe(409);
    expect((await s.request("POST", `${url}/cancel`, { reason: "a mistake" })).body).toMatchObject({
      state: "cancelled",
      reason: "a mistake",
    });
    expect((await s.request("POST", `${url}/cancel`, {})).status).toBe(409);
    expect((await s.request("POST", `${url}/replay`, { as: "rendered", dryRun: true })).body.differences).toEqual([]);
    expect((await s.request("POST", `${url}/replay`, {})).body).toEqual({ id: body.id, differences: [] });
    expect((await s.request("GET", url)).body.state).toBe("pending");
    expect((await s.request("POST", "/v1/deliveries/msg_none/replay", {})).status).toBe(404);
    await s.request("POST", `${url}/cancel`, {});
    await s.store.outbox.erase([body.id]);
    expect((await s.request("GET", url)).body).toMatchObject({ destination: "erased", erased: true, journal: [] });
    for (const as of ["sent", "rendered"]) {
      const { status, body: problem } = await s.request("POST", `${url}/replay`, { as });
      expect([status, problem.detail]).toEqual([409, `delivery ${body.id} was erased: its content is gone`]);
    }
  });

  test("a preview", async () => {
    const good = await s.request("POST", "/v1/previews", { template, profile: { name: "Ada" } });
    expect(good.body).toEqual({ alert: { title: "Hey Ada", html: "<b>Ada</b>" } });
    const none = await s.request("POST", "/v1/previews", { template: { title: '{{ abort "no address" }}' } });
    expect(none.body).toEqual({ aborted: "no address" });
    const bad = await s.request("POST", "/v1/previews", { template: { title: "x", body: "a\nb {{ nofunc .x }}" } });
    expect([bad.status, bad.body]).toEqual([
      422,
      {
        type: "urn:tocsin:problem:template-error",
        title: "Template error",
        status: 422,
        detail: 'template: body:2: function "nofunc" not defined',
        line: 2,
        column: 6,
        part: "body",
        phase: "parse",
        excerpt: expect.stringContaining("^"),
      },
    ]);
  });

  test("lint", async () => {
    const { body } = await s.request("POST", "/v1/lint", {
      template: { title: "{{ .nam }}" },
      samples: [{ name: "Ada" }],
    });
    expect(body.findings).toMatchObject([{ rule: "unknown-field", part: "title", line: 1 }]);
    expect((await s.request("POST", "/v1/lint", { template: "x", rules: { nothing: "off" } })).status).toBe(422);
  });

  test("channels, without secrets", async () => {
    expect((await s.request("GET", "/v1/channels")).body).toEqual({ items: [{ name: "crm", kind: "fake" }] });
  });
});

describe("destinations that are URLs", () => {
  test("are shown by host and hash in all responses, and found by either", async () => {
    const to = "https://hooks.example/services/T012AB3CD/SECRETTOKEN";
    const send = { channel: "crm", to, alert: { title: "t" } };
    const { id } = (await s.request("POST", "/v1/sends", send)).body;
    const shown = shownUrl(to);
    const answers = [
      await s.request("GET", "/v1/deliveries", undefined, { who: "read" }),
      await s.request("GET", `/v1/deliveries?destination=${encodeURIComponent(to)}`, undefined, { who: "read" }),
      await s.request("GET", `/v1/deliveries?destination=${encodeURIComponent(shown)}`, undefined, { who: "read" }),
    ];
    expect(answers.map(({ body }) => body.items)).toMatchObject([1, 2, 3].map(() => [{ id, destination: shown }]));
    answers.push(await s.request("GET", `/v1/deliveries/${id}`, undefined, { who: "read" }));
    answers.push(await s.request("POST", `/v1/deliveries/${id}/cancel`, {}));
    for (const { status, text } of answers) expect([status, text.includes("SECRETTOKEN")]).toEqual([200, false]);
    expect(answers[4]!.body).toMatchObject({ state: "cancelled", to: shown, destination: shown });
  });
});
