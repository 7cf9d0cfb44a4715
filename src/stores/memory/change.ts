import { erasedDestination } from "../../store/index.ts";
import { isSettled, type OutboxEntry } from "./entry.ts";
import type { OutboxState } from "./outbox-state.ts";

/** What operators ask for. Each says whether it did it. */
export function replay(outbox: OutboxState, entry: OutboxEntry, now: number): boolean {
  if (!isSettled(entry) || entry.stage === "aborted" || entry.body === undefined) return false;
  Object.assign(entry, { rank: entry.rank % 3, due: now, since: now, attempt: 0 });
  Object.assign(entry, { settledAt: undefined, reason: undefined, stage: "behind" });
  outbox.enter(entry);
  return true;
}

export function cancel(outbox: OutboxState, entry: OutboxEntry, now: number, reason: string): boolean {
  if (entry.stage !== "waiting" && entry.stage !== "behind") return false;
  entry.destination.queues[entry.rank]!.remove(entry);
  outbox.settle(entry, "cancelled", now, reason);
  return true;
}

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

/** Whether it is erased; if not, a claimed delivery without a body is to be withdrawn once its attempt ends. */
export function expunge(outbox: OutboxState, entry: OutboxEntry, now: number): boolean {
  cancel(outbox, entry, now, "withdrawn");
  if (entry.stage === "claimed") expungeContent(entry);
  return erase(outbox, entry);
}

function expungeContent(entry: OutboxEntry): void {
  entry.body = entry.source = entry.reason = undefined;
  entry.size = 0;
  entry.journal = entry.journal.map(({ text }) => {
    const { number, startedAt, endedAt, outcome } = JSON.parse(text);
    const hushed = "reason" in outcome ? { ...outcome, reason: erasedDestination } : outcome;
    return { text: JSON.stringify({ number, startedAt, endedAt, outcome: hushed }) };
  });
}
