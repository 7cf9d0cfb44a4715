/**
 * When an alert fires. In: what happens to profiles, and the time. Out: deliveries in the outbox, and for every person and
 * trigger why there is one or none.
 */

export * from "./alarms.ts";
export { createEngine, type EngineOptions } from "./create.ts";
export * from "./definition.ts";
export * from "./engine.ts";
export type * from "./firing.ts";
export * from "./lately.ts";
export * from "./pace.ts";
export * from "./quiet.ts";
export type { HandedOver, Happening } from "./record.ts";
export type * from "./run.ts";
export * from "./schedule.ts";
export * from "./share.ts";
export * from "./simulate.ts";
export { mergeRetention } from "./split.ts";
export type * from "./store.ts";
export { rereadStreams } from "./stream-identity.ts";
export { meant } from "./validate.ts";
