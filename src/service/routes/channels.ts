import { z } from "zod";
import type { App } from "../app.ts";
import type { RouteDeps } from "../options.ts";
import { answers } from "../schemas.ts";

/** Ways out, without what is secret about them. */
export function channelRoutes(app: App, { channels }: RouteDeps): void {
  app.get("/channels", {
    config: { scope: "read" },
    schema: {
      tags: ["sends"],
      operationId: "listChannels",
      summary: "The channels that alerts can go by",
      response: answers({ 200: z.object({ items: z.array(z.object({ name: z.string(), kind: z.string() })) }) }),
    },
    handler: async () => ({ items: Object.entries(channels).map(([name, { kind }]) => ({ name, kind })) }),
  });
}
