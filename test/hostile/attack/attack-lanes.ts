import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { HostileBody } from "../corpus/bodies.ts";
import { hostileFields, hostileTemplates } from "../corpus/values.ts";
import { type HostileRequest, stranger } from "./requests.ts";

/** Requests without end, one after another; the attacker sends as many lanes side by side as `width` says. */
export interface Lane {
  readonly name: string;
  readonly width: number;
  /** Whether each request comes from another address. */
  readonly strange?: boolean;
  request(n: number): HostileRequest;
}

const json = { "content-type": "application/json" };

/** @param key one that opens everything */
export function lanes(key: string, bodies: readonly HostileBody[]): readonly Lane[] {
  const values = Object.entries(hostileFields);
  const withKey = { authorization: `Bearer ${key}` };
  const post = (path: string, body: unknown): HostileRequest => ({
    method: "POST",
    path,
    headers: { ...json, ...withKey },
    body: JSON.stringify(body),
  });
  const body = (n: number): HostileRequest & { headers: Record<string, string> } => {
    const { body, type, encoding } = bodies[n % bodies.length]!;
    return {
      method: "POST",
      path: "",
      headers: { "content-type": type, ...(encoding !== undefined && { "content-encoding": encoding }) },
      body,
    };
  };
  const template = (n: number) => hostileTemplates[n % hostileTemplates.length]!;
  const streams = ["shop", "signed", "hmac", "nothing", "%2e%2e", "__proto__"];
  return [
    {
      name: "strangers without a signature",
      width: 8,
      strange: true,
      request: (n) => ({ ...body(n), path: `/v1/collect/${streams[n % streams.length]}` }),
    },
    {
      name: "strangers with a wrong signature",
      width: 4,
      strange: true,
      request: (n) => {
        const given = body(n);
        const signature = `v1,${Buffer.alloc(32, n % 256).toString("base64")}`;
        const signed =
          n % 2 === 0
            ? {
                "webhook-id": `m${n}`,
                "webhook-timestamp": `${Math.floor(Date.now() / 1000)}`,
                "webhook-signature": signature,
              }
            : { "x-signature": "00".repeat(32) };
        return {
          ...given,
          headers: { ...given.headers, ...signed },
          path: n % 2 === 0 ? "/v1/collect/signed" : "/v1/collect/hmac",
        };
      },
    },
    {
      name: "strangers elsewhere",
      width: 2,
      strange: true,
      request: (n) => ({
        ...body(n),
        path: ["/v1/previews", "/v1/lint", "/v1/profiles", "/nowhere", "/v1/apply"][n % 5]!,
      }),
    },
    {
      name: "bodies with a key",
      width: 3,
      request: (n) => {
        const given = body(n);
        return { ...given, headers: { ...given.headers, ...withKey }, path: "/v1/collect/shop" };
      },
    },
    {
      name: "events that cost",
      width: 2,
      request: (n) => post("/v1/collect/shop", { user: `e${n % 50}`, value: values[n % values.length]![1] }),
    },
    {
      name: "many events that cost a little",
      width: 1,
      request: (n) => {
        const value = Array.from({ length: 300 }, (_, i) => i);
        return post(
          "/v1/collect/shop",
          Array.from({ length: 500 }, (_, i) => ({ user: `m${(n * 7 + i) % 900}`, value })),
        );
      },
    },
    {
      name: "profiles that cost",
      width: 2,
      request: (n) => ({
        ...post("/v1/profiles", {
          identifiers: { user: `p${n % 50}` },
          fields: { value: values[n % values.length]![1], wild: n },
        }),
        method: "PUT",
      }),
    },
    {
      name: "previews",
      width: 2,
      request: (n) => {
        const { text, profile = {} } = template(n);
        return post("/v1/previews", { template: n % 2 === 0 ? { title: text } : { title: "t", html: text }, profile });
      },
    },
    {
      name: "lint",
      width: 2,
      request: (n) => {
        const { text, profile } = template(n);
        return post("/v1/lint", {
          template: n % 2 === 0 ? text : { title: "t", html: text },
          ...(profile && { samples: [profile] }),
        });
      },
    },
    {
      name: "plans",
      width: 1,
      request: (n) => {
        const { text } = template(n);
        return post("/v1/plan", {
          definitions:
            n % 2 === 0
              ? { audience: { planned: { where: `and .value (contains "x" (printf "%v%d" .value ${n}))` } } }
              : { trigger: { planned: { on: { enter: "vips" }, send: [{ channel: "crm" }], alert: { title: text } } } },
        });
      },
    },
    {
      name: "lists",
      width: 2,
      request: (n) => ({
        path: [
          "/v1/deliveries?state=pending&limit=500",
          `/v1/deliveries?channel=wild&to=http://127.0.0.1:${n}/`,
          "/v1/deliveries?channel=nothing",
          "/v1/deliveries?state=dead&limit=500",
          "/v1/firings?trigger=costly&state=failed&limit=500",
          "/v1/events?stream=shop&limit=500",
          "/v1/profiles?limit=500",
          "/metrics",
        ][n % 8]!,
        headers: withKey,
      }),
    },
  ];
}

/** Connections that are slow, or no HTTP at all, until `isOver`. @returns how many there were */
export async function slowConnections(port: number, count: number, isOver: () => boolean): Promise<number> {
  let made = 0;
  const head = "POST /v1/collect/signed HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
  const ways: readonly (readonly [first: string, again: string])[] = [
    ["GET /healthz HTTP/1.1\r\nhost: x\r\n", "x-slow: x\r\n"],
    [`${head}webhook-signature: v1,AA==\r\ncontent-length: 1000000\r\n\r\n`, "x"],
    [`${head}content-length: 1000000\r\n\r\n`, "x"],
    [`${head}webhook-signature: v1,AA==\r\ntransfer-encoding: chunked\r\n\r\n`, "1\r\nx\r\n"],
    ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "\x00"],
    ["GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n".repeat(200), ""],
    [`GET / HTTP/1.1\r\nhost: x\r\nx: ${"x".repeat(20_000)}\r\n\r\n`, ""],
    [`${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`, ""],
    [`${head}transfer-encoding: chunked\r\n\r\nfffffffffffffff0\r\n`, "x"],
  ];
  await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      while (!isOver()) {
        const [first, again] = ways[made % ways.length]!;
        const socket = connect({ port, host: "127.0.0.1", localAddress: stranger(made++) });
        socket.on("error", () => {}).on("data", () => {});
        socket.write(first, "latin1");
        for (let beat = 0; beat < 100 && !socket.destroyed && !isOver(); beat++) {
          await sleep(200 + i);
          if (again === "") break;
          if (!socket.destroyed) socket.write(again, "latin1");
        }
        socket.destroy();
        await sleep(50);
      }
    }),
  );
  return made;
}
