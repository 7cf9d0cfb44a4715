import { type ClientHttp2Session, connect, constants, type OutgoingHttpHeaders } from "node:http2";
import { isIP } from "node:net";
import { connect as secure, type TLSSocket } from "node:tls";
import { createGuard, type GuardPolicy } from "../../guard/index.ts";
import { parseBody } from "./response-outcome.ts";

export interface Http2ConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly guard?: GuardPolicy | undefined;
  /** Certificate authorities to trust instead of the system's, as PEM. */
  readonly ca?: string | readonly string[] | undefined;
  /** ms for resolving, connecting, TLS and the server's HTTP/2 settings. */
  readonly connectTimeout: number;
  /** ms without traffic after which the connection is closed. */
  readonly idleTimeout: number;
}

export interface Http2Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body as far as it was received, at most 64 KiB. */
  readonly text: string;
}

const maxResponseBytes = 64 * 1024;
const timeoutError = (what: string, ms: number): Error =>
  Object.assign(new Error(`${what} within ${ms} ms`), { code: "ETIMEDOUT" });

/** Manages an HTTP/2 connection to Apple, from its settings to its end. */
export class Http2Connection {
  lastUsed = Number.NEGATIVE_INFINITY;
  isUsable = true;
  readonly #session: ClientHttp2Session;
  #inFlight = 0;
  #goawayReason: string | undefined;
  #pendingPing: Promise<boolean> | undefined;

  constructor(session: ClientHttp2Session, idle: number) {
    this.#session = session;
    const markUnusable = () => {
      this.isUsable = false;
    };
    session.on("goaway", (_code, _last, data) => {
      markUnusable();
      this.#goawayReason = parseBody(Buffer.from(data ?? []).toString()).reason;
    });
    // The streams report errors, too; without a listener the error would end the process.
    session.on("error", markUnusable);
    session.on("close", markUnusable);
    session.setTimeout(idle, () => {
      markUnusable();
      session.close();
    });
    // An idle connection does not keep the process alive.
    session.unref();
  }

  /** Tells whether the connection still responds; destroys it if not. Concurrent callers share one ping. */
  isAlive(ms: number): Promise<boolean> {
    this.#pendingPing ??= this.#ping(ms).finally(() => {
      this.#pendingPing = undefined;
    });
    return this.#pendingPing;
  }

  async #ping(ms: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(resolve, ms, false);
    const isSent = !this.#session.closed && this.#session.ping((error) => resolve(error === null));
    if (!isSent) resolve(false);
    const isAlive = await promise;
    clearTimeout(timer);
    if (!isAlive) this.#destroy();
    return isAlive && this.isUsable;
  }

  async request(headers: OutgoingHttpHeaders, body: string, ms: number, signal: AbortSignal): Promise<Http2Response> {
    signal.throwIfAborted();
    if (this.#inFlight++ === 0) this.#session.ref();
    try {
      return await this.#exchange(headers, body, ms, signal);
    } catch (error) {
      if (this.#goawayReason !== undefined && error instanceof Error)
        error.message += `; the server sent GOAWAY: ${this.#goawayReason}`;
      throw error;
    } finally {
      if (--this.#inFlight === 0) this.#session.unref();
    }
  }

  #exchange(headers: OutgoingHttpHeaders, body: string, ms: number, signal: AbortSignal): Promise<Http2Response> {
    return new Promise((resolve, reject) => {
      const stream = this.#session.request(headers);
      let response: Http2Response | undefined;
      let size = 0;
      const chunks: Buffer[] = [];
      const fail = (error: Error) => {
        stream.close(constants.NGHTTP2_CANCEL);
        reject(error);
      };
      const timer = setTimeout(() => {
        // A network path that loses packets serves no other stream either.
        this.isUsable = false;
        this.#session.close();
        fail(timeoutError("no response", ms));
      }, ms);
      const abort = () => fail(signal.reason);
      signal.addEventListener("abort", abort, { once: true });
      stream.on("response", ({ ":status": status = 0, ...rest }) => {
        response = { status, headers: rest as Http2Response["headers"], text: "" };
      });
      stream.on("data", (chunk: Buffer) => {
        if (size < maxResponseBytes) chunks.push(chunk.subarray(0, maxResponseBytes - size));
        size += chunk.length;
        if (size > maxResponseBytes) stream.close(constants.NGHTTP2_CANCEL);
      });
      stream.on("error", reject);
      stream.on("close", () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", abort);
        // Once the status is known, a problem with the body is no error.
        if (response !== undefined) resolve({ ...response, text: Buffer.concat(chunks).toString() });
        else
          reject(
            Object.assign(new Error("the stream was closed without a response"), { code: "ERR_HTTP2_STREAM_ERROR" }),
          );
      });
      stream.end(body);
    });
  }

  #destroy(): void {
    this.isUsable = false;
    this.#session.destroy();
  }

  async close(): Promise<void> {
    if (!this.#session.closed && this.#inFlight > 0) await new Promise<void>((resolve) => this.#session.close(resolve));
    this.#destroy();
  }
}

/** Opens a connection: connects, secures, waits for the server's settings. Throws the error of the step that failed. */
export async function connectHttp2({
  guard,
  host,
  port,
  ca,
  connectTimeout,
  idleTimeout,
}: Http2ConnectionOptions): Promise<Http2Connection> {
  const socket = await createGuard(guard).connect({ host, port, timeout: connectTimeout });
  const tls = secure({
    socket,
    host,
    ...(isIP(host) === 0 && { servername: host }),
    ALPNProtocols: ["h2"],
    minVersion: "TLSv1.2",
    ...(ca !== undefined && { ca: ca as string | string[] }),
  });
  try {
    const session = await negotiateHttp2(
      tls,
      isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`,
      connectTimeout,
    );
    return new Http2Connection(session, idleTimeout);
  } catch (error) {
    tls.destroy();
    throw error;
  }
}

/** Starts HTTP/2 and waits for the server's settings, because its limit of streams is unknown before. @param authority of all requests */
function negotiateHttp2(tls: TLSSocket, authority: string, ms: number): Promise<ClientHttp2Session> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(timeoutError("no HTTP/2 connection", ms)), ms);
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(error);
    };
    tls.on("error", fail);
    tls.once("close", () => fail(Object.assign(new Error("the connection was closed"), { code: "ECONNRESET" })));
    tls.once("secureConnect", () => {
      if (tls.alpnProtocol !== "h2") {
        fail(Object.assign(new Error("the server does not support HTTP/2"), { code: "ERR_NO_HTTP2" }));
        return;
      }
      const session = connect(`https://${authority}`, { createConnection: () => tls });
      session.once("error", fail);
      session.once("remoteSettings", () => {
        clearTimeout(timer);
        resolve(session);
      });
    });
  });
}
