import library from "web-push";
import { BoundedCache } from "../../base/bounded-cache.ts";
import type { Outcome } from "../../store/index.ts";
import type { PushAnswer } from "./answer.ts";
import type { Vapid } from "./subscription.ts";

/** Until when a push service is left alone (ms), and why. */
export interface Pause {
  readonly until: number;
  readonly reason: string;
  /** Lists the secrets of the request that was answered: `reason` may repeat them. */
  readonly secrets: readonly string[];
}

/** What is known of a push service, that is of an origin. */
interface Service {
  /** The `Authorization` header and when it is made anew, ms. */
  token?: { readonly header: string; readonly until: number } | undefined;
  /** It asked to be left alone: until when (ms), and with which words. */
  pause?: Pause | undefined;
  /** It took a push of ours, so our key and subject are good. */
  trusts?: true;
}

/** ms that a token is valid (a day at most, RFC 8292 section 2), and how long before its end a new one is made. */
const lifetime = 12 * 3_600_000;
const renewBefore = 3_600_000;
/** ms that a push service is left alone that has never believed a token of ours. */
const untrustedPause = 60_000;
/** ms of the longest pause, whatever is asked for: then one push asks again. */
const longest = 3_600_000;
/** Endpoints come from browsers, or whoever says to be one: what is remembered of origins has to be bounded. */
const maxServices = 1000;

export interface Services {
  /** The `Authorization` header for an origin: signed once, used for 11 hours. */
  authorization(origin: string, now: number): string;
  /** Until when an origin is left alone, and why; nothing if it is not. */
  pause(origin: string, now: number): Pause | undefined;
  /**
   * Notes what an answer says of the whole service. A token that was refused is signed anew; by a service that took one
   * before, the trouble is the subscription's, else ours: then the service is left alone for a minute.
   * @param secrets that were sent to it, and that its answer may repeat
   * @returns the outcome for the delivery
   */
  answered(origin: string, answer: PushAnswer, now: number, secrets?: readonly string[]): Outcome;
}

/** What a channel remembers of push services: it is lost with the process, and nothing depends on it but their peace. */
export function createServices(vapid: Vapid): Services {
  const services = new BoundedCache<string, Service>(maxServices);
  const serviceAt = (origin: string): Service => services.get(origin, () => ({}));

  return {
    authorization(origin, now) {
      const service = serviceAt(origin);
      if (service.token === undefined || service.token.until <= now) {
        const { subject, publicKey, privateKey } = vapid;
        const expires = Math.floor((now + lifetime) / 1000);
        const headers = library.getVapidHeaders(origin, subject, publicKey, privateKey, "aes128gcm", expires);
        service.token = { header: headers.Authorization, until: now + lifetime - renewBefore };
      }
      return service.token.header;
    },
    pause(origin, now) {
      const pause = services.peek(origin)?.pause;
      return pause !== undefined && pause.until > now ? pause : undefined;
    },
    answered(origin, { outcome, service: says }, now, secrets = []) {
      const service = serviceAt(origin);
      if (outcome.kind === "delivered") service.trusts = true;
      if (outcome.kind !== "retry" || says === undefined) return outcome;
      const { reason, retryAfter = untrustedPause } = outcome;
      if (says === "token") {
        service.token = undefined;
        if (service.trusts) return outcome;
      }
      service.pause = { until: now + Math.min(retryAfter, longest), reason, secrets };
      return says === "token" ? { ...outcome, retryAfter, countsAsAttempt: false } : outcome;
    },
  };
}
