import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createGzip, gzipSync } from "node:zlib";
import { listening } from "../receiver.ts";

/** Misbehaves on a connection on which a request has begun to arrive. */
export type Behaviour = (socket: Socket) => void;

export interface FaultReceiver extends AsyncDisposable {
  readonly port: number;
  /** Connections that were made. */
  readonly count: number;
  /** Bytes that it could write to those who asked. */
  readonly written: number;
}

/** A receiver that behaves so on every connection. */
export async function faultReceiver(behave: Behaviour, server: Server = createServer()): Promise<FaultReceiver> {
  const sockets = new Set<Socket>();
  let count = 0;
  server.on(server.listenerCount("secureConnection") > 0 ? "secureConnection" : "connection", (socket: Socket) => {
    count++;
    sockets.add(socket);
    socket.on("error", () => {}).once("data", () => behave(socket));
  });
  const { port } = await listening(server);
  return {
    port,
    get count() {
      return count;
    },
    get written() {
      return [...sockets].reduce((sum, socket) => sum + socket.bytesWritten, 0);
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

const says = (text: string | Buffer): Behaviour => {
  return (socket) => void socket.end(text);
};

/** Again and again, as fast as it is taken or every few ms, until the connection ends. */
function repeats(start: string, again: string | Buffer, every = 0): Behaviour {
  return (socket) => {
    socket.write(start);
    const next = () => {
      if (socket.destroyed) return;
      if (every === 0 && !socket.write(again)) socket.once("drain", next);
      else {
        if (every > 0) socket.write(again);
        setTimeout(next, every).unref();
      }
    };
    next();
  };
}

const head = (status: string, ...lines: string[]): string => [`HTTP/1.1 ${status}`, ...lines, "", ""].join("\r\n");
const chunk = (size: number): string => `${size.toString(16)}\r\n${"x".repeat(size)}\r\n`;
const bomb = gzipSync(Buffer.alloc(50 << 20));

export const behaviours = {
  "says nothing": () => {},
  "closes at once": (socket) => void socket.destroy(),
  "resets at once": (socket) => void socket.resetAndDestroy(),
  "sends its headers byte by byte": repeats("HTTP/1.1 200 OK\r\nx-slow: ", "x", 20),
  "stops inside its headers": (socket) => void socket.write("HTTP/1.1 200 OK\r\nx-a: "),
  "closes inside its headers": says("HTTP/1.1 200 OK\r\nx-a: "),
  "sends garbage": says("SSH-2.0-OpenSSH_9.2\r\n\r\n"),
  "sends binary": says(Buffer.from([0, 255, 1, 254, 13, 10, 13, 10])),
  "sends a header that smuggles": says(`${head("200 OK", "content-length: 2", "content-length: 3")}abc`),
  "sends 70 KB of headers": says(head("200 OK", `x-huge: ${"x".repeat(70_000)}`)),
  "floods with early hints": repeats("", head("103 Early Hints", "link: </a>; rel=preload"), 5),
  "says 200 and then nothing": (socket) => void socket.write(head("200 OK", "content-length: 10")),
  "says 200 and drips its body": repeats(head("200 OK", "transfer-encoding: chunked"), chunk(1), 20),
  "says 200 and never ends": repeats(head("200 OK", "transfer-encoding: chunked"), chunk(16_384)),
  "says 200 and closes inside its body": says(`${head("200 OK", "content-length: 10")}abc`),
  "says 200 and resets inside its body": (socket) => {
    socket.write(`${head("200 OK", "content-length: 10")}abc`, () => setTimeout(() => socket.resetAndDestroy(), 20));
  },
  "says 200 with a gzip bomb": says(
    Buffer.concat([Buffer.from(head("200 OK", "content-encoding: gzip", `content-length: ${bomb.length}`)), bomb]),
  ),
  "says 200 with a gzip stream that never ends": (socket) => {
    socket.write(head("200 OK", "content-encoding: gzip", "connection: close"));
    const gzip = createGzip({ level: 0 });
    gzip.pipe(socket);
    const block = Buffer.alloc(16_384);
    const next = () => {
      if (socket.destroyed) gzip.destroy();
      else if (gzip.write(block)) setImmediate(next);
      else gzip.once("drain", next);
    };
    next();
  },
  "says 500 and never ends": repeats(head("500 Internal Server Error", "transfer-encoding: chunked"), chunk(16_384)),
  "redirects to a private address": says(head("302 Found", "location: http://169.254.169.254/", "content-length: 0")),
  "answers twice": says(head("503 Service Unavailable", "content-length: 0") + head("200 OK", "content-length: 0")),
  upgrades: says(head("101 Switching Protocols", "upgrade: websocket", "connection: upgrade")),
} satisfies Record<string, Behaviour>;
