/**
 * Alert → delivery → outbox → channel, until settled. In: a rendered alert and where it has to go. Out: an outcome, and a
 * journal that explains it. Nothing here renders, and nothing here knows a protocol.
 */
export { type Attempting, type Channel, DestinationError, type DestinationLimits, type Draft } from "./channel.ts";
export type { Alert, Delivery, Exchange, Json, Outcome, Sent } from "./delivery.ts";
export { delayAfter, parseRetryAfter, type RetryPolicy } from "./retry.ts";
