/**
 * Delivers alerts: alert → delivery → outbox → channel, until it is settled. In: a rendered alert and its destination. Out: an outcome,
 * and a journal that explains it. Nothing here renders, and nothing here knows a protocol.
 *
 * `secrets/` keeps secrets out of the journal. In: the secrets of a channel or an attempt, and texts. Out: the texts with `…` or
 * `${NAME}` in place of every form of a secret.
 */

export { type AttemptContext, type Channel, DestinationError, type DestinationLimits, type Draft } from "./channel.ts";
export { createDispatcher, type Dispatcher, type DispatcherOptions, type PolicyFor } from "./dispatcher.ts";
export type { Render, SendRequest, SendResult } from "./enqueue.ts";
export type { DispatchEvent } from "./event.ts";
export type { PartDifference, Replayed } from "./replay.ts";
export type { RetryPolicy } from "./retry.ts";
export type { NamedSecret, Secret } from "./secrets/forms.ts";
