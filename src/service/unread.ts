import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";

/** Limits how much of an unwanted body is read and dropped to keep the connection, in bytes. */
const maxDropped = 256 * 2 ** 10;
/** Limits how long a connection stays open for its peer to read the answer, in ms, and how much is dropped meanwhile, in bytes. */
const lingers = { time: 1_000, bytes: 2 ** 20 };

const awaited = new WeakMap<IncomingMessage, ServerResponse>();

/** Lets whoever asks before they send a body (`Expect: 100-continue`) wait until somebody wants it. */
export function awaitContinue({ server }: Pick<FastifyInstance, "server">): void {
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
    awaited.set(request, response);
    server.emit("request", request, response);
  });
}

/** Asks for a body that waits. */
export function askFor(request: IncomingMessage): void {
  awaited.get(request)?.writeContinue();
  awaited.delete(request);
}

/**
 * Looks after a request that is answered before its body came. A short rest is dropped and the connection stays; for a long
 * one it ends: at once it would be reset, and its peer might never see the answer.
 * @returns whether the connection is to be closed after the answer
 */
export function leaveUnread(request: IncomingMessage): boolean {
  const { headers, socket, complete } = request;
  const length = Number(headers["content-length"] ?? 0);
  const hasBody = length > 0 || headers["transfer-encoding"] !== undefined;
  // Without a network there is no socket to look after.
  if (!hasBody || complete !== false) return false;
  if (headers["transfer-encoding"] === undefined && length <= maxDropped) return false;
  linger(socket);
  return true;
}

/** Has a socket, when it is destroyed after the answer, say goodbye first. */
function linger(socket: Socket): void {
  socket.destroySoon = () => {
    const before = socket.bytesRead;
    const until = performance.now() + lingers.time;
    const look = setInterval(() => {
      if (performance.now() > until || socket.bytesRead - before > lingers.bytes) socket.destroy();
    }, 20);
    socket.once("close", () => clearInterval(look));
    socket.end();
  };
}
