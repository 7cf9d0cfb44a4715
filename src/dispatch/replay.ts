import { diffWordsWithSpace } from "diff";
import type { Alert } from "../store/index.ts";

/** A part of the alert that is not what it was. */
export interface PartDifference {
  readonly part: keyof Alert;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  /** From before to after, word by word. */
  readonly changes: readonly { readonly kind: "same" | "added" | "removed"; readonly text: string }[];
}

export interface Replayed {
  /** The delivery that is pending now: the same if sent as it was, a new one if rendered anew. */
  readonly id: string;
  /** The one that is said again, if it is not the same. */
  readonly replayOf?: string | undefined;
  /** Why the template aborted, this time. */
  readonly aborted?: string | undefined;
  /** Empty if it is sent as it was, or comes out the same. */
  readonly differences: readonly PartDifference[];
}

const parts: readonly (keyof Alert)[] = ["title", "subtitle", "body", "html"];
/** Beyond so many edits, the whole part is shown as replaced. */
const maxEdits = 2000;

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
