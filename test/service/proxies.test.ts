import { afterEach, expect, test } from "vitest";
import { type Stage, stage } from "./stage.ts";

let on: Stage;
afterEach(() => on.service.close());

const advice =
  "name the addresses of your proxies in serve.trustedProxies, so that their X-Forwarded-For is believed and callers without a key are each limited by their own address";

async function staged(trustedProxies?: readonly string[]) {
  const warned: { readonly about: object; readonly message: string }[] = [];
  const log = {
    info() {},
    warn: (about: object, message: string) => warned.push({ about, message }),
    error() {},
  };
  on = await stage({ log, trustedProxies, limits: { unauthenticated: { count: 2, per: 60_000 } } });
  const ask = async (remoteAddress: string, headers: Record<string, string> = {}) =>
    (await on.service.app.inject({ url: "/v1/deliveries", remoteAddress, headers })).statusCode;
  return { warned, ask };
}

test("a proxy that is not declared is warned of when it is seen, once", async () => {
  const { warned, ask } = await staged();
  expect(await ask("10.0.0.2")).toBe(401);
  expect(warned).toEqual([]);
  for (const address of ["10.0.0.3", "127.0.0.1", "10.0.0.3"])
    await ask(address, { "x-forwarded-for": "198.51.100.7" });
  await ask("::1", { forwarded: "for=198.51.100.7" });
  expect(warned).toEqual([
    {
      about: { address: "10.0.0.3", trustedProxies: undefined },
      message: `the header X-Forwarded-For of a request from 10.0.0.3 was ignored: ${advice}`,
    },
  ]);
});

test("a header that anybody sends is no proxy for sure, and does not hide one", async () => {
  const { warned, ask } = await staged(["10.0.0.0/8"]);
  for (const address of ["198.51.100.7", "198.51.100.8"]) await ask(address, { "x-forwarded-for": "203.0.113.1" });
  await ask("198.51.100.9", { forwarded: "for=203.0.113.1" });
  await ask("::ffff:192.168.0.1", { forwarded: "for=203.0.113.1" });
  expect(warned).toEqual([
    {
      about: { trustedProxies: ["10.0.0.0/8"] },
      message: `the header X-Forwarded-For of a request was ignored; if a proxy of yours sent it: ${advice}`,
    },
    {
      about: { address: "::ffff:192.168.0.1", trustedProxies: ["10.0.0.0/8"] },
      message: `the header Forwarded of a request from ::ffff:192.168.0.1 was ignored: ${advice}`,
    },
  ]);
});

test("one that is declared is believed: strangers behind it are limited each by their own address", async () => {
  const { warned, ask } = await staged(["10.0.0.2"]);
  const statuses: number[] = [];
  for (const client of ["198.51.100.1", "198.51.100.1", "198.51.100.1", "198.51.100.2"]) {
    statuses.push(await ask("10.0.0.2", { "x-forwarded-for": client }));
  }
  expect(statuses).toEqual([401, 401, 429, 401]);
  expect(warned).toEqual([]);
});

test("strangers that all come from a private address are limited as one, which is warned of, once", async () => {
  const { warned, ask } = await staged();
  const statuses: number[] = [];
  for (let i = 0; i < 4; i++) statuses.push(await ask("172.16.0.9"));
  expect(statuses).toEqual([401, 401, 429, 429]);
  expect(warned).toEqual([
    {
      about: { address: "172.16.0.9", trustedProxies: undefined },
      message: `all requests without a key that come from 172.16.0.9 are limited as one; if it is a proxy: ${advice}`,
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
    const { warned } = await staged(trustedProxies);
    await on.service.listen({ port: 0 });
    const message = `127.0.0.1 can only be reached from this machine; if a proxy on it forwards requests: ${advice}; write [] if there is none`;
    expect(warned).toEqual(Array.from({ length: count }, () => ({ about: { address: "127.0.0.1" }, message })));
  },
);
