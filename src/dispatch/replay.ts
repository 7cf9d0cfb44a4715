import { diffWordsWithSpace } from "diff";
import type { Alert } from "../store/index.ts";

/** A part of an alert that differs after it was rendered anew. */
export interface PartDifference {
  readonly part: keyof Alert;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  /** The changes from before to after, word by word. */
  readonly changes: readonly { readonly kind: "same" | "added" | "removed"; readonly text: string }[];
}

/** What became of a replay. */
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
/** Edits beyond which a whole part is shown as replaced. */
const maxEdits = 2000;

/** Compares two alerts part by part. */
export function differencesOf(before: Alert | undefined, after: Alert | undefined): PartDifference[] {
  return parts
    .filter((part) => before?.[part] !== after?.[part])
    .map((part) => ({
      part,
      before: before?.[part],
      after: after?.[part],
      changes: changesOf(before?.[part] ?? "", after?.[part] ?? ""),
    }));
}

function changesOf(before: string, after: string): PartDifference["changes"] {
  const found = diffWordsWithSpace(before, after, { maxEditLength: maxEdits });
  const changes = found ?? [
    { value: before, removed: true, added: false },
    { value: after, removed: false, added: true },
  ];
  return changes
    .filter(({ value }) => value !== "")
    .map(({ value, added, removed }) => ({ kind: added ? "added" : removed ? "removed" : "same", text: value }));
}
