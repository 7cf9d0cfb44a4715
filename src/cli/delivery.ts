import { type Channel, createDispatcher, type DispatchEvent, type Render } from "../dispatch/index.ts";
import { createLogger, eventLog, eventMetrics, eventTraces } from "../observe/index.ts";
import type { Outbox, Store } from "../store/index.ts";
import { type Io, put } from "./io.ts";
import { renderer, type Setup } from "./setup.ts";

/** Makes the dispatcher of `work` and `serve`, with its log, metrics and health. @param level of the log */
export async function createDelivery(
  setup: Setup,
  level: string,
  {
    store,
    channels,
    render,
  }: {
    readonly store: Store;
    readonly channels: Readonly<Record<string, Channel>>;
    /** @default renders in this process, each template compiled once */
    readonly render?: Render | undefined;
  },
  io: Io,
) {
  const logger = createLogger(level, { write: (line) => put(io.stdout, line) });
  const metrics = eventMetrics(store.outbox);
  const watchers = [eventLog(logger), metrics.onEvent, eventTraces()];
  const { concurrency, lease } = setup.config.work;
  const dispatcher = createDispatcher({
    store,
    channels,
    render: render ?? (await renderer(setup)),
    concurrency,
    lease,
    onEvent: (event: DispatchEvent) => {
      for (const watch of watchers) watch(event);
    },
  });
  return { logger, metrics, dispatcher, health: () => healthOf(store.outbox) };
}

/** Reports that the store responds, and how far behind the deliveries are, in seconds. */
async function healthOf(outbox: Outbox) {
  const { total, oldestDue } = await outbox.stats();
  const behind = oldestDue === undefined ? 0 : Math.max(0, (Date.now() - oldestDue) / 1000);
  return { ok: true, pending: total.pending, dead: total.dead, behind };
}
