/**
 * When an alert fires. In: what happens to profiles, and the time. Out: deliveries in the outbox, and for every person and
 * trigger why there is one or none.
 */

export * from "./alarms/alarms.ts";
export { createEngine, type EngineOptions } from "./create.ts";
export { type Checked, type Checker, type CheckInput, check, testAll } from "./definition/check.ts";
export * from "./definition/definition.ts";
export * from "./definition/quiet-hours.ts";
export * from "./definition/schedule.ts";
export { changedStreamMeanings } from "./definition/stream-identity.ts";
export { meant } from "./definition/validate.ts";
export * from "./engine.ts";
export type { CostOptions } from "./fire/costs.ts";
export type { EvaluationRequest, Outcome, Source } from "./fire/evaluation.ts";
export type { Evaluate } from "./fire/off-thread.ts";
export { mergeRetention } from "./ingest/split.ts";
export * from "./runs/rate-limit.ts";
export * from "./runs/sample.ts";
export type { QueuedDelivery, SimulationEvent } from "./simulate/record.ts";
export * from "./simulate/simulate.ts";
export * from "./trigger-activity.ts";
