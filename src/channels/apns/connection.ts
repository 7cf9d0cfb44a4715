import { type ClientHttp2Session, connect, constants, type OutgoingHttpHeaders } from "node:http2";
import { isIP } from "node:net";
import { connect as secure, type TLSSocket } from "node:tls";
import { createGuard, type GuardPolicy } from "../../guard/index.ts";
import { bodyOf } from "./answer.ts";

export interface Http2ConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly guard?: GuardPolicy | undefined;
  /** PEM of authorities to trust instead of the system's. */
  readonly ca?: string | readonly string[] | undefined;
  /** ms for resolving, connecting, TLS and the first word of HTTP/2. */
  readonly connectTimeout: number;
  /** ms without a word after which it is ended. */
  readonly idle: number;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As far as it came, up to 64 KiB. */
  readonly text: string;
}

const maxReply = 64 * 1024;
const timedOut = (what: string, ms: number): Error =>
  Object.assign(new Error(`${what} within ${ms} ms`), { code: "ETIMEDOUT" });

/** One connection, from its first word to its end. */
export class Http2Connection {
  lastUsed = Number.NEGATIVE_INFINITY;
  usable = true;
  readonly #session: ClientHttp2Session;
  #asking = 0;
  #farewell: string | undefined;
  #pinging: Promise<boolean> | undefined;

  constructor(session: ClientHttp2Session, idle: number) {
    this.#session = session;
    const over = () => {
      this.usable = false;
    };
    session.on("goaway", (_code, _last, data) => {
      over();
      this.#farewell = bodyOf(Buffer.from(data ?? []).toString()).reason;
    });
    // The streams say what is wrong; without a listener it would end the process.
    session.on("error", over);
    session.on("close", over);
    session.setTimeout(idle, () => {
      over();
      session.close();
    });
    // Nothing to wait for while nothing is asked.
    session.unref();
  }

  /** Whether it still answers; if not, it is ended. One ping, however many ask. */
  answers(ms: number): Promise<boolean> {
    this.#pinging ??= this.#ping(ms).finally(() => {
      this.#pinging = undefined;
    });
    return this.#pinging;
  }

  async #ping(ms: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(resolve, ms, false);
    const isSent = !this.#session.closed && this.#session.ping((error) => resolve(error === null));
    if (!isSent) resolve(false);
    const alive = await promise;
    clearTimeout(timer);
    if (!alive) this.#drop();
    return alive && this.usable;
  }

  async ask(headers: OutgoingHttpHeaders, body: string, ms: number, signal: AbortSignal): Promise<Reply> {
    signal.throwIfAborted();
    if (this.#asking++ === 0) this.#session.ref();
    try {
      return await this.#exchange(headers, body, ms, signal);
    } catch (error) {
      if (this.#farewell !== undefined && error instanceof Error)
        error.message += `; it said goodbye: ${this.#farewell}`;
      throw error;
    } finally {
      if (--this.#asking === 0) this.#session.unref();
    }
  }

  #exchange(headers: OutgoingHttpHeaders, body: string, ms: number, signal: AbortSignal): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const stream = this.#session.request(headers);
      let reply: Reply | undefined;
      let size = 0;
      const chunks: Buffer[] = [];
      const end = (error: Error) => {
        stream.close(constants.NGHTTP2_CANCEL);
        reject(error);
      };
      const timer = setTimeout(() => {
        // A path that lost its packets answers no other stream either.
        this.usable = false;
        this.#session.close();
        end(timedOut("no answer", ms));
      }, ms);
      const abort = () => end(signal.reason);
      signal.addEventListener("abort", abort, { once: true });
      stream.on("response", ({ ":status": status = 0, ...rest }) => {
        reply = { status, headers: rest as Reply["headers"], text: "" };
      });
      stream.on("data", (chunk: Buffer) => {
        if (size < maxReply) chunks.push(chunk.subarray(0, maxReply - size));
        size += chunk.length;
        if (size > maxReply) stream.close(constants.NGHTTP2_CANCEL);
      });
      stream.on("error", reject);
      stream.on("close", () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", abort);
        // The status is known, so nothing that happened to the body is an error.
        if (reply !== undefined) resolve({ ...reply, text: Buffer.concat(chunks).toString() });
        else
          reject(
            Object.assign(new Error("the stream was closed without an answer"), { code: "ERR_HTTP2_STREAM_ERROR" }),
          );
      });
      stream.end(body);
    });
  }

  #drop(): void {
    this.usable = false;
    this.#session.destroy();
  }

  async end(): Promise<void> {
    if (!this.#session.closed && this.#asking > 0) await new Promise<void>((resolve) => this.#session.close(resolve));
    this.#drop();
  }
}

/** Connected, secured, greeted. Throws the error of whichever did not work. */
export async function connectHttp2({
  guard,
  host,
  port,
  ca,
  connectTimeout,
  idle,
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
    const session = await negotiated(tls, isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`, connectTimeout);
    return new Http2Connection(session, idle);
  } catch (error) {
    tls.destroy();
    throw error;
  }
}

/** After the server's settings: before, its limit of streams is not known. @param authority of all requests on it */
function negotiated(tls: TLSSocket, authority: string, ms: number): Promise<ClientHttp2Session> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(timedOut("no HTTP/2 connection", ms)), ms);
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(error);
    };
    tls.on("error", fail);
    tls.once("close", () => fail(Object.assign(new Error("the connection was closed"), { code: "ECONNRESET" })));
    tls.once("secureConnect", () => {
      if (tls.alpnProtocol !== "h2") {
        fail(Object.assign(new Error("it speaks no HTTP/2"), { code: "ERR_NO_HTTP2" }));
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
