import PQueue from "p-queue";
import type { Claimed } from "../store/index.ts";
import type { Channel, DestinationLimits } from "./channel.ts";
import { defaultConcurrency } from "./outcome-policy.ts";

/** Returns how many deliveries are claimed for a destination in addition to those that run, so that it never waits for the outbox. */
export const prefetchFor = (concurrency: number): number => Math.min(128, Math.max(8, concurrency));

/** Queues the claimed deliveries of one destination, and runs them within its concurrency and rate. */
export class DestinationQueue {
  readonly #queue: PQueue;
  readonly #batch: NonNullable<Channel["batch"]> | undefined;
  readonly #run: (some: readonly Claimed[]) => Promise<void>;
  readonly #waiting = new Set<Claimed>();
  #gathered: Claimed[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** Number of claimed deliveries that are neither settled nor released. */
  inFlight = 0;
  /** Failed attempts in a row, of this process. The store counts those of all; this number stops deliveries that are claimed already. */
  failures = 0;

  /** @param run makes one attempt for one delivery, or for several if the channel takes batches; must not throw */
  constructor(channel: Channel, limits: DestinationLimits, run: (some: readonly Claimed[]) => Promise<void>) {
    const { concurrency = defaultConcurrency, rate } = limits;
    const most = rate === undefined ? {} : { intervalCap: rate.count, interval: rate.per, strict: true };
    this.#queue = new PQueue({ concurrency, ...most });
    this.#batch = channel.sendBatch === undefined ? undefined : channel.batch;
    this.#run = run;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Says whether the queue can be dropped: nothing is in flight, and no rate has to be remembered. */
  get isIdle(): boolean {
    return this.inFlight === 0 && !this.#queue.isRateLimited;
  }

  /** Adds a claimed delivery. */
  push(claimed: Claimed): void {
    this.#waiting.add(claimed);
    if (this.#batch === undefined) {
      this.#enqueue([claimed]);
      return;
    }
    this.#gathered.push(claimed);
    if (this.#gathered.length >= this.#batch.size) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), this.#batch.wait);
  }

  /** Removes and returns the deliveries whose attempt has not begun. */
  clear(): readonly Claimed[] {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#gathered = [];
    this.#queue.clear();
    const dropped = [...this.#waiting];
    this.#waiting.clear();
    return dropped;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const gathered = this.#gathered;
    this.#gathered = [];
    this.#enqueue(gathered);
  }

  #enqueue(some: readonly Claimed[]): void {
    this.#queue.add(() => {
      for (const one of some) this.#waiting.delete(one);
      return this.#run(some);
    });
  }
}
