import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "@prometheus-io/client";
import type { DispatchEvent } from "../dispatch/index.ts";
import type { Outbox } from "../store/index.ts";
import type { EngineEvent } from "../triggers/index.ts";

export interface Metrics {
  /** The dispatcher's `onEvent`. */
  readonly onEvent: (event: DispatchEvent) => void;
  /** The engine's `onEvent`. */
  readonly onEngineEvent: (event: EngineEvent) => void;
  readonly contentType: string;
  /** Returns the metrics in Prometheus' text format. Counts the deliveries in the outbox at each call. */
  text(): Promise<string>;
}

/** Creates the metrics. Labels are channels, triggers, streams and outcomes, never destinations, because there may be millions. */
export function eventMetrics(outbox: Outbox): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const enqueued = new Counter({
    name: "tocsin_enqueued_total",
    help: "Deliveries added to the outbox, by channel and the state they were kept in.",
    labelNames: ["channel", "state"],
    registers,
  });
  const attempts = new Counter({
    name: "tocsin_attempts_total",
    help: "Attempts, by channel and outcome.",
    labelNames: ["channel", "outcome"],
    registers,
  });
  const attemptSeconds = new Histogram({
    name: "tocsin_attempt_seconds",
    help: "How long attempts took.",
    labelNames: ["channel"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const settled = new Counter({
    name: "tocsin_settled_total",
    help: "Deliveries settled, by channel and state.",
    labelNames: ["channel", "state"],
    registers,
  });
  const deliveredAge = new Histogram({
    name: "tocsin_delivered_age_seconds",
    help: "From hand-over to delivery.",
    labelNames: ["channel"],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200, 86_400],
    registers,
  });
  const firings = new Counter({
    name: "tocsin_firings_total",
    help: "Times that triggers fired, or went on after they had waited, by trigger and what came of it.",
    labelNames: ["trigger", "state"],
    registers,
  });
  const ingested = new Counter({
    name: "tocsin_ingested_total",
    help: "Events ingested, by stream, and updates of profiles (no stream), by result.",
    labelNames: ["stream", "result"],
    registers,
  });
  const triggersFailed = new Counter({
    name: "tocsin_triggers_failed_total",
    help: "Triggers paused because too many of their firings exceeded a limit, by trigger.",
    labelNames: ["trigger"],
    registers,
  });
  const undecided = new Counter({
    name: "tocsin_conditions_undecided_total",
    help: "Conditions stopped by the time limit, which left memberships unchanged, by audience.",
    labelNames: ["audience"],
    registers,
  });
  const deliveryProblems = new Counter({
    name: "tocsin_delivery_problems_total",
    help: "Destinations or channels held or disabled, leases lost, and failures of the store.",
    labelNames: ["kind"],
    registers,
  });
  new Gauge({
    name: "tocsin_outbox_deliveries",
    help: "Deliveries in the outbox, by channel and state.",
    labelNames: ["channel", "state"],
    registers,
    async collect() {
      this.reset();
      for (const [channel, by] of Object.entries((await outbox.stats()).channels)) {
        for (const [state, count] of Object.entries(by)) this.set({ channel, state }, count);
      }
    },
  });

  return {
    onEngineEvent(event) {
      switch (event.type) {
        case "fired":
          return firings.inc({ trigger: event.trigger, state: event.state });
        case "ingested":
          return ingested.inc({ stream: event.stream ?? "", result: event.result });
        case "trigger-failed":
          return triggersFailed.inc({ trigger: event.trigger });
        case "undecided":
          return undecided.inc({ audience: event.audience });
        default:
          return event satisfies never;
      }
    },
    onEvent(event) {
      switch (event.type) {
        case "enqueued":
          if (!event.duplicate) enqueued.inc({ channel: event.channel, state: event.state });
          return;
        case "attempt":
          attempts.inc({ channel: event.channel, outcome: event.outcome.kind });
          attemptSeconds.observe({ channel: event.channel }, (event.at - event.startedAt) / 1000);
          return;
        case "settled":
          settled.inc({ channel: event.channel, state: event.state });
          if (event.state === "delivered")
            deliveredAge.observe({ channel: event.channel }, (event.at - event.createdAt) / 1000);
          return;
        case "held":
        case "disabled":
        case "lost":
        case "error":
          deliveryProblems.inc({ kind: event.type });
          return;
        default:
      }
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
