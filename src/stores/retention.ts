import { day } from "../base/duration.ts";

/** Limits how long settled deliveries are kept. Pending ones always are. An idempotency key is known as long as its delivery is kept. */
export interface Retention {
  /** Age from which on a delivery is removed, in ms since it was enqueued. */
  readonly age: number;
  /** Size of all settled deliveries together (texts, not indexes), beyond which the oldest are removed. */
  readonly bytes: number;
}

/** Keeps 30 days and 4 GiB. */
export const defaultRetention: Retention = { age: 30 * day, bytes: 4 * 2 ** 30 };
