/**
 * The contract of a store. In: deliveries, profiles, events, memberships, definitions, firings, runs, API keys and answers to
 * requests. Out: the same, kept; what happens in one transaction is kept as a whole. `../stores` has the stores.
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
