import type { Claimed, DeliveryState, Outcome, Settlement } from "../store/index.ts";

interface EventContext {
  readonly id: string;
  readonly channel: string;
  readonly destination: string;
  /** ms since 1970. */
  readonly at: number;
}

/** Describes an event of the dispatcher as plain data, for logs, traces and metrics. It contains no alert and no profile. */
export type DispatchEvent =
  | (EventContext & {
      readonly type: "enqueued";
      readonly state: DeliveryState;
      readonly reason?: string | undefined;
      readonly duplicate: boolean;
    })
  | (EventContext & { readonly type: "claimed"; readonly attempt: number })
  | (EventContext & {
      readonly type: "attempt";
      readonly attempt: number;
      readonly startedAt: number;
      readonly outcome: Outcome;
      /** When it is retried. */
      readonly due?: number | undefined;
    })
  | (EventContext & {
      readonly type: "settled";
      readonly state: "delivered" | "dead";
      readonly reason?: string | undefined;
      readonly attempts: number;
      readonly createdAt: number;
    })
  /** Released without an attempt. */
  | (EventContext & { readonly type: "released" })
  /** The lease ended before the attempt: its outcome has no effect. */
  | (EventContext & { readonly type: "lost" })
  /** A receiver asked for a pause, the channel is misconfigured, or too many attempts failed in a row. */
  | {
      readonly type: "held";
      readonly channel: string;
      /** Absent if the whole channel is held. */
      readonly destination?: string | undefined;
      readonly until: number;
      readonly reason: string;
      readonly at: number;
    }
  | {
      readonly type: "disabled";
      readonly channel: string;
      readonly destination: string;
      readonly reason: string;
      readonly at: number;
    }
  /** The store or a channel threw. Deliveries go on. */
  | { readonly type: "error"; readonly doing: string; readonly error: unknown; readonly at: number };

/** Returns the events of a settlement. @param counted whether it took effect */
export function eventsOf(claimed: Claimed, settlement: Settlement, counted: boolean): DispatchEvent[] {
  const { id, channel, destination, attempt: number, createdAt } = claimed;
  const { decision, attempt, hold, disable, now: at } = settlement;
  const about = { id, channel, destination, at };
  if (!counted) return [{ type: "lost", ...about }];
  const events: DispatchEvent[] = [];
  if (attempt !== undefined) {
    const { startedAt, outcome } = attempt;
    const due = decision.state === "pending" ? { due: decision.due } : {};
    events.push({ type: "attempt", ...about, attempt: number, startedAt, outcome: outcome as Outcome, ...due });
  }
  if (decision.state !== "pending") {
    const attempts = attempt === undefined ? number - 1 : number;
    events.push({ type: "settled", ...about, ...decision, attempts, createdAt });
  }
  if (hold !== undefined) {
    const { of, until, reason } = hold;
    events.push({ type: "held", channel, ...(of === "channel" ? {} : { destination }), until, reason, at });
  }
  if (disable !== undefined) events.push({ type: "disabled", channel, destination, reason: disable, at });
  return events;
}
