import { type Alert, type AlertAborted, compileAlert } from "../../alert.ts";
import { type Condition, type ConditionResult, compileCondition } from "../../audiences/index.ts";
import { parseDuration } from "../../base/duration.ts";
import type { Json } from "../../base/json.ts";
import type { TemplateOptions } from "../../compile.ts";
import { parseDestination } from "../../dispatch/destination.ts";
import { type Channel, DestinationError } from "../../dispatch/index.ts";
import type { Definition } from "../../store/index.ts";
import { DefinitionError, NotFoundError } from "../engine.ts";
import { type Evaluable, type Source, textOf } from "../fire/evaluation.ts";
import { type TriggerDefinition, type TriggerStatus, triggerDefinition } from "./definition.ts";
import { checkSchedule } from "./schedule.ts";
import { checkBody } from "./validate.ts";

/** Options for compiling definitions. */
export interface CompileOptions {
  readonly templates: TemplateOptions;
  readonly channels: { readonly [name: string]: Channel };
  /** By channel: a template of the destination, for triggers that name none. */
  readonly to: { readonly [channel: string]: string };
}

/** Names a channel, and the destination on it. */
export interface Target {
  readonly channel: string;
  /** Template of the destination, as written. Absent: the channel has a destination of its own. */
  readonly toTemplate: string | undefined;
  readonly to: Evaluable<string> | undefined;
  readonly options: { readonly [name: string]: Json } | undefined;
}

export interface Trigger {
  readonly name: string;
  readonly definition: TriggerDefinition;
  readonly status: TriggerStatus;
  readonly where: Condition | undefined;
  readonly test: Evaluable<ConditionResult> | undefined;
  readonly alert: Evaluable<Alert | AlertAborted>;
  readonly targets: readonly Target[];
  readonly key: Evaluable<string> | undefined;
  /** ms in which the same key is a duplicate. */
  readonly dedupeWindow: number;
  /** Zone of quiet hours; a template that fails or gives no zone counts as none. */
  readonly zone: Evaluable<string> | undefined;
}

const aMonth = parseDuration("30d")!;

/** Compiles a trigger. @throws DefinitionError */
export function compileTrigger({ name, body, status }: Definition, compileOptions: CompileOptions): Trigger {
  const definition = checkBody("trigger", name, triggerDefinition, body);
  const { templates } = compileOptions;
  const { on, where, alert, send, dedupe, quietHours } = definition;
  const at = <T>(path: readonly (string | number)[], make: () => T): T => {
    try {
      return make();
    } catch (error) {
      throw new DefinitionError((error as Error).message, { kind: "trigger", name, path });
    }
  };
  const text = (text: string, options: Partial<Source & { kind: "text" }>, ...path: (string | number)[]) =>
    at(path, () => textOf({ kind: "text", text, name: path.join("."), ...options }, templates));
  if ("schedule" in on || "at" in on || "every" in on) at(["on"], () => checkSchedule(on));
  const targets = send.map(({ channel, options }, i): Target => {
    const toTemplate = checkTarget(name, definition, i, compileOptions);
    // Unlike in a key, a missing field is allowed here: the profile has no address.
    const to_ = toTemplate === undefined ? undefined : text(toTemplate, { name: "to" }, "send", i, "to");
    return { channel, toTemplate, to: to_, options: options as Target["options"] };
  });
  const key = typeof dedupe === "string" ? dedupe : dedupe?.key;
  const condition =
    where === undefined ? undefined : at(["where"], () => compileCondition(where, { ...templates, name: "where" }));
  const compiled = at(["alert"], () => compileAlert(alert, templates));
  return {
    name,
    definition,
    status: statusOf(status),
    where: condition,
    test: condition && testOf(condition),
    alert: { source: { kind: "alert", alert }, evaluate: (subject, limit) => compiled.render(subject, limit) },
    targets,
    key: key === undefined ? undefined : text(key, { missingKey: "required" }, "dedupe"),
    dedupeWindow: typeof dedupe === "object" ? dedupe.within : aMonth,
    zone: quietHours?.zone === undefined ? undefined : text(quietHours.zone, {}, "quietHours", "zone"),
  };
}

export const testOf = (condition: Condition): Evaluable<ConditionResult> => ({
  source: { kind: "condition", where: condition.where },
  evaluate: (subject, limit) => condition.test(subject, limit),
});

/** Checks the targets of a trigger with their channels, and compiles nothing. @throws DefinitionError */
export function checkTargets({ name, body }: Definition, compileOptions: Omit<CompileOptions, "templates">): void {
  const definition = checkBody("trigger", name, triggerDefinition, body);
  for (const i of definition.send.keys()) checkTarget(name, definition, i, compileOptions);
}

/** Checks one target. @returns the template of its destination, if there is one @throws DefinitionError */
function checkTarget(
  name: string,
  { send }: TriggerDefinition,
  i: number,
  { channels, to: defaults }: Omit<CompileOptions, "templates">,
): string | undefined {
  const { channel, to, options } = send[i]!;
  const place = (...path: string[]) => ({ kind: "trigger", name, path: ["send", i, ...path] }) as const;
  if (!Object.hasOwn(channels, channel)) {
    const { message } = new NotFoundError("channel", channel, Object.keys(channels));
    throw new DefinitionError(message, place("channel"));
  }
  const configured = Object.hasOwn(defaults, channel) ? defaults[channel] : channels[channel]!.defaultTo;
  const toTemplate = to ?? configured;
  if (toTemplate?.includes("{{") === true) return toTemplate;
  try {
    const where = toTemplate === undefined ? null : parseDestination(toTemplate);
    assertAccepted(channels[channel]!, where, options as Target["options"]);
  } catch (error) {
    throw new DefinitionError((error as Error).message, place(...(to === undefined ? [] : ["to"])));
  }
  return toTemplate;
}

/** Checks a destination that is the same for every profile before any profile is alerted. @throws DestinationError */
export function assertAccepted(channel: Channel, to: Json | undefined, options: Target["options"]): void {
  if (to === undefined)
    throw new DestinationError("the destination is empty: name one, or leave it out for the channel's own");
  channel.accept(to, options);
}

/** Returns a status as JSON: undefined values are left out. */
export const statusJson = (status: TriggerStatus | object): Json => status as unknown as Json;

export function statusOf(status: Json): TriggerStatus {
  return status !== null && typeof status === "object" && "state" in status
    ? (status as unknown as TriggerStatus)
    : { state: "draft" };
}
