import { afterEach, expect, test } from "vitest";
import { type Harness, harness } from "./harness.ts";

let on: Harness;
afterEach(() => on.service.close());

const advice =
  "list the addresses of your proxies in serve.trustedProxies, so that their X-Forwarded-For is trusted and callers without a key are each limited by their own address";

async function open(trustedProxies?: readonly string[]) {
  const warned: { readonly about: object; readonly message: string }[] = [];
  const log = {
    info() {},
    warn: (about: object, message: string) => warned.push({ about, message }),
    error() {},
  };
  on = await harness({ log, trustedProxies, limits: { unauthenticated: { count: 2, per: 60_000 } } });
  const request = async (remoteAddress: string, headers: Record<string, string> = {}) =>
    (await on.service.app.inject({ url: "/v1/deliveries", remoteAddress, headers })).statusCode;
  return { warned, request };
}

test("an undeclared proxy is warned of once, when it is seen", async () => {
  const { warned, request } = await open();
  expect(await request("10.0.0.2")).toBe(401);
  expect(warned).toEqual([]);
  for (const address of ["10.0.0.3", "127.0.0.1", "10.0.0.3"])
    await request(address, { "x-forwarded-for": "198.51.100.7" });
  await request("::1", { forwarded: "for=198.51.100.7" });
  expect(warned).toEqual([
    {
      about: { address: "10.0.0.3", trustedProxies: undefined },
      message: `ignored the header X-Forwarded-For of a request from 10.0.0.3: ${advice}`,
    },
  ]);
});

test("a header that anybody can send proves no proxy, and hides none", async () => {
  const { warned, request } = await open(["10.0.0.0/8"]);
  for (const address of ["198.51.100.7", "198.51.100.8"]) await request(address, { "x-forwarded-for": "203.0.113.1" });
  await request("198.51.100.9", { forwarded: "for=203.0.113.1" });
  await request("::ffff:192.168.0.1", { forwarded: "for=203.0.113.1" });
  expect(warned).toEqual([
    {
      about: { trustedProxies: ["10.0.0.0/8"] },
      message: `ignored the header X-Forwarded-For of a request; if one of your proxies sent it: ${advice}`,
    },
    {
      about: { address: "::ffff:192.168.0.1", trustedProxies: ["10.0.0.0/8"] },
      message: `ignored the header Forwarded of a request from ::ffff:192.168.0.1: ${advice}`,
    },
  ]);
});

test("a declared one is trusted: unauthenticated callers behind it are limited each by their own address", async () => {
  const { warned, request } = await open(["10.0.0.2"]);
  const statuses: number[] = [];
  for (const client of ["198.51.100.1", "198.51.100.1", "198.51.100.1", "198.51.100.2"]) {
    statuses.push(await request("10.0.0.2", { "x-forwarded-for": client }));
  }
  expect(statuses).toEqual([401, 401, 429, 401]);
  expect(warned).toEqual([]);
});

test("unauthenticated callers from one private address share a limit, which is warned of once", async () => {
  const { warned, request } = await open();
  const statuses: number[] = [];
  for (let i = 0; i < 4; i++) statuses.push(await request("172.16.0.9"));
  expect(statuses).toEqual([401, 401, 429, 429]);
  expect(warned).toEqual([
    {
      about: { address: "172.16.0.9", trustedProxies: undefined },
      message: `all requests without a key from 172.16.0.9 share one rate limit; if it is a proxy: ${advice}`,
    },
  ]);
});

test.each([
  [undefined, 1],
  [[], 0],
  [["loopback"], 0],
])(
  "at the start of a service on a loopback address, with trustedProxies %j: %d warnings",
  async (trustedProxies, count) => {
    const { warned } = await open(trustedProxies);
    await on.service.listen({ port: 0 });
    const message = `127.0.0.1 can be reached from this machine only; if a proxy on it forwards requests: ${advice}; if there is none, write []`;
    expect(warned).toEqual(Array.from({ length: count }, () => ({ about: { address: "127.0.0.1" }, message })));
  },
);
