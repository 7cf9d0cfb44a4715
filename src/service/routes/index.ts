/** The routes under /v1, one file a resource. */
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

/** Adds all routes to `app`. */
export function addRoutes(app: App, deps: RouteDeps): void {
  collectRoutes(app, deps);
  eventRoutes(app, deps);
  profileRoutes(app, deps);
  audienceRoutes(app, deps);
  triggerRoutes(app, deps);
  runRoutes(app, deps);
  firingRoutes(app, deps);
  definitionRoutes(app, deps);
  sendRoutes(app, deps);
  deliveryRoutes(app, deps);
  channelRoutes(app, deps);
  previewRoutes(app, deps);
  lintRoutes(app, deps);
}
