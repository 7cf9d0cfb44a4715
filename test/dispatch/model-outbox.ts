import type { Claimed, DeliveryState, Priority } from "../../src/store/index.ts";

export interface ModelDelivery {
  readonly id: string;
  readonly seq: number;
  destination: string;
  readonly key: string | undefined;
  orderingKey: string | undefined;
  readonly priority: Priority;
  state: DeliveryState;
  due: number;
  /** While somebody holds it: until when, and as which claim. */
  lease: number | undefined;
  claims: number;
  attempts: number;
  /** Set when its line goes on: what is replayed lines up again. */
  place: number;
  /** It says nothing any more; settled, it is erased. */
  silent: boolean;
}

/** Models an outbox as simply as possible: a list, searched from end to end. */
export class Model {
  readonly deliveries: ModelDelivery[] = [];
  readonly held = new Map<string, number>();
  readonly disabled = new Set<string>();
  /** Claims that somebody believes to hold, right or wrong. */
  readonly claims: Claimed[] = [];
  now: number;
  #places = 0;

  constructor(now: number) {
    this.now = now;
  }

  get nextPlace(): number {
    return ++this.#places;
  }

  byKey(key: string | undefined): ModelDelivery | undefined {
    return key === undefined ? undefined : this.deliveries.find((one) => one.key === key);
  }

  find(id: string): ModelDelivery {
    return this.deliveries.find((one) => one.id === id)!;
  }

  isHeldBy({ id, claim }: Claimed): boolean {
    const one = this.find(id);
    return one.state === "pending" && one.lease !== undefined && one.claims === claim;
  }

  /** Leases that have ended are no more. */
  loseLeases(): void {
    for (const one of this.deliveries) {
      if (one.lease !== undefined && one.lease <= this.now) {
        one.lease = undefined;
        one.due = this.now;
        this.end(one);
      }
    }
  }

  /** Once an attempt is over, that of what was withdrawn is the last. */
  end(one: ModelDelivery): void {
    if (!one.silent) return;
    if (one.state === "pending") one.state = "cancelled";
    this.erase(one);
  }

  erase(one: ModelDelivery): void {
    const { destination } = one;
    Object.assign(one, { destination: "erased", orderingKey: undefined, silent: true });
    if (this.deliveries.some((other) => other.destination === destination)) return;
    this.held.delete(destination);
    this.disabled.delete(destination);
  }

  /** Others of its line that have to go first. */
  #isBehind(delivery: ModelDelivery): boolean {
    if (delivery.orderingKey === undefined) return false;
    return this.deliveries.some(
      (one) =>
        one !== delivery &&
        one.state === "pending" &&
        one.destination === delivery.destination &&
        one.orderingKey === delivery.orderingKey &&
        one.place < delivery.place,
    );
  }

  isWaiting(delivery: ModelDelivery): boolean {
    const { state, lease, due, destination } = delivery;
    const held = !this.disabled.has(destination) && (this.held.get(destination) ?? 0) > this.now;
    return state === "pending" && lease === undefined && due <= this.now && !held && !this.#isBehind(delivery);
  }

  count(): Record<DeliveryState, number> {
    const counts: Record<DeliveryState, number> = { pending: 0, delivered: 0, dead: 0, cancelled: 0, aborted: 0 };
    for (const { state } of this.deliveries) counts[state]++;
    return counts;
  }
}
