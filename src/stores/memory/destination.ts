import type { OutboxEntry } from "./entry.ts";

export interface Channel {
  readonly name: string;
  heldUntil: number;
  heldReason: string | undefined;
}

/** Holds the queues and the health of one destination. */
export class Destination {
  readonly channel: Channel;
  readonly name: string;
  heldUntil = 0;
  heldReason: string | undefined;
  disabled: string | undefined;
  failures = 0;
  /** Number of deliveries, whatever their state. */
  kept = 0;
  /** Defined while the destination is failing and tried with one attempt at a time: when the lease of that attempt ends, or 0. */
  trialUntil: number | undefined;
  /** Waiting deliveries by rank, each queue in the order of due times. */
  readonly queues = Array.from({ length: 6 }, () => new Queue());
  /** Pending deliveries by ordering key, in their order. */
  readonly orderedByKey = new Map<string, OutboxEntry[]>();

  get blockedUntil(): number {
    return Math.max(this.heldUntil, this.trialUntil ?? 0);
  }

  constructor(channel: Channel, name: string) {
    this.channel = channel;
    this.name = name;
  }
}

const isBefore = (a: OutboxEntry, b: OutboxEntry): boolean => a.due < b.due || (a.due === b.due && a.seq < b.seq);

/** Keeps deliveries sorted by due time, then by age. Fast for the usual case: added at the end, removed from the front. */
class Queue {
  #items: OutboxEntry[] = [];
  #from = 0;

  get first(): OutboxEntry | undefined {
    return this.#items[this.#from];
  }

  add(entry: OutboxEntry): void {
    let [low, high] = [this.#from, this.#items.length];
    if (high > low && isBefore(this.#items[high - 1]!, entry)) low = high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(this.#items[middle]!, entry)) low = middle + 1;
      else high = middle;
    }
    if (low === this.#items.length) this.#items.push(entry);
    else this.#items.splice(low, 0, entry);
  }

  shift(): void {
    this.#from++;
    if (this.#from > 1000 && this.#from * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#from);
      this.#from = 0;
    }
  }

  remove(entry: OutboxEntry): void {
    const at = this.#items.indexOf(entry, this.#from);
    if (at >= 0) this.#items.splice(at, 1);
  }
}
