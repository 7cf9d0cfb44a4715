import { erasedDestination } from "../../store/index.ts";
import { isSettled, type OutboxEntry } from "./entry.ts";
import type { OutboxState } from "./outbox-state.ts";

/** What operators ask for. Each says whether it did it. */
export function replay(shelf: OutboxState, item: OutboxEntry, now: number): boolean {
  if (!isSettled(item) || item.stage === "aborted" || item.body === undefined) return false;
  Object.assign(item, { rank: item.rank % 3, due: now, since: now, attempt: 0 });
  Object.assign(item, { settledAt: undefined, reason: undefined, stage: "behind" });
  shelf.enter(item);
  return true;
}

export function cancel(shelf: OutboxState, item: OutboxEntry, now: number, reason: string): boolean {
  if (item.stage !== "waiting" && item.stage !== "behind") return false;
  item.destination.queues[item.rank]!.remove(item);
  shelf.settle(item, "cancelled", now, reason);
  return true;
}

export function erase(shelf: OutboxState, item: OutboxEntry): boolean {
  if (!isSettled(item)) return false;
  expungeContent(item);
  const { destination, entry } = item;
  destination.kept--;
  item.destination = shelf.destination(entry.channel, erasedDestination);
  item.destination.kept++;
  item.entry = { ...entry, orderingKey: undefined };
  shelf.vacate(destination);
  return true;
}

/** Whether it is erased; if not, a claimed delivery without a body is to be withdrawn once its attempt ends. */
export function withdraw(shelf: OutboxState, item: OutboxEntry, now: number): boolean {
  cancel(shelf, item, now, "withdrawn");
  if (item.stage === "claimed") expungeContent(item);
  return erase(shelf, item);
}

function expungeContent(item: OutboxEntry): void {
  item.body = item.source = item.reason = undefined;
  item.size = 0;
  item.journal = item.journal.map(({ text }) => {
    const { number, startedAt, endedAt, outcome } = JSON.parse(text);
    const hushed = "reason" in outcome ? { ...outcome, reason: erasedDestination } : outcome;
    return { text: JSON.stringify({ number, startedAt, endedAt, outcome: hushed }) };
  });
}
