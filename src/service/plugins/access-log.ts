import type { FastifyInstance } from "fastify";
import { fastifyPlugin } from "fastify-plugin";
import type { ServiceLog } from "../options.ts";

/** Logs every request: its route, status, duration in ms and key; never its path, which may name a person. */
export const accessLog = fastifyPlugin(
  async (app: FastifyInstance, { log }: { readonly log: ServiceLog | undefined }): Promise<void> => {
    app.addHook("onResponse", async ({ id, method, routeOptions, apiKey }, { statusCode: status, elapsedTime }) => {
      const ms = Math.round(elapsedTime);
      log?.info({ request: id, method, route: routeOptions.url, status, ms, key: apiKey?.id }, "request");
    });
  },
);
