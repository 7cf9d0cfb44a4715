import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { type Behaviour, behaviours } from "../../channels/faults/faults.ts";
import { mailServers } from "../corpus/mail.ts";

/** A receiver that takes everything, and remembers when what came. */
export interface HonestReceiver {
  readonly port: number;
  /** By what the alert says: when it came, in ms, and how often. */
  readonly arrived: Map<string, { at: number; times: number }>;
  close(): Promise<void>;
}

export async function honestReceiver(): Promise<HonestReceiver> {
  const arrived: HonestReceiver["arrived"] = new Map();
  const server = createHttpServer((request, response) => {
    const at = performance.now();
    let body = "";
    request.on("data", (text) => {
      body += text;
    });
    request.on("end", () => {
      response.writeHead(204).end();
      const { title } = JSON.parse(body).data;
      const one = arrived.get(title);
      if (one === undefined) arrived.set(title, { at, times: 1 });
      else one.times++;
    });
  });
  const port = await listening(server);
  return { port, arrived, close: () => closed(server) };
}

/** Behaves on each connection in another one of the ways in which receivers fail. */
export async function hostileReceiver(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const ways = Object.values<Behaviour>(behaviours);
  let count = 0;
  const { server, sockets } = accepting((socket) => {
    const behave = ways[count++ % ways.length]!;
    socket.once("data", () => behave(socket));
  });
  return { port: await listening(server), close: () => closed(server, sockets) };
}

/** The same of mail servers. */
export async function hostileMailServer(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const ways = Object.values(mailServers);
  let count = 0;
  const { server, sockets } = accepting((socket) => {
    const hear = ways[count++ % ways.length]!((text) => void socket.write(text), socket);
    let rest = "";
    socket.on("data", (bytes) => {
      const lines = (rest + bytes.toString("latin1")).split("\r\n");
      rest = lines.pop()!.slice(-10_000);
      for (const line of lines) if (!socket.destroyed) hear?.(line);
    });
  });
  return { port: await listening(server), close: () => closed(server, sockets) };
}

function accepting(behave: (socket: Socket) => void): { readonly server: Server; readonly sockets: Set<Socket> } {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    behave(socket);
  });
  return { server, sockets };
}

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function closed(server: Server, sockets: Iterable<Socket> = []): Promise<void> {
  server.close();
  if ("closeAllConnections" in server) (server as { closeAllConnections(): void }).closeAllConnections();
  for (const socket of sockets) socket.destroy();
  await once(server, "close");
}
