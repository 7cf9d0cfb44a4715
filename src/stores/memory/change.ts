import { erasedDestination } from "../../store/index.ts";
import { isSettled, type OutboxEntry } from "./entry.ts";
import type { OutboxState } from "./outbox-state.ts";

/** Makes a settled delivery pending again. Returns whether it was settled and not erased. */
export function replay(outbox: OutboxState, entry: OutboxEntry, now: number): boolean {
  if (!isSettled(entry) || entry.stage === "aborted" || entry.body === undefined) return false;
  Object.assign(entry, { rank: entry.rank % 3, due: now, since: now, attempt: 0 });
  Object.assign(entry, { settledAt: undefined, reason: undefined, stage: "behind" });
  outbox.enter(entry);
  return true;
}

/** Cancels a delivery that nobody has claimed. Returns whether it did. */
export function cancel(outbox: OutboxState, entry: OutboxEntry, now: number, reason: string): boolean {
  if (entry.stage !== "waiting" && entry.stage !== "behind") return false;
  entry.destination.queues[entry.rank]!.remove(entry);
  outbox.settle(entry, "cancelled", now, reason);
  return true;
}

/** Erases a settled delivery. Returns whether it was settled. */
export function erase(outbox: OutboxState, entry: OutboxEntry): boolean {
  if (!isSettled(entry)) return false;
  expungeContent(entry);
  const { destination, header } = entry;
  destination.kept--;
  entry.destination = outbox.destination(header.channel, erasedDestination);
  entry.destination.kept++;
  entry.header = { ...header, orderingKey: undefined };
  outbox.removeIfEmpty(destination);
  return true;
}

/** Cancels and erases a delivery. Returns whether it is erased: a claimed one only loses its body now, by which `settle` knows to erase it. */
export function expunge(outbox: OutboxState, entry: OutboxEntry, now: number): boolean {
  cancel(outbox, entry, now, "expunged");
  if (entry.stage === "claimed") expungeContent(entry);
  return erase(outbox, entry);
}

function expungeContent(entry: OutboxEntry): void {
  entry.body = entry.source = entry.reason = undefined;
  entry.size = 0;
  entry.journal = entry.journal.map(({ text }) => {
    const { number, startedAt, endedAt, outcome } = JSON.parse(text);
    const cleared = "reason" in outcome ? { ...outcome, reason: erasedDestination } : outcome;
    return { text: JSON.stringify({ number, startedAt, endedAt, outcome: cleared }) };
  });
}
