import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import type { AddressInfo, Server } from "node:net";

/** Holds a request that a receiver got. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: readonly string[];
  readonly body: Buffer;
}

/** Listens on a free port of loopback; stopped with its connections. */
export async function listening<S extends Server>(server: S, host = "127.0.0.1"): Promise<{ server: S; port: number }> {
  server.listen(0, host);
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly received: Received[];
}

/** Keeps what it gets, and answers 204 or what `answer` does. */
export async function receiver(
  answer: (received: Received, ...rest: Parameters<RequestListener>) => void = (_received, _request, response) =>
    void response.writeHead(204).end(),
): Promise<Receiver> {
  const received: Received[] = [];
  const { server, port } = await listening(
    createServer(async (request, response) => {
      const body = Buffer.concat(await request.toArray());
      const { method = "", url: path = "", headers, rawHeaders: raw } = request;
      const one = { method, path, headers, raw, body };
      received.push(one);
      answer(one, request, response);
    }),
  );
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
