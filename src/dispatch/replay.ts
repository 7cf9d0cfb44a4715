import type { Alert } from "../store/index.ts";

/** Shows a part of the alert that differs. If a text is absent, the alert has no such part. */
export interface PartDifference {
  readonly part: keyof Alert;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

export interface Replayed {
  /** Id of the delivery that is pending now: the same if sent as it was, a new one if rendered anew. */
  readonly id: string;
  /** Id of the original delivery, if it was rendered anew. */
  readonly replayOf?: string | undefined;
  /** Why the template aborted this time. */
  readonly aborted?: string | undefined;
  /** Empty if the delivery is sent as it was, or is rendered the same. */
  readonly differences: readonly PartDifference[];
}

const parts: readonly (keyof Alert)[] = ["title", "subtitle", "body", "html"];

/** Returns the parts that differ, in the order title, subtitle, body, html. */
export const differencesOf = (before: Alert | undefined, after: Alert | undefined): PartDifference[] =>
  parts
    .filter((part) => before?.[part] !== after?.[part])
    .map((part) => ({ part, before: before?.[part], after: after?.[part] }));
