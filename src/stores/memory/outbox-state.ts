import type { Attempt, DeliveryState } from "../../store/index.ts";
import { type Channel, Destination } from "./destination.ts";
import { isSettled, type OutboxEntry } from "./entry.ts";

const keyOf = (channel: string, destination: string): string => JSON.stringify([channel, destination]);

/** What the memory store keeps, and how it finds it. */
export class OutboxState {
  readonly items = new Map<string, OutboxEntry>();
  readonly byKey = new Map<string, OutboxEntry>();
  readonly channels = new Map<string, Channel>();
  readonly destinations = new Map<string, Destination>();
  /** Destinations where something waits, those first that were not served for longest. */
  readonly busy = new Set<Destination>();
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

  keep(item: OutboxEntry): void {
    this.items.set(item.entry.id, item);
    if (item.entry.idempotencyKey !== undefined) this.byKey.set(item.entry.idempotencyKey, item);
    item.destination.kept++;
    if (!isSettled(item)) this.enter(item);
  }

  /** Puts it where it is claimed from, or behind another with its ordering key. */
  enter(item: OutboxEntry): void {
    const { orderingKey } = item.entry;
    const { lines } = item.destination;
    if (orderingKey !== undefined) {
      const [first, ...behind] = lines.get(orderingKey) ?? [];
      if (first !== undefined) {
        item.stage = "behind";
        lines.set(orderingKey, [first, ...[...behind, item].sort((a, b) => a.seq - b.seq)]);
        return;
      }
      lines.set(orderingKey, [item]);
    }
    this.wait(item);
  }

  wait(item: OutboxEntry): void {
    item.stage = "waiting";
    item.destination.queues[item.rank]!.add(item);
    this.busy.add(item.destination);
  }

  settle(item: OutboxEntry, state: Exclude<DeliveryState, "pending">, now: number, reason: string | undefined): void {
    item.stage = state;
    item.lease = undefined;
    item.settledAt = now;
    item.reason = reason;
    const { orderingKey } = item.entry;
    if (orderingKey === undefined) return;
    const { lines } = item.destination;
    const line = (lines.get(orderingKey) ?? []).filter((one) => one !== item);
    if (line.length === 0) lines.delete(orderingKey);
    else lines.set(orderingKey, line);
    if (line[0]?.stage === "behind") this.wait(line[0]);
  }

  note(item: OutboxEntry, attempt: Attempt): void {
    const text = JSON.stringify(attempt);
    item.journal.push({ text });
    item.size += text.length;
  }

  held(id: string, claim: number): OutboxEntry | undefined {
    const item = this.items.get(id);
    return item?.stage === "claimed" && item.claims === claim ? item : undefined;
  }

  remove(item: OutboxEntry, now: number): void {
    this.items.delete(item.entry.id);
    if (item.entry.idempotencyKey !== undefined) this.byKey.delete(item.entry.idempotencyKey);
    const { destination } = item;
    destination.kept--;
    const { heldUntil, disabled, failures } = destination;
    if (heldUntil <= now && disabled === undefined && failures === 0) this.vacate(destination);
  }

  /** Ends it if nothing is there. */
  vacate(destination: Destination): void {
    if (destination.kept > 0) return;
    this.destinations.delete(keyOf(destination.channel.name, destination.name));
  }

  settled(): OutboxEntry[] {
    return [...this.items.values()].filter(isSettled);
  }
}
