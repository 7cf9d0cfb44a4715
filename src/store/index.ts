/**
 * The contract of a store, without an implementation. In: records. Out: the same records, kept; what one transaction writes is
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
export type { Page } from "../base/page.ts";
export type * from "./api-keys.ts";
export type * from "./definitions.ts";
export type * from "./delivery.ts";
export { StoreError, type StoreProblem } from "./errors.ts";
export type * from "./events.ts";
export type * from "./firings.ts";
export type * from "./idempotency.ts";
export type * from "./memberships.ts";
export * from "./outbox.ts";
export type * from "./profile.ts";
export type * from "./profiles.ts";
export * from "./runs.ts";
export type * from "./store.ts";
export type * from "./transaction.ts";
