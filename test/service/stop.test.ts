import { Agent, request } from "node:http";
import { expect, test } from "vitest";
import { StoreError } from "../../src/store/index.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { declare, type Harness, harness, program } from "./harness.ts";

/** Holds updates until they are let go. */
function hold({ engine }: Harness) {
  const { update } = engine;
  let letGo = (): void => {};
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const begun = new Promise<void>((resolve) => {
    (engine as { update: unknown }).update = async (...given: Parameters<typeof update>) => {
      resolve();
      await gate;
      return update(...given);
    };
  });
  return { begun, letGo };
}

function put(s: Harness, url: string, agent: Agent): Promise<{ status: number; connection: string | undefined }> {
  const headers = { authorization: `Bearer ${s.secrets.write}`, "content-type": "application/json" };
  return new Promise((resolve, reject) => {
    request(`${url}/v1/profiles`, { method: "PUT", headers, agent }, (answer) => {
      answer.resume().on("end", () => resolve({ status: answer.statusCode!, connection: answer.headers.connection }));
    })
      .on("error", reject)
      .end(JSON.stringify({ identifiers: { email: "ada@example.com" } }));
  });
}

test("close finishes requests in flight, and accepts no more", async () => {
  const s = await harness();
  await declare(s, program);
  const url = await s.service.listen({ port: 0 });
  const agent = new Agent({ keepAlive: true });
  const { begun, letGo } = hold(s);
  const under = put(s, url, agent);
  await begun;
  const closed = s.service.close();
  await expect(put(s, url, new Agent())).rejects.toThrow(/ECONNREFUSED|ECONNRESET/);
  letGo();
  expect(await under).toEqual({ status: 200, connection: "close" });
  await closed;
  expect(await s.store.profiles.count()).toBe(1);
  agent.destroy();
});

test("close does not wait for ever", async () => {
  const s = await harness();
  const url = await s.service.listen({ port: 0 });
  const { begun, letGo } = hold(s);
  const under = put(s, url, new Agent());
  await begun;
  const closed = s.service.close(10);
  await expect(under).rejects.toThrow();
  letGo();
  await closed;
});

test("an internal failure goes to the log, and none of it to the caller", async () => {
  const s = await harness();
  (s.engine as { update: unknown }).update = async () => {
    throw new Error("secret of the house");
  };
  const { status, body, text } = await s.request("PUT", "/v1/profiles", { identifiers: { email: "a@example.com" } });
  expect([status, body.type, text.includes("secret")]).toEqual([500, "urn:tocsin:problem:internal", false]);
  const about = s.problems[0]!.about as { request: string; route: string; err: Error };
  expect([about.route, about.err.message]).toEqual(["/v1/profiles", "secret of the house"]);
  expect(body.detail).toContain(about.request);
  await s.close();
});

test("a full or locked store is reported", async () => {
  const s = await harness();
  (s.engine as { update: unknown }).update = async () => {
    throw new StoreError("full", "tocsin.db: there is no space left on the disk");
  };
  const { status, headers, body } = await s.request("PUT", "/v1/profiles", { identifiers: { email: "a@example.com" } });
  expect([status, headers["retry-after"], body.detail]).toEqual([503, "30", expect.stringContaining("no space left")]);
  await s.close();
});

test("health depends on the store", async () => {
  const store = memoryStore();
  const s = await harness({}, store);
  expect((await s.request("GET", "/healthz", undefined, { who: "nobody" })).body).toEqual({ ok: true });
  await store.close();
  s.now += 250;
  const { status, body } = await s.request("GET", "/healthz", undefined, { who: "nobody" });
  expect([status, body.ok]).toEqual([503, false]);
  await s.service.close();
});

test("health and public metrics are computed once for requests at about the same time", async () => {
  let [looked, counted] = [0, 0];
  const s = await harness({
    publicMetrics: true,
    health: async () => ({ ok: true, looked: ++looked }),
    metrics: { contentType: "text/plain", text: async () => `n ${++counted}` },
  });
  const request = async (url: string) => (await s.request("GET", url, undefined, { who: "nobody" })).text;
  const answers = (url: string) => Promise.all(Array.from({ length: 200 }, () => request(url)));
  expect(new Set([...(await answers("/healthz")), ...(await answers("/metrics"))])).toEqual(
    new Set(['{"ok":true,"looked":1}', "n 1"]),
  );
  s.now += 250;
  expect([await request("/healthz"), await request("/metrics")]).toEqual(['{"ok":true,"looked":2}', "n 2"]);
  await s.close();
});

test("document, page and metrics can be disabled, or public", async () => {
  const s = await harness({ docs: false, publicMetrics: true });
  const status = async (url: string) => (await s.request("GET", url, undefined, { who: "nobody" })).status;
  expect([await status("/docs"), await status("/openapi.json"), await status("/metrics")]).toEqual([404, 404, 200]);
  await s.close();
});
