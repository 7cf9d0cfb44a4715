/** What can be asked for under /v1: one file a resource. In: the parts of the program. Out: routes. */
import type { App } from "../app.ts";
import type { RouteDeps } from "../options.ts";
import { audienceRoutes } from "./audiences.ts";
import { channelRoutes } from "./channels.ts";
import { collectRoutes } from "./collect.ts";
import { definitionRoutes } from "./definitions.ts";
import { deliveryRoutes } from "./deliveries.ts";
import { eventRoutes } from "./events.ts";
import { firingRoutes } from "./firings.ts";
import { lintRoutes } from "./lint.ts";
import { previewRoutes } from "./previews.ts";
import { profileRoutes } from "./profiles.ts";
import { runRoutes } from "./runs.ts";
import { sendRoutes } from "./sends.ts";
import { triggerRoutes } from "./triggers.ts";

export function addRoutes(app: App, surroundings: RouteDeps): void {
  collectRoutes(app, surroundings);
  eventRoutes(app, surroundings);
  profileRoutes(app, surroundings);
  audienceRoutes(app, surroundings);
  triggerRoutes(app, surroundings);
  runRoutes(app, surroundings);
  firingRoutes(app, surroundings);
  definitionRoutes(app, surroundings);
  sendRoutes(app, surroundings);
  deliveryRoutes(app, surroundings);
  channelRoutes(app, surroundings);
  previewRoutes(app, surroundings);
  lintRoutes(app, surroundings);
}
