/**
 * Decides when an alert is sent, and to whom. In: updates and events about profiles, and the time. Out: deliveries in the
 * outbox, and for every profile and trigger the reason why there is one or none. All steps of one update are one transaction.
 *
 * - `definition/` compiles and checks what is declared. In: definitions, a desired state. Out: a catalog, a plan, findings.
 * - `ingest/` takes updates and events. In: items of many callers. Out: profiles, memberships, triggers that match.
 * - `fire/` decides about one trigger and one profile. In: a match, or a waiting firing that is due. Out: a firing, and
 *   deliveries. Evaluates templates and conditions within a budget of time, slow ones in another thread.
 * - `runs/` works through many profiles in steps. In: a backfill, a schedule, a changed audience. Out: firings,
 *   memberships, progress.
 * - `alarms/` watches triggers and audiences. In: their recent activity. Out: notifications for the operator.
 * - `simulate/` runs the engine on a copy of the store and a clock that jumps. In: a time span, updates. Out: what would
 *   have been sent.
 *
 * `maintenance.ts` calls all of them when something is due; `explain.ts` tells why a trigger alerted a profile, or did not.
 */

export type { ConditionResult } from "../audiences/condition.ts";
export type { RejectedUpdate } from "../profiles/apply.ts";
export type { StreamDefinition } from "../profiles/definition.ts";
export type { Change, Refused, Update } from "../profiles/update.ts";
export { createEngine, type EngineOptions } from "./create.ts";
export type { BrokenDefinition, Checked, Checker, CheckInput, LintedStep } from "./definition/check.ts";
export type { AlarmDefinition, TriggerDefinition } from "./definition/definition.ts";
export type { Samples } from "./definition/findings.ts";
export {
  type BackfillOptions,
  type Collected,
  type CollectOptions,
  DefinitionError,
  type DesiredState,
  type Engine,
  type EngineEvent,
  type Estimate,
  type Explanation,
  type Forgotten,
  NotFoundError,
  type Plan,
  RunStateError,
  type Split,
  SplitError,
  type Step,
  type Updated,
} from "./engine.ts";
export type { CostOptions } from "./fire/costs.ts";
export type { EvaluationRequest, Outcome, Source } from "./fire/evaluation.ts";
export type { Evaluate } from "./fire/off-thread.ts";
export type { QueuedDelivery, SimulationEvent } from "./simulate/record.ts";
export { type SimulateOptions, simulate, type Timed } from "./simulate/simulate.ts";
