import PQueue from "p-queue";
import type { Claimed } from "../store/index.ts";
import type { Channel, DestinationLimits } from "./channel.ts";
import { defaultConcurrency } from "./outcome-policy.ts";

/** How many more than can run at once are claimed for one destination, so that none waits for the outbox. */
export const prefetchFor = (concurrency: number): number => Math.min(128, Math.max(8, concurrency));

/** What is claimed for one destination: so many run at once, at such a rate; the others wait. */
export class DestinationQueue {
  readonly #queue: PQueue;
  readonly #batch: NonNullable<Channel["batch"]> | undefined;
  readonly #run: (some: readonly Claimed[]) => Promise<void>;
  readonly #waiting = new Set<Claimed>();
  #gathered: Claimed[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** Claimed, and neither settled nor given back. */
  inFlight = 0;
  /** Attempts in a row that failed. The store counts those of all processes; this is to stop what is claimed already. */
  failures = 0;

  /** @param run makes one attempt for some deliveries, which are one unless the channel takes batches; does not throw */
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

  /** Nothing is claimed, and no rate needs to be remembered. */
  get isIdle(): boolean {
    return this.inFlight === 0 && !this.#queue.isRateLimited;
  }

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

  /** Takes back what has not begun. */
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
