import { afterAll, describe, expect, test } from "vitest";
import { alerting, define, sprig } from "../../src/functions/index.ts";
import { createWorkerPool } from "../../src/service/index.ts";
import { type Harness, harness } from "./harness.ts";

const many = { count: 1_000_000, per: 60_000 };
const limits = { rate: many, unauthenticated: many };
const harnesses: Harness[] = [];
async function staged(...options: Parameters<typeof harness>): Promise<Harness> {
  const one = await harness(...options);
  harnesses.push(one);
  return one;
}
afterAll(() => Promise.all(harnesses.map((one) => one.close())));

const preview = (s: Harness, template: object, profile: unknown = {}) =>
  s.request("POST", "/v1/previews", { template, profile });
const title = (text: string) => ({ title: text });

describe("responses are the same with workers and without", async () => {
  const [inWorkers, onLoop] = await Promise.all([
    staged({ limits }),
    staged({ limits: { ...limits, workers: { size: 0 } } }),
  ]);
  const nested = "{{ range until 1000 }}{{ range until 1000 }}x{{ end }}{{ end }}";
  test.each<[string, string, string, object]>([
    ["an alert", "/v1/previews", "Ada", { template: title("Hey {{ .name }}"), profile: { name: "Ada" } }],
    ["all parts", "/v1/previews", "&lt;", { template: { title: "a", html: "<b>{{ .x }}</b>" }, profile: { x: "<" } }],
    ["aborted", "/v1/previews", "aborted", { template: title('{{ abort "no" }}') }],
    ["the clock", "/v1/previews", "2026-03-02 12:00", { template: title('{{ now | date "2006-01-02 15:04" }}') }],
    ["a parse error", "/v1/previews", '"phase":"parse"', { template: title("a\n{{ .x") }],
    ["a failure", "/v1/previews", '"phase":"exec"', { template: title("{{ .a.b.c }}"), profile: { a: 1 } }],
    ["a failure in a function", "/v1/previews", "error calling", { template: title('{{ fail "x" }}') }],
    [
      "escaping",
      "/v1/previews",
      '"phase":"escape"',
      { template: { title: "", html: '<a href="{{ if .x }}"{{ end }}>' } },
    ],
    ["steps", "/v1/previews", "maximum number of steps (50000)", { template: title(nested) }],
    ["output", "/v1/previews", "maximum output (1048576 bytes)", { template: title('{{ repeat 2000000 "x" }}') }],
    ["findings", "/v1/lint", '"rule":', { template: { title: "{{ .nme }}{{ if }}" }, samples: [{ name: "Ada" }] }],
    ["a rule", "/v1/lint", "there is no rule", { template: "", rules: { nonsense: "off" } }],
    ["a schema", "/v1/lint", "points to nothing", { template: "{{ .a }}", schema: { $ref: "#/x" } }],
  ])("%s", async (_, url, words, body) => {
    const [one, other] = await Promise.all([inWorkers, onLoop].map((s) => s.request("POST", url, body)));
    expect([one!.status, one!.text, one!.type]).toEqual([other!.status, other!.text, other!.type]);
    expect(one!.text).toContain(words);
    expect(one!.status).toBeLessThan(500);
  });

  test("none of it was logged as a failure of the service", () => {
    expect([...inWorkers.problems, ...onLoop.problems]).toEqual([]);
  });
});

