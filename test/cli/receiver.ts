import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll } from "vitest";

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  /** What has come since it was asked last. */
  take(): Received[];
  /** The next one, which is taken with it. */
  next(): Promise<Received>;
  /** Statuses of the next answers; 204 when there are none. */
  answer(...statuses: number[]): void;
}

/** A webhook receiver on loopback, until the tests are over. */
export async function startReceiver(): Promise<Receiver> {
  let received: Received[] = [];
  const planned: number[] = [];
  const awaited: ((one: Received) => void)[] = [];
  const server = createServer(async (request, response) => {
    const one = { path: request.url ?? "", headers: request.headers, body: await text(request) };
    const wanted = awaited.shift();
    if (wanted === undefined) received.push(one);
    else wanted(one);
    response.writeHead(planned.shift() ?? 204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = received;
      received = [];
      return taken;
    },
    async next() {
      return received.shift() ?? new Promise((resolve) => awaited.push(resolve));
    },
    answer: (...statuses) => planned.push(...statuses),
  };
}
