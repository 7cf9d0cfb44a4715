import type { Json } from "../../base/json.ts";
import { pick } from "../../profiles/index.ts";
import type { Cause, Fields } from "../../store/index.ts";
import type { Trigger } from "../definition/trigger.ts";

/** What templates and conditions of a trigger see beside the profile's fields, as `.trigger`. */
export interface About {
  readonly [field: string]: Json;
  readonly name: string;
  readonly kind: Cause["kind"];
  readonly backfill: boolean;
  /** RFC 3339. */
  readonly at: string;
}

/** What has happened, as templates see it. */
export function aboutOf({ name, definition }: Trigger, cause: Cause, at: number): About {
  const common = { name, kind: cause.kind, backfill: false, at: new Date(at).toISOString() };
  switch (cause.kind) {
    case "enter":
    case "exit":
      return { ...common, audience: cause.audience };
    case "change":
      return { ...common, fields: cause.fields, before: leaving(cause.before, definition.fields) };
    case "event":
      return { ...common, stream: cause.stream, event: cause.payload ?? null };
    case "member":
      return { ...common, audience: cause.audience, backfill: cause.backfill };
    default:
      return cause satisfies never;
  }
}

/** Several firings that go out as one: the newest, with all of them as `events`, oldest first. */
export const digestOf = (all: readonly [About, ...About[]]): About => ({ ...all.at(-1)!, events: all });

/** Dot: the fields, or those of them that may leave, and `trigger`. */
export const subjectOf = (fields: Fields, about: About, allowed: readonly string[] | undefined): Fields => ({
  ...leaving(fields, allowed),
  trigger: about,
});

const leaving = (fields: Fields, allowed: readonly string[] | undefined): Fields =>
  allowed === undefined ? fields : pick(fields, allowed);

/** What receivers are told whatever the template says: see the channels' option `data`. */
export function tellsOf({ name, kind, backfill, at, audience, stream }: About): { readonly [field: string]: Json } {
  return {
    name,
    kind,
    backfill,
    at,
    ...(audience !== undefined && { audience }),
    ...(stream !== undefined && { stream }),
  };
}
