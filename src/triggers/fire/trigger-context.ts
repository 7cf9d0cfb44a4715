import type { Json } from "../../base/json.ts";
import { pick } from "../../profiles/index.ts";
import type { Cause, Fields } from "../../store/index.ts";
import type { Trigger } from "../definition/trigger.ts";

/** Describes why a trigger fired; templates and conditions see it as `.trigger`, beside the profile's fields. */
export interface TriggerContext {
  readonly [field: string]: Json;
  readonly name: string;
  readonly kind: Cause["kind"];
  readonly backfill: boolean;
  /** RFC 3339. */
  readonly at: string;
}

/** Describes a cause as templates see it. */
export function triggerContext({ name, definition }: Trigger, cause: Cause, at: number): TriggerContext {
  const common = { name, kind: cause.kind, backfill: false, at: new Date(at).toISOString() };
  switch (cause.kind) {
    case "enter":
    case "exit":
      return { ...common, audience: cause.audience };
    case "change":
      return { ...common, fields: cause.fields, before: allowedFields(cause.before, definition.fields) };
    case "event":
      return { ...common, stream: cause.stream, event: cause.payload ?? null };
    case "run":
      return { ...common, audience: cause.audience, backfill: cause.backfill };
    default:
      return cause satisfies never;
  }
}

/** Combines several firings that are sent as one alert: the newest, with all of them as `events`, oldest first. */
export const digestOf = (all: readonly [TriggerContext, ...TriggerContext[]]): TriggerContext => ({
  ...all.at(-1)!,
  events: all,
});

/** Returns the data of a trigger's templates: the profile's fields, or the allowed ones, and `trigger`. */
export const templateData = (
  fields: Fields,
  triggerData: TriggerContext,
  allowed: readonly string[] | undefined,
): Fields => ({
  ...allowedFields(fields, allowed),
  trigger: triggerData,
});

const allowedFields = (fields: Fields, allowed: readonly string[] | undefined): Fields =>
  allowed === undefined ? fields : pick(fields, allowed);

/** Returns the part of the context that channels send whatever the template says: see `Channel.withTrigger`. */
export function publicTriggerContext({ name, kind, backfill, at, audience, stream }: TriggerContext): {
  readonly [field: string]: Json;
} {
  return {
    name,
    kind,
    backfill,
    at,
    ...(audience !== undefined && { audience }),
    ...(stream !== undefined && { stream }),
  };
}
