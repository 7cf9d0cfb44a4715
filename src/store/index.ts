/**
 * Defines the contract of a store, without an implementation. In: records. Out: the same records, kept; what one transaction writes is
 * kept as a whole, or not at all.
 *
 * A new store implements one interface, `EngineStore`, which consists of these parts:
 *
 * - `outbox` (`Outbox`): deliveries until they are settled, and their journal afterwards: add, claim under a lease, settle behind a
 *   fence, release, renew, find, list, replay, cancel, erase, expunge, prune, and holds of destinations and channels.
 * - `profiles`, `memberships`, `events`, `definitions`, `firings`, `runs` (`Profiles`, `Memberships` …): to read outside of a
 *   transaction. Within one, `EngineTransaction` has their writers (`ProfilesWriter` …), whose reads see what it wrote.
 * - `keys` (`ApiKeys`) and `idempotency` (`IdempotencyStore`): API keys, and responses that are stored for idempotency keys.
 * - `transaction` and `close`. Failures that are the store's are a `StoreError`.
 *
 * A store that only delivers implements `Store`: `outbox`, `transaction`, `close`. Every promise is proved by `describeStore` in
 * `test/store/contract`, which a new store has to pass. `../stores` has the implementations.
 */

export type { Json } from "../base/json.ts";
export type { Page } from "../base/page.ts";
export type { ApiKey, ApiKeys, Scope } from "./api-keys.ts";
export type { Definition, DefinitionKind, Definitions, DefinitionsWriter } from "./definitions.ts";
export type { Alert, AttemptResult, Delivery, Exchange, Outcome } from "./delivery.ts";
export { StoreError, type StoreProblem } from "./errors.ts";
export type { Events, EventsWriter, RawEvent } from "./events.ts";
export type { Cause, Firing, FiringState, Firings, FiringsWriter, Skip } from "./firings.ts";
export type { IdempotencyStore, StoredResponse } from "./idempotency.ts";
export type { Member, Membership, Memberships, MembershipsWriter } from "./memberships.ts";
export {
  type Attempt,
  type AttemptOutcome,
  type ChannelCapacity,
  type Claim,
  type Claimed,
  type ClaimRequest,
  type Claims,
  type DeliveryState,
  type DeliverySummary,
  type DestinationHealth,
  type DestinationRef,
  type EnqueueResult,
  type Entry,
  type ExpungeResult,
  erasedDestination,
  type ListQuery,
  type Outbox,
  type Priority,
  priorities,
  type Settlement,
  type Source,
  type Stats,
  type StoredDelivery,
} from "./outbox.ts";
export type { Fields, Identifier, Profile } from "./profile.ts";
export type { Absorption, MemberSince, Merge, Profiles, ProfilesWriter, SplitPair } from "./profiles.ts";
export { maxRuns, type Run, type RunKind, type RunState, type Runs, type RunsWriter } from "./runs.ts";
export type { EngineStore, Store } from "./store.ts";
export type { EngineTransaction, Transaction, TransactionOptions } from "./transaction.ts";
