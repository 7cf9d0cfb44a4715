import { z } from "zod";
import type { App } from "../app.ts";
import type { RouteDeps } from "../options.ts";
import { responses } from "../schemas.ts";

/** Adds the route that lists channels, without their settings, which hold secrets. */
export function channelRoutes(app: App, { channels }: RouteDeps): void {
  app.get("/channels", {
    config: { scope: "read" },
    schema: {
      tags: ["sends"],
      operationId: "listChannels",
      summary: "List the channels that alerts can be sent on",
      response: responses({ 200: z.object({ items: z.array(z.object({ name: z.string(), kind: z.string() })) }) }),
    },
    handler: async () => ({ items: Object.entries(channels).map(([name, { kind }]) => ({ name, kind })) }),
  });
}
