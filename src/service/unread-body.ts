import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";

/** Limits how much of an unwanted body is read and dropped to keep the connection, in bytes. */
const maxDropped = 256 * 2 ** 10;
/** Limits how long a connection stays open for its peer to read the response, in ms, and how many bytes are dropped meanwhile. */
const lingers = { time: 1_000, bytes: 2 ** 20 };

/** Responses of requests that wait for `100 Continue`. */
const awaited = new WeakMap<IncomingMessage, ServerResponse>();

/** Makes requests with `Expect: 100-continue` wait until `requestBody`. */
export function awaitContinue({ server }: Pick<FastifyInstance, "server">): void {
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
    awaited.set(request, response);
    server.emit("request", request, response);
  });
}

/** Sends `100 Continue` if the client waits for it. */
export function requestBody(request: IncomingMessage): void {
  awaited.get(request)?.writeContinue();
  awaited.delete(request);
}

/**
 * Handles the rest of a body when a response is sent before all of it arrived. A short rest is dropped and the connection stays
 * open. For a long one the connection is closed, but not at once: it would be reset, and the client might never see the response.
 * @returns true if the connection has to be closed after the response
 */
export function leaveUnread(request: IncomingMessage): boolean {
  const { headers, socket, complete } = request;
  const length = Number(headers["content-length"] ?? 0);
  const hasBody = length > 0 || headers["transfer-encoding"] !== undefined;
  // A request without a network (`app.inject`) has no socket.
  if (!hasBody || complete !== false) return false;
  if (headers["transfer-encoding"] === undefined && length <= maxDropped) return false;
  linger(socket);
  return true;
}

/** Makes a socket end its sending side, and read on for a moment, when it is destroyed after the response. */
function linger(socket: Socket): void {
  socket.destroySoon = () => {
    const before = socket.bytesRead;
    const until = performance.now() + lingers.time;
    const timer = setInterval(() => {
      if (performance.now() > until || socket.bytesRead - before > lingers.bytes) socket.destroy();
    }, 20);
    socket.once("close", () => clearInterval(timer));
    socket.end();
  };
}
