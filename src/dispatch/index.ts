/**
 * Delivers alerts: alert → delivery → outbox → channel, until it is settled. In: a rendered alert and its destination. Out: an outcome,
 * and a journal that explains it. Nothing here renders, and nothing here knows a protocol.
 *
 * `secrets/` keeps secrets out of the journal. In: the secrets of a channel or an attempt, and texts. Out: the texts with `…` or
 * `${NAME}` in place of every form of a secret.
 */
export { parseRetryAfter } from "../base/http-date.ts";
export { type AttemptContext, type Channel, DestinationError, type DestinationLimits, type Draft } from "./channel.ts";
export { parseDestination } from "./destination.ts";
export { createDispatcher, type Dispatcher, type DispatcherOptions } from "./dispatcher.ts";
export {
  type ComposeRequest,
  composeEntry,
  type Render,
  renderEntry,
  type SendRequest,
  type SendResult,
} from "./enqueue.ts";
export type { DispatchEvent } from "./event.ts";
export type { PartDifference, Replayed } from "./replay.ts";
export { delayAfter, type RetryPolicy } from "./retry.ts";
export type { NamedSecret, Secret } from "./secrets/forms.ts";
export { isSecretHeader, secretsOfHeader } from "./secrets/header.ts";
export { Redactor } from "./secrets/redactor.ts";
export { sealed, unsealed } from "./secrets/seal.ts";
export { shownDelivery } from "./secrets/shown.ts";
export { secretsOfUrl, shownDestination, shownUrl } from "./secrets/url.ts";
