import { type Alert, type AlertAborted, compileAlert } from "../../alert.ts";
import { type Condition, type ConditionResult, compileCondition } from "../../audiences/index.ts";
import { parseDuration } from "../../base/duration.ts";
import type { Json } from "../../base/json.ts";
import type { TemplateOptions } from "../../compile.ts";
import { type Channel, DestinationError, parseDestination } from "../../dispatch/index.ts";
import type { Definition } from "../../store/index.ts";
import { DefinitionError } from "../engine.ts";
import { type Evaluable, type Source, textOf } from "../fire/evaluation.ts";
import { type TriggerDefinition, type TriggerStatus, triggerDefinition } from "./definition.ts";
import { checkSchedule } from "./schedule.ts";
import { checkBody } from "./validate.ts";

/** What compiling needs to know of its surroundings. */
export interface CompileOptions {
  readonly templates: TemplateOptions;
  readonly channels: { readonly [name: string]: Channel };
  /** By channel: a template of where to, for triggers that say nothing of it. */
  readonly to: { readonly [channel: string]: string };
}

/** A way out: a channel, and where to on it for a person. */
export interface Target {
  readonly channel: string;
  /** The template of where to, as it is written. Nothing: the channel itself knows. */
  readonly toTemplate: string | undefined;
  readonly to: Evaluable<string> | undefined;
  readonly options: { readonly [name: string]: Json } | undefined;
}

/** A trigger, ready to fire. */
export interface Trigger {
  readonly name: string;
  readonly definition: TriggerDefinition;
  readonly status: TriggerStatus;
  readonly where: Condition | undefined;
  readonly test: Evaluable<ConditionResult> | undefined;
  readonly alert: Evaluable<Alert | AlertAborted>;
  readonly targets: readonly Target[];
  readonly key: Evaluable<string> | undefined;
  /** ms in which the same key counts. */
  readonly dedupeWindow: number;
  /** The zone of quiet hours; whatever does not name one, or fails, is none. */
  readonly zone: Evaluable<string> | undefined;
}

const aMonth = parseDuration("30d")!;

/** @throws DefinitionError */
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
    // Unlike a key's, a field that is missing here is a person without an address.
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

/** Asks channels about the ways out of a trigger, and compiles nothing. @throws DefinitionError */
export function checkTargets({ name, body }: Definition, compileOptions: Omit<CompileOptions, "templates">): void {
  const definition = checkBody("trigger", name, triggerDefinition, body);
  for (const i of definition.send.keys()) checkTarget(name, definition, i, compileOptions);
}

/** @returns the template of where to, if there is one @throws DefinitionError */
function checkTarget(
  name: string,
  { send }: TriggerDefinition,
  i: number,
  { channels, to: defaults }: Omit<CompileOptions, "templates">,
): string | undefined {
  const { channel, to, options } = send[i]!;
  const place = (...path: string[]) => ({ kind: "trigger", name, path: ["send", i, ...path] }) as const;
  if (!Object.hasOwn(channels, channel)) {
    const names = Object.keys(channels).join(", ") || "none";
    const message = `there is no channel ${JSON.stringify(channel)}; there are: ${names}`;
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

/** What is the same for everybody is known to be wrong before anybody is to be alerted. @throws DestinationError */
export function assertAccepted(channel: Channel, to: Json | undefined, options: Target["options"]): void {
  if (to === undefined)
    throw new DestinationError("this is nowhere: say where to, or leave it out for the channel's own");
  channel.accept(to, options);
}

/** A status as the store keeps it: what is undefined is left out. */
export const statusJson = (status: TriggerStatus | object): Json => status as unknown as Json;

export function statusOf(status: Json): TriggerStatus {
  return status !== null && typeof status === "object" && "state" in status
    ? (status as unknown as TriggerStatus)
    : { state: "draft" };
}
