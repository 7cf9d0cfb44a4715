import type { OutgoingHttpHeaders } from "node:http2";
import { connectHttp2, type Http2Connection, type Http2ConnectionOptions, type Reply } from "./connection.ts";

export interface ConnectionOptions extends Http2ConnectionOptions {
  /** ms for a request, from when there is a connection. */
  readonly timeout: number;
  /** ms without a word after which a connection is tried with a ping before it is used again. */
  readonly quiet: number;
}

/** There is no connection, so nothing was sent. */
export class ConnectError extends Error {
  override readonly name = "ConnectError";
  constructor(cause: unknown) {
    super("no connection", { cause });
  }
}

export interface Connection {
  /**
   * One request on the one connection, which is made when it is needed, and anew when it is lost or the server said
   * goodbye. What the server does not take at once waits in the connection.
   * @throws ConnectError; else the error of the stream, which may have been sent
   */
  request(headers: OutgoingHttpHeaders, body: string, now: number, signal: AbortSignal): Promise<Reply>;
  close(): Promise<void>;
}

/** HTTP/2 to one host, over a socket that the guard made. */
export function http2Connection(options: ConnectionOptions): Connection {
  let current: Promise<Http2Connection> | undefined;

  /** The connection in use, if it still is one. */
  async function line(now: number): Promise<Http2Connection> {
    const known = current;
    if (known !== undefined) {
      const one = await known.catch(() => undefined);
      const isFresh = one?.usable === true && now - one.lastUsed < options.quiet;
      if (isFresh || (one?.usable && (await one.answers(options.connectTimeout)))) return one;
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
      const one = await line(now);
      one.lastUsed = now;
      return one.ask(headers, body, options.timeout, signal);
    },
    async close() {
      const last = await current?.catch(() => undefined);
      current = undefined;
      await last?.end();
    },
  };
}
