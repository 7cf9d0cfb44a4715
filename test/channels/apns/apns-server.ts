import { generateKeyPairSync, type KeyObject, verify } from "node:crypto";
import { once } from "node:events";
import {
  createSecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type Settings,
} from "node:http2";
import { certificate } from "../certificate.ts";
import { listening } from "../receiver.ts";

export const teamId = "TEAM123456";
export const keyId = "KEY1234567";
export const topic = "com.example.app";
const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
export const key = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();

export interface Push {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly session: ServerHttp2Session;
}

/** Replaces Apple's checks: a status and a reason to respond with, or an action on the stream. */
export type Answer =
  | { readonly status: number; readonly body?: object; readonly headers?: object }
  | ((stream: ServerHttp2Stream) => void);

/** Checks what Apple checks, by its documents. Returns the reason that Apple would give. */
function objection(headers: IncomingHttpHeaders, text: string, publicKey: KeyObject, now: number): string | undefined {
  const jwt = /^bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(`${headers.authorization}`);
  if (jwt === null) return "MissingProviderToken";
  const [, head, claims, signature] = jwt as unknown as [string, string, string, string];
  const signed = Buffer.from(`${head}.${claims}`);
  const raw = Buffer.from(signature, "base64url");
  if (raw.length !== 64 || !verify("sha256", signed, { key: publicKey, dsaEncoding: "ieee-p1363" }, raw)) {
    return "InvalidProviderToken";
  }
  const { alg, kid } = JSON.parse(Buffer.from(head, "base64url").toString());
  const { iss, iat, ...others } = JSON.parse(Buffer.from(claims, "base64url").toString());
  if (alg !== "ES256" || kid !== keyId || iss !== teamId || Object.keys(others).length > 0)
    return "InvalidProviderToken";
  if (!Number.isInteger(iat) || Math.abs(now / 1000 - iat) > 3600) return "ExpiredProviderToken";
  if (headers[":method"] !== "POST") return "MethodNotAllowed";
  const token = /^\/3\/device\/([\da-f]*)$/.exec(`${headers[":path"]}`)?.[1];
  if (token === undefined) return "BadPath";
  if (token.length !== 64) return "BadDeviceToken";
  if (headers["apns-topic"] !== topic) return "TopicDisallowed";
  if (headers["apns-push-type"] !== "alert") return "InvalidPushType";
  if (!/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/.test(`${headers["apns-id"]}`)) return "BadMessageId";
  if (!/^(?:\d{1,10})?$/.test(`${headers["apns-expiration"] ?? ""}`)) return "BadExpirationDate";
  if (!["10", "5", "1"].includes(`${headers["apns-priority"]}`)) return "BadPriority";
  if (Buffer.byteLength(`${headers["apns-collapse-id"] ?? ""}`) > 64) return "BadCollapseId";
  if (Buffer.byteLength(text) > 4096) return "PayloadTooLarge";
  return JSON.parse(text).aps?.alert === undefined ? "PayloadEmpty" : undefined;
}

/** A server that follows Apple's documents: `pushes` has what it took, `refused` why it did not. */
export async function apple(settings: Settings = {}) {
  const pushes: Push[] = [];
  const refused: string[] = [];
  const sessions: ServerHttp2Session[] = [];
  const answers: Answer[] = [];
  const cert = certificate();
  const { server, port } = await listening(createSecureServer({ ...cert, settings }));
  let open = 0;
  const counts = { most: 0, pings: 0 };
  let now = () => Date.now();
  server.on("session", (session) => {
    sessions.push(session);
    session.on("error", () => {});
    session.on("ping", () => counts.pings++);
  });
  server.on("stream", async (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    counts.most = Math.max(counts.most, ++open);
    stream.on("close", () => open--);
    stream.on("error", () => {});
    const answer = answers.shift();
    if (typeof answer === "function") {
      answer(stream);
      return;
    }
    const text = Buffer.concat(await stream.toArray()).toString();
    const reason = answer === undefined ? objection(headers, text, pair.publicKey, now()) : undefined;
    const {
      status,
      body,
      headers: more,
    } = answer ?? (reason === undefined ? { status: 200 } : { status: 400, body: { reason } });
    if (reason !== undefined) refused.push(reason);
    pushes.push({ headers, text, session: stream.session as ServerHttp2Session });
    if (stream.destroyed) return;
    stream.respond({ ":status": status, "apns-id": headers["apns-id"], ...more });
    stream.end(body === undefined ? "" : JSON.stringify(body));
  });
  return {
    host: `localhost:${port}`,
    ca: cert.cert,
    server,
    pushes,
    refused,
    sessions,
    /** Given in their order, to one request each. */
    answers,
    counts,
    set now(clock: () => number) {
      now = clock;
    },
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
