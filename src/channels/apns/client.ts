import type { OutgoingHttpHeaders } from "node:http2";
import { connectHttp2, type Http2Connection, type Http2ConnectionOptions, type Http2Response } from "./connection.ts";

export interface Http2ClientOptions extends Http2ConnectionOptions {
  /** ms for a request, once there is a connection. */
  readonly timeout: number;
  /** ms without traffic after which a connection is checked with a ping before it is used again. */
  readonly pingAfter: number;
}

/** Reports that there is no connection, so nothing was sent. */
export class ConnectError extends Error {
  override readonly name = "ConnectError";
  constructor(cause: unknown) {
    super("no connection", { cause });
  }
}

export interface Http2Client {
  /**
   * Sends a request over the one connection, which is made on demand and again after it was lost or the server sent GOAWAY. Requests
   * beyond the server's limit of streams wait in the connection.
   * @throws ConnectError; the error of the stream, whose request may have been sent
   */
  request(headers: OutgoingHttpHeaders, body: string, now: number, signal: AbortSignal): Promise<Http2Response>;
  close(): Promise<void>;
}

/** Creates an HTTP/2 client for one host, over a socket made by the guard. */
export function http2Client(options: Http2ClientOptions): Http2Client {
  let current: Promise<Http2Connection> | undefined;

  /** Returns the connection in use if it is still usable, else a new one. */
  async function usableConnection(now: number): Promise<Http2Connection> {
    const known = current;
    if (known !== undefined) {
      const connection = await known.catch(() => undefined);
      const isFresh = connection?.isUsable === true && now - connection.lastUsed < options.pingAfter;
      if (isFresh || (connection?.isUsable && (await connection.isAlive(options.connectTimeout)))) return connection;
      if (current === known) current = undefined;
    }
    current ??= connectHttp2(options);
    const opening = current;
    try {
      return await opening;
    } catch (error) {
      if (current === opening) current = undefined;
      throw new ConnectError(error);
    }
  }

  return {
    async request(headers, body, now, signal) {
      const connection = await usableConnection(now);
      connection.lastUsed = now;
      return connection.request(headers, body, options.timeout, signal);
    },
    async close() {
      const last = await current?.catch(() => undefined);
      current = undefined;
      await last?.close();
    },
  };
}
