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

/** What is kept, behind one transaction. */
export interface Store {
  readonly outbox: Outbox;
  /**
   * Commits everything that `work` does through `transaction`, or nothing if `work` throws. `work` awaits nothing but what
   * it does through `transaction`, because others wait for it.
   *
   * `work` may be run again, from the start, after a conflict with another transaction: only the last run is committed.
   * Create inside `work` whatever it collects (results, events to report, pages), and do outside of it, once this promise
   * has resolved, whatever cannot be undone.
   */
  transaction<Result>(
    work: (transaction: Transaction) => Promise<Result>,
    options?: TransactionOptions,
  ): Promise<Result>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

/**
 * A store that keeps what fires alerts beside the deliveries: profiles, memberships, firings, all behind one transaction.
 * What is JSON is kept as it is. Of other text (identifiers, keys, reasons) a lone surrogate becomes U+FFFD. A profile is
 * named by its id, or the id of one that it absorbed; what is written for one that is not there throws. A list's `after` is
 * `next` of the page before; a store throws StoreError for any other text.
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
