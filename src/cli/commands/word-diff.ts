import { diffWordsWithSpace } from "diff";

/** With more edits than this, the whole text is shown as replaced: a longer search takes too long. */
const maxEdits = 2000;

/** Marks what differs between two texts, word by word: `Hey, [-Ada-]{+Zoë+}`. */
export function wordDiff(before: string, after: string): string {
  const changes = diffWordsWithSpace(before, after, { maxEditLength: maxEdits }) ?? [
    { value: before, removed: true, added: false },
    { value: after, removed: false, added: true },
  ];
  return changes
    .filter(({ value }) => value !== "")
    .map(({ value, added, removed }) => (added ? `{+${value}+}` : removed ? `[-${value}-]` : value))
    .join("");
}
