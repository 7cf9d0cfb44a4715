/**
 * When an alert fires. In: what happens to profiles, and the time. Out: deliveries in the outbox, and for every person and
 * trigger why there is one or none.
 */

export * from "./alarms.ts";
export { type Checked, type Checker, type CheckInput, check, testAll } from "./check.ts";
export type { CostOptions } from "./costs.ts";
export { createEngine, type EngineOptions } from "./create.ts";
export * from "./definition.ts";
export type { Evaluate } from "./elsewhere.ts";
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
export type { EvaluationRequest, Outcome, Source } from "./source.ts";
export type * from "./store.ts";
export { meant } from "./validate.ts";
