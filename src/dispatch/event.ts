import type { Outcome } from "./delivery.ts";
import type { State } from "./outbox.ts";

interface About {
  readonly id: string;
  readonly channel: string;
  readonly destination: string;
  /** ms since 1970. */
  readonly at: number;
}

/** What happens, as plain data: others make logs, traces and metrics of it. Holds no alert and no profile. */
export type DispatchEvent =
  | (About & {
      readonly type: "handed-over";
      readonly state: State;
      readonly reason?: string | undefined;
      readonly duplicate: boolean;
    })
  | (About & { readonly type: "claimed"; readonly attempt: number })
  | (About & {
      readonly type: "attempt";
      readonly attempt: number;
      readonly startedAt: number;
      readonly outcome: Outcome;
      /** When it is tried again. */
      readonly due?: number | undefined;
    })
  | (About & {
      readonly type: "settled";
      readonly state: "delivered" | "dead";
      readonly reason?: string | undefined;
      readonly attempts: number;
      readonly createdAt: number;
    })
  /** Given back without an attempt. */
  | (About & { readonly type: "released" })
  /** Its lease ended: how this attempt ended does not count. */
  | (About & { readonly type: "lost" })
  | {
      readonly type: "held";
      readonly channel: string;
      /** Absent: the whole channel. */
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
  /** The store or a channel failed in a way that is not an outcome. Work goes on. */
  | { readonly type: "error"; readonly doing: string; readonly error: unknown; readonly at: number };
