import library from "web-push";
import { BoundedCache } from "../../base/bounded-cache.ts";
import type { Outcome } from "../../store/index.ts";
import type { PushResult } from "./response-outcome.ts";
import type { Vapid } from "./subscription.ts";

/** Stops sending to a push service for a while. */
export interface Pause {
  /** ms since 1970. */
  readonly until: number;
  readonly reason: string;
  /** Secrets of the request whose response is the reason: it may repeat them. */
  readonly secrets: readonly string[];
}

/** Holds the state of a push service, which is an origin. */
interface ServiceState {
  /** The `Authorization` header, and when it is renewed (ms since 1970). */
  token?: { readonly header: string; readonly renewAt: number } | undefined;
  pause?: Pause | undefined;
  /** Set once the service has accepted a push: our key and subject are valid. */
  hasAcceptedToken?: true;
}

/** Sets a token's lifetime (at most a day, RFC 8292 section 2), and how long before its expiry it is renewed, in ms. */
const tokenLifetime = 12 * 3_600_000;
const renewBefore = 3_600_000;
/** Pauses a push service that rejects our token and has never accepted one, in ms. */
const untrustedPause = 60_000;
/** Limits a pause (ms), whatever the service asks for: then one push tries again. */
const maxPause = 3_600_000;
/** Limits the origins that are remembered, because endpoints come from browsers, or from attackers that claim to be one. */
const maxServices = 1000;

export interface PushServices {
  /** Returns the `Authorization` header for an origin: signed once, used for 11 hours. */
  authorization(origin: string, now: number): string;
  /** Returns the pause of an origin, or undefined if there is none. */
  pause(origin: string, now: number): Pause | undefined;
  /**
   * Records the consequences of a result for the whole service. A rejected token is replaced. If the service has accepted a token before,
   * the problem is the subscription's; otherwise it is ours, and the service is paused for a minute.
   * @param secrets of the request, which the response may repeat
   * @returns the outcome for the delivery
   */
  recordResult(origin: string, result: PushResult, now: number, secrets?: readonly string[]): Outcome;
}

/** Creates the memory of a channel about push services. It is lost with the process, which merely means an extra request. */
export function createPushServices(vapid: Vapid): PushServices {
  const services = new BoundedCache<string, ServiceState>(maxServices);
  const serviceAt = (origin: string): ServiceState => services.get(origin, () => ({}));

  return {
    authorization(origin, now) {
      const service = serviceAt(origin);
      if (service.token === undefined || service.token.renewAt <= now) {
        const { subject, publicKey, privateKey } = vapid;
        const expires = Math.floor((now + tokenLifetime) / 1000);
        const headers = library.getVapidHeaders(origin, subject, publicKey, privateKey, "aes128gcm", expires);
        service.token = { header: headers.Authorization, renewAt: now + tokenLifetime - renewBefore };
      }
      return service.token.header;
    },
    pause(origin, now) {
      const pause = services.peek(origin)?.pause;
      return pause !== undefined && pause.until > now ? pause : undefined;
    },
    recordResult(origin, { outcome, service: request }, now, secrets = []) {
      const service = serviceAt(origin);
      if (outcome.kind === "delivered") service.hasAcceptedToken = true;
      if (outcome.kind !== "retry" || request === undefined) return outcome;
      const { reason, retryAfter = untrustedPause } = outcome;
      if (request === "token") {
        service.token = undefined;
        if (service.hasAcceptedToken) return outcome;
      }
      service.pause = { until: now + Math.min(retryAfter, maxPause), reason, secrets };
      return request === "token" ? { ...outcome, retryAfter, countsAsAttempt: false } : outcome;
    },
  };
}