describe("work that would block the service", async () => {
  const s = await staged({ limits });
  const bombs: readonly (readonly [string, string, object])[] = [
    ["nested ranges", "/v1/previews", { template: title("{{ range until 9999 }}".repeat(4) + "{{ end }}".repeat(4)) }],
    [
      "a text of 30 MB",
      "/v1/previews",
      {
        template: title("{{ $x := repeat 900000 .a }}{{ range until 99 }}{{ $x = print $x $x }}{{ end }}{{ len $x }}"),
        profile: { a: "abc" },
      },
    ],
    [
      "long conditions",
      "/v1/lint",
      { template: title(`{{ if ${"(and .a ".repeat(400)}1${")".repeat(400)} }}`.repeat(60)) },
    ],
    ["many findings", "/v1/lint", { template: title("{{ nme }}".repeat(5_000)) }],
    ["typographic quotes", "/v1/lint", { template: title("{{ “a” }}".repeat(3_000)) }],
  ];

  test.each(bombs)("%s: others are answered while it goes on", async (_, url, body) => {
    await Promise.all([1, 2].map(() => s.request("POST", "/v1/lint", { template: "{{ .a }}" })));
    const order: string[] = [];
    const bomb = s.request("POST", url, body).then(({ status }) => order.push(`bomb ${status}`));
    await s.request("GET", "/v1/triggers").then(({ status }) => order.push(`others ${status}`));
    await s.request("GET", "/healthz").then(({ status }) => order.push(`health ${status}`));
    await bomb;
    expect(order).toEqual(["others 200", "health 200", expect.stringMatching(/^bomb (200|422)$/)]);
  });
});

describe("a worker that fails", () => {
  const entry = new URL("./bad-worker.ts", import.meta.url);
  async function with_(options: Parameters<typeof createWorkerPool>[0], time = 20_000): Promise<Harness> {
    const workers = createWorkerPool({ size: 1, memory: 64 * 2 ** 20, entry, ...options });
    const s = await staged({ limits: { ...limits, workers: { time } }, workers });
    afterAll(() => workers.close());
    return s;
  }

  test.each([
    ["hoard", 20_000, 422, "it needed more than 64 MiB of memory and was ended"],
    ["spin", 100, 422, "it took more than 100 ms and was ended"],
    ["exit", 20_000, 500, "the log has the cause under"],
  ] as const)("%s: only its request fails", async (what, time, status, detail) => {
    const s = await with_({}, time);
    const bad = await preview(s, title(what));
    expect([bad.status, bad.body.detail]).toEqual([status, expect.stringContaining(detail)]);
    expect(bad.type).toMatch(/^application\/problem\+json/);
    expect((await preview(s, title("good"))).body).toEqual({ alert: { title: "good" } });
    expect(s.problems.length).toBe(status === 500 ? 1 : 0);
  });

  test("too many at a time: 503 with Retry-After", async () => {
    const s = await with_({ queue: 2 });
    const asked = await Promise.all(["pause", "pause", "good", "good"].map((text) => preview(s, title(text))));
    expect(asked.map(({ status }) => status).sort()).toEqual([200, 200, 200, 503]);
    const { headers, body } = asked.find(({ status }) => status === 503)!;
    expect([headers["retry-after"], body.type, body.detail]).toEqual([
      "1",
      "urn:tocsin:problem:unavailable",
      "too many others are waiting; try again later",
    ]);
  });

  test("no worker can be started: 503, and other requests go on", async () => {
    const s = await with_({ entry: new URL("./no-such-worker.ts", import.meta.url) });
    const { status, headers } = await preview(s, title("good"));
    expect([status, headers["retry-after"]]).toEqual([503, "30"]);
    expect((await s.request("GET", "/v1/triggers")).status).toBe(200);
  });
});

test("custom functions run on the event loop, under the same limits", async () => {
  const shout = { shout: define({ params: ["string"] }, (text: string) => `${text.toUpperCase()}!`) };
  const s = await staged({ limits, templates: { functions: [sprig, alerting, shout] } });
  expect((await preview(s, title("{{ shout .a }}"), { a: "hey" })).body).toEqual({ alert: { title: "HEY!" } });
  const { status, body } = await preview(s, title("{{ range until 9999 }}{{ range until 9999 }}{{ end }}{{ end }}"));
  expect([status, body.detail]).toEqual([422, expect.stringContaining("maximum number of steps (50000)")]);
});
