import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Receiver {
  readonly port: number;
  /** Counts how often each id got a 200, and keeps its content. */
  readonly received: ReadonlyMap<string, { times: number; readonly said: Set<string> }>;
  readonly rejected: ReadonlySet<string>;
  close(): Promise<void>;
}

/** Takes most, rejects some by what they say, and now and then fails or breaks off, before or after it has noted it. */
export async function startReceiver(random: () => number): Promise<Receiver> {
  const received = new Map<string, { times: number; said: Set<string> }>();
  const rejected = new Set<string>();
  const server = createServer(async (request, response) => {
    const id = request.headers["webhook-id"] as string;
    let said = "";
    try {
      for await (const piece of request) said += piece;
    } catch {
      return;
    }
    const chance = random();
    if (chance < 0.05) return void request.socket.destroy();
    if (chance < 0.15) return void response.writeHead(503).end();
    if (said.endsWith("7-3")) {
      rejected.add(id);
      return void response.writeHead(400).end();
    }
    const one = received.get(id) ?? { times: 0, said: new Set() };
    received.set(id, one);
    one.times++;
    one.said.add(said);
    if (chance < 0.2) return void request.socket.destroy();
    response.writeHead(200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    received,
    rejected,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
