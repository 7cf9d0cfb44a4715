import type { Attempt, DeliveryState } from "../../store/index.ts";
import { type Channel, Destination } from "./destination.ts";
import { isSettled, type OutboxEntry } from "./entry.ts";

const keyOf = (channel: string, destination: string): string => JSON.stringify([channel, destination]);

/** Holds all deliveries, and their indexes. */
export class OutboxState {
  readonly entries = new Map<string, OutboxEntry>();
  readonly byKey = new Map<string, OutboxEntry>();
  readonly channels = new Map<string, Channel>();
  readonly destinations = new Map<string, Destination>();
  /** Destinations with waiting deliveries, the one that was served longest ago first. */
  readonly readyDestinations = new Set<Destination>();
  readonly leased = new Set<OutboxEntry>();
  #seq = 0;

  get nextSeq(): number {
    return ++this.#seq;
  }

  channel(name: string): Channel {
    let channel = this.channels.get(name);
    if (channel === undefined) {
      channel = { name, heldUntil: 0, heldReason: undefined };
      this.channels.set(name, channel);
    }
    return channel;
  }

  destination(channel: string, name: string): Destination {
    const key = keyOf(channel, name);
    let destination = this.destinations.get(key);
    if (destination === undefined) {
      destination = new Destination(this.channel(channel), name);
      this.destinations.set(key, destination);
    }
    return destination;
  }

  add(entry: OutboxEntry): void {
    this.entries.set(entry.header.id, entry);
    if (entry.header.idempotencyKey !== undefined) this.byKey.set(entry.header.idempotencyKey, entry);
    entry.destination.kept++;
    if (!isSettled(entry)) this.enter(entry);
  }

  /** Makes a pending delivery claimable, or queues it behind another with its ordering key. */
  enter(entry: OutboxEntry): void {
    const { orderingKey } = entry.header;
    const { orderedByKey } = entry.destination;
    if (orderingKey !== undefined) {
      const [first, ...behind] = orderedByKey.get(orderingKey) ?? [];
      if (first !== undefined) {
        entry.stage = "behind";
        orderedByKey.set(orderingKey, [first, ...[...behind, entry].sort((a, b) => a.seq - b.seq)]);
        return;
      }
      orderedByKey.set(orderingKey, [entry]);
    }
    this.wait(entry);
  }

  wait(entry: OutboxEntry): void {
    entry.stage = "waiting";
    entry.destination.queues[entry.rank]!.add(entry);
    this.readyDestinations.add(entry.destination);
  }

  settle(entry: OutboxEntry, state: Exclude<DeliveryState, "pending">, now: number, reason: string | undefined): void {
    entry.stage = state;
    entry.lease = undefined;
    entry.settledAt = now;
    entry.reason = reason;
    const { orderingKey } = entry.header;
    if (orderingKey === undefined) return;
    const { orderedByKey } = entry.destination;
    const line = (orderedByKey.get(orderingKey) ?? []).filter((one) => one !== entry);
    if (line.length === 0) orderedByKey.delete(orderingKey);
    else orderedByKey.set(orderingKey, line);
    if (line[0]?.stage === "behind") this.wait(line[0]);
  }

  recordAttempt(entry: OutboxEntry, attempt: Attempt): void {
    const text = JSON.stringify(attempt);
    entry.journal.push({ text });
    entry.size += text.length;
  }

  findClaimed(id: string, claim: number): OutboxEntry | undefined {
    const entry = this.entries.get(id);
    return entry?.stage === "claimed" && entry.claims === claim ? entry : undefined;
  }

  remove(entry: OutboxEntry, now: number): void {
    this.entries.delete(entry.header.id);
    if (entry.header.idempotencyKey !== undefined) this.byKey.delete(entry.header.idempotencyKey);
    const { destination } = entry;
    destination.kept--;
    const { heldUntil, disabled, failures } = destination;
    if (heldUntil <= now && disabled === undefined && failures === 0) this.removeIfEmpty(destination);
  }

  /** Removes a destination that has no deliveries. */
  removeIfEmpty(destination: Destination): void {
    if (destination.kept > 0) return;
    this.destinations.delete(keyOf(destination.channel.name, destination.name));
  }

  settled(): OutboxEntry[] {
    return [...this.entries.values()].filter(isSettled);
  }
}
