import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";
import { fastifyPlugin } from "fastify-plugin";
import { leaveUnread } from "../unread-body.ts";

export interface ResponseHeadersOptions {
  /** True once the service stops: connections end with their response. */
  readonly isClosing: () => boolean;
  /** Receives the connections on which a valid key was sent. */
  readonly authenticated: WeakSet<Socket>;
}

/** Sets the headers that all responses have, and ends connections whose request body is left unread. */
export const responseHeaders = fastifyPlugin(
  async (app: FastifyInstance, { isClosing, authenticated }: ResponseHeadersOptions): Promise<void> => {
    app.addHook("onSend", async ({ raw, apiKey }, reply) => {
      reply.header("x-content-type-options", "nosniff").header("cache-control", "no-store");
      if (apiKey !== undefined) authenticated.add(raw.socket);
      if (leaveUnread(raw) || isClosing()) reply.header("connection", "close");
    });
  },
);
