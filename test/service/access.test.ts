import { afterAll, describe, expect, test } from "vitest";
import { createKey, listKeys, revokeKey } from "../../src/service/index.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { declare, harness, type Method, noon, program, type Who } from "./harness.ts";

const many = { count: 1_000_000, per: 60_000 };
const s = await harness({ limits: { rate: many, unauthenticated: many } });
const routes: { readonly method: Method; readonly url: string }[] = [];
s.service.app.addHook("onRoute", ({ method, url }) => {
  for (const one of [method].flat()) routes.push({ method: one as Method, url });
});
await declare(s, program);
await s.service.app.ready();
afterAll(() => s.close());

/** Without a key. */
const open = (url: string): boolean => url === "/healthz" || url === "/openapi.json" || url.startsWith("/docs");

/** POSTs that change nothing. */
const looks = ["/v1/plan", "/v1/previews", "/v1/lint", "/v1/triggers/:name/estimate"];

function scopeOf(method: Method, url: string): "collect" | "read" | "write" {
  if (url.startsWith("/v1/collect/")) return "collect";
  return method === "GET" || method === "HEAD" || looks.includes(url) ? "read" : "write";
}

/** Lists the scopes that each caller has. */
const opened: Record<Who, readonly string[]> = {
  collect: ["collect"],
  read: ["read"],
  write: ["read", "write"],
  all: ["collect", "read", "write"],
  revoked: [],
  unknown: [],
  nobody: [],
};
const strangers: readonly Who[] = ["revoked", "unknown", "nobody"];

describe("every route, with every scope and without", () => {
  test("there are routes", () => {
    expect(routes.length).toBeGreaterThan(60);
    expect(routes.filter(({ url }) => !open(url) && !url.startsWith("/v1/")).map(({ url }) => url)).toEqual([
      "/metrics",
      "/metrics",
    ]);
  });

  test.each(routes.filter(({ url }) => !open(url)))("$method $url", async ({ method, url }) => {
    const path = url.replaceAll(/:\w+/g, "x");
    const scope = scopeOf(method, url);
    for (const who of Object.keys(opened) as Who[]) {
      const body = method === "POST" || method === "PUT" ? {} : undefined;
      const { status, headers, body: problem } = await s.request(method, path, body, { who });
      const expected = strangers.includes(who) ? [401] : opened[who].includes(scope) ? undefined : [403];
      if (expected !== undefined) expect([who, status]).toEqual([who, ...expected]);
      else expect([who, [401, 403].includes(status)]).toEqual([who, false]);
      expect(status).toBeLessThan(500);
      if (status === 401) expect(headers["www-authenticate"]).toBe('Bearer realm="tocsin"');
      if (status >= 400 && method !== "HEAD") expect(problem).toMatchObject({ status, type: expect.any(String) });
    }
  });

  test.each(routes.filter(({ url, method }) => open(url) && method === "GET"))(
    "$method $url is open",
    async ({ url }) => {
      const { status } = await s.request("GET", url.replace("*", "index.html"), undefined, { who: "nobody" });
      expect([200, 302, 404]).toContain(status);
    },
  );

  test("the document says the same", async () => {
    const { body } = await s.request("GET", "/openapi.json", undefined, { who: "nobody" });
    const said = Object.entries<Record<string, { security: unknown }>>(body.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { security }]) => {
        const url = path.replaceAll(/\{(\w+)\}/g, ":$1");
        return { method: method.toUpperCase(), url, security };
      }),
    );
    const own = routes.filter(
      ({ method, url }) => method !== "HEAD" && !url.startsWith("/docs") && url !== "/openapi.json",
    );
    expect(said.map(({ method, url }) => `${method} ${url}`).sort()).toEqual(
      own.map((one) => `${one.method} ${one.url}`).sort(),
    );
    for (const { method, url, security } of said) {
      const scope = scopeOf(method as Method, url);
      const expected = open(url) ? [] : [{ key: [scope] }, ...(scope === "collect" ? [{}] : [])];
      expect([url, security]).toEqual([url, expected]);
    }
  });
});

describe("an invalid key", () => {
  test.each([
    "",
    "Bearer",
    "Bearer ",
    "Basic YTpi",
    "tocsin_x",
    "Bearer tocsin_",
    "Bearer other_secret",
    `Bearer tocsin_${"a".repeat(5000)}`,
  ])("%#", async (authorization) => {
    const { status, body } = await s.request("GET", "/v1/runs", undefined, {
      who: "nobody",
      headers: { authorization },
    });
    expect(status).toBe(401);
    expect(body.detail).toContain("Authorization: Bearer tocsin_");
  });
});

describe("keys", () => {
  test("are created, listed without their hashes, and revoked", async () => {
    const { keys } = memoryStore();
    const { key, secret } = await createKey(keys, { name: "shop", scopes: ["read", "collect"] }, noon);
    expect(secret).toMatch(/^tocsin_[\w-]{43}$/);
    expect(key).toMatchObject({ name: "shop", scopes: ["collect", "read"], createdAt: noon });
    expect(JSON.stringify(key)).not.toContain(secret.slice(7));
    expect(await listKeys(keys)).toEqual([{ id: key.id, name: "shop", scopes: ["collect", "read"], createdAt: noon }]);
    expect(await revokeKey(keys, key.id, noon + 1)).toBe(true);
    expect(await revokeKey(keys, key.id, noon + 2)).toBe(false);
    expect(await revokeKey(keys, "key_x", noon)).toBe(false);
    expect((await listKeys(keys))[0]).toMatchObject({ revokedAt: noon + 1 });
  });

  test("need a name and existing scopes", async () => {
    const { keys } = memoryStore();
    await expect(createKey(keys, { name: " ", scopes: ["read"] }, noon)).rejects.toThrow("name: expected text");
    await expect(createKey(keys, { name: "x", scopes: [] }, noon)).rejects.toThrow("scopes: expected at least one of");
    await expect(createKey(keys, { name: "x", scopes: ["admin" as "read"] }, noon)).rejects.toThrow(
      "there is no admin",
    );
  });
});

describe("rates", () => {
  test("of a key", async () => {
    const t = await harness({ limits: { rate: { count: 3, per: 60_000 } } });
    for (let i = 0; i < 3; i++) expect((await t.request("GET", "/v1/runs")).status).toBe(200);
    const { status, headers, body } = await t.request("GET", "/v1/runs");
    expect([status, body.type]).toEqual([429, "urn:tocsin:problem:too-many-requests"]);
    expect(Number(headers["retry-after"])).toBeGreaterThan(0);
    expect((await t.request("GET", "/v1/runs", undefined, { who: "read" })).status).toBe(200);
    await t.close();
  });

  test("of an address without a valid key", async () => {
    const t = await harness({ limits: { unauthenticated: { count: 3, per: 60_000 } } });
    for (const who of ["nobody", "unknown", "revoked"] as const) {
      expect((await t.request("GET", "/v1/runs", undefined, { who })).status).toBe(401);
    }
    expect((await t.request("GET", "/v1/runs", undefined, { who: "unknown" })).status).toBe(429);
    expect((await t.request("POST", "/v1/collect/shop", {}, { who: "nobody" })).status).toBe(429);
    expect((await t.request("GET", "/v1/runs")).status).toBe(200);
    await t.close();
  });
});
