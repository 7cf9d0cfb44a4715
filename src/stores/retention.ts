/** How long settled deliveries are kept; pending ones always are. An idempotency key is known as long as its delivery. */
export interface Retention {
  /** ms since hand-over. */
  readonly age: number;
  /** What all settled deliveries together may hold (texts, not indexes); the oldest go first. */
  readonly bytes: number;
}

/** 30 days, 4 GiB. */
export const defaultRetention: Retention = { age: 30 * 86_400_000, bytes: 4 * 2 ** 30 };
