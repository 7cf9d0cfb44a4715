import type { ApiKeys } from "./api-keys.ts";
import type { Definitions } from "./definitions.ts";
import type { Events } from "./events.ts";
import type { Firings } from "./firings.ts";
import type { IdempotencyStore } from "./idempotency.ts";
import type { Memberships } from "./memberships.ts";
import type { Outbox } from "./outbox.ts";
import type { Profiles } from "./profiles.ts";
import type { Runs } from "./runs.ts";
import type { EngineTransaction, Transaction, TransactionOptions } from "./transaction.ts";

/** Keeps deliveries. All that a dispatcher needs. */
export interface Store {
  readonly outbox: Outbox;
  /**
   * Commits everything that `work` does through its `transaction`, or nothing if `work` throws. Transactions run one after the other, so
   * `work` must await nothing but the verbs of its `transaction`: others wait for it. Resolves once the commit is safe.
   *
   * `work` may be run again, from the start, after a conflict with another transaction: only the last run is committed.
   * Create inside `work` whatever it collects (results, events to report, pages), and do outside of it, once this promise
   * has resolved, whatever cannot be undone.
   */
  transaction<Result>(
    work: (transaction: Transaction) => Promise<Result>,
    options?: TransactionOptions,
  ): Promise<Result>;
  /** Waits for verbs and transactions that have begun; later ones throw a StoreError (`closed`). */
  close(): Promise<void>;
}

/**
 * Keeps everything that the engine needs to fire alerts, beside the deliveries, so that one transaction covers both.
 *
 * - JSON values come back exactly as they were given. In other texts (identifiers, keys, reasons) a lone surrogate becomes U+FFFD.
 * - A profile may be named by its own id, or by the id of a profile that was merged into it. Writing under an unknown profile throws.
 * - The `after` of a list's query is the `next` of the page before; any other text throws a StoreError.
 * - Records that are given are copied, and records that are returned belong to the caller (they may be frozen).
 */
export interface EngineStore extends Store {
  readonly profiles: Profiles;
  readonly events: Events;
  readonly memberships: Memberships;
  readonly definitions: Definitions;
  readonly firings: Firings;
  readonly runs: Runs;
  readonly keys: ApiKeys;
  readonly idempotency: IdempotencyStore;
  transaction<Result>(
    work: (transaction: EngineTransaction) => Promise<Result>,
    options?: TransactionOptions,
  ): Promise<Result>;
}
