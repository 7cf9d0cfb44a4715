import assert from "node:assert/strict";
import { createECDH, createPublicKey, randomBytes, verify } from "node:crypto";
import { once } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import { createServer } from "node:https";
import ece from "http_ece";
import type { Subscription } from "../../../src/channels/web-push.ts";
import { certificate } from "../certificate.ts";
import { listening, type Received } from "../receiver.ts";

/** Verifies a VAPID header by RFC 8292. Returns the token's claims. */
export function vapidClaims(authorization: string): { aud: string; exp: number; sub: string } {
  const [, head, claims, signature, key] = /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)$/.exec(authorization)!;
  const point = Buffer.from(key!, "base64url");
  assert.equal(point.length, 65);
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString("base64url"));
  const publicKey = createPublicKey({ key: { kty: "EC", crv: "P-256", x: x!, y: y! }, format: "jwk" });
  const signed = Buffer.from(`${head}.${claims}`);
  const good = verify(
    "sha256",
    signed,
    { key: publicKey, dsaEncoding: "ieee-p1363" },
    Buffer.from(signature!, "base64url"),
  );
  assert.ok(good, "the token is signed with its key");
  assert.deepEqual(JSON.parse(Buffer.from(head!, "base64url").toString()), { typ: "JWT", alg: "ES256" });
  return JSON.parse(Buffer.from(claims!, "base64url").toString());
}

/** Holds the keys of a subscribed browser, and decrypts what it would read. */
export function browser(endpoint: string): { subscription: Subscription; read(body: Buffer): string } {
  const privateKey = createECDH("prime256v1");
  const p256dh = privateKey.generateKeys("base64url");
  const authSecret = randomBytes(16).toString("base64url");
  return {
    subscription: { endpoint, keys: { p256dh, auth: authSecret } },
    read: (body) => ece.decrypt(body, { version: "aes128gcm", privateKey, authSecret }).toString(),
  };
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface PushService extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly ca: string;
  readonly received: Received[];
  /** Connections that were made. */
  readonly connections: () => number;
}

/** A push service that answers 201, or what `answer` says. */
export async function pushService(
  answer: (headers: IncomingHttpHeaders, body: Buffer, path: string) => Answer = () => ({ status: 201 }),
  ...names: readonly string[]
): Promise<PushService> {
  const received: Received[] = [];
  let connections = 0;
  const pair = certificate(...names);
  const { server, port } = await listening(
    createServer(pair, async (request, response) => {
      const body = Buffer.concat(await request.toArray());
      const { method = "", url: path = "", headers, rawHeaders: raw } = request;
      received.push({ method, path, headers, raw, body });
      const { status, headers: more = {}, body: text = "" } = answer(headers, body, path);
      response.writeHead(status, more).end(text);
    }),
  );
  server.on("secureConnection", () => connections++);
  return {
    url: `https://localhost:${port}`,
    port,
    ca: pair.cert,
    received,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
