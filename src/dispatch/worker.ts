import type { AttemptResult, ChannelCapacity, Claim, Claimed, Settlement } from "../store/index.ts";
import { attempt } from "./attempt.ts";
import type { AttemptContext, Channel } from "./channel.ts";
import { DestinationQueue, prefetchFor } from "./destination-queue.ts";
import type { DispatcherOptions } from "./dispatcher.ts";
import { type DispatchEvent, eventsOf } from "./event.ts";
import { defaultConcurrency, type Policy, reasonToGiveUp, settlementOf } from "./outcome-policy.ts";

/** Delays the next request to the store after one failed, in ms. */
const failurePause = 1_000;
/** Deliveries that are claimed in one transaction, at most, so that the event loop gets its turn. */
const maxClaimed = 250;
/** Limits the share of the concurrency that retries may take. */
const shareOfRetries = 3 / 4;
/** Sets how many settled deliveries are pruned at a time, and how often, in ms. */
const pruning = { limit: 500, every: 10_000 };

const claimOf = ({ id, claim }: Claimed): Claim => ({ id, claim });

/** Claims deliveries, pushes them to the queues of their destinations, and settles them. */
export class Worker {
  readonly #options: DispatcherOptions;
  readonly #clock: () => number;
  readonly #emit: (event: DispatchEvent) => void;
  readonly #random: () => number;
  readonly #lease: number;
  readonly #concurrency: number;
  /** Queues by channel, then destination. */
  readonly #queues = new Map<string, Map<string, DestinationQueue>>();
  /** Claimed deliveries that are not settled, by id, and since when their lease runs. */
  readonly #inFlight = new Map<string, { readonly claimed: Claimed; since: number }>();
  #abort = new AbortController();
  #loop: Promise<void> | undefined;
  #stopping = false;
  #started = false;
  #drains: {
    readonly until: "idle" | "settled";
    readonly resolve: () => void;
    readonly reject: (e: unknown) => void;
  }[] = [];
  #wake: (() => void) | undefined;
  #isAwake = false;
  #pruned = 0;

  constructor(options: DispatcherOptions, clock: () => number, emit: (event: DispatchEvent) => void) {
    this.#options = options;
    this.#clock = clock;
    this.#emit = emit;
    this.#random = options.random ?? Math.random;
    this.#lease = options.lease ?? 60_000;
    this.#concurrency = options.concurrency ?? 1_000;
    for (const name of Object.keys(options.channels)) this.#queues.set(name, new Map());
  }

  start(): void {
    this.#started = true;
    this.#begin();
  }

  drain(until: "idle" | "settled"): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#drains.push({ until, resolve, reject });
      this.#begin();
      this.wake();
    });
  }

  /** Says that there may be something to claim. */
  wake(): void {
    this.#isAwake = true;
    this.#wake?.();
  }

  async stop(within: number): Promise<void> {
    this.#started = false;
    this.#stopping = true;
    this.wake();
    await this.#loop;
    const waiting = [...this.#queues.values()].flatMap((queues) =>
      [...queues.values()].flatMap((queue) => queue.clear()),
    );
    await this.#release(waiting);
    if (this.#inFlight.size > 0) await this.#untilNoneInFlight(within);
    if (this.#inFlight.size > 0) {
      this.#abort.abort(new Error("the dispatcher stops"));
      await this.#untilNoneInFlight(failurePause);
      await this.#abandonInFlight();
    }
    this.#abort = new AbortController();
    this.#stopping = false;
    // `start` or `drain` may have been called meanwhile.
    if (this.#started || this.#drains.length > 0) this.#begin();
  }

  #begin(): void {
    if (this.#stopping) return;
    this.#loop ??= this.#work().finally(() => {
      this.#loop = undefined;
      // `start` or `drain` may have been called meanwhile.
      if (this.#drains.length > 0 || this.#started) this.#begin();
    });
  }

  async #work(): Promise<void> {
    const renewing = setInterval(() => this.#renew(), this.#lease / 3);
    try {
      while (!this.#stopping && (this.#started || this.#drains.length > 0)) {
        this.#isAwake = false;
        const claims = await this.#claim();
        const isLater = claims.next === undefined || claims.next > this.#clock();
        if (claims.count === 0 && this.#inFlight.size === 0 && isLater) await this.#settleDrains(claims.failed);
        if (claims.count === 0 || this.#capacity() === 0) await this.#sleep(claims.next);
        if (claims.failed === undefined) await this.#prune();
      }
    } finally {
      if (this.#inFlight.size === 0) clearInterval(renewing);
      else this.#untilNoneInFlight(Number.POSITIVE_INFINITY).then(() => clearInterval(renewing));
      for (const drain of this.#drains.splice(0)) drain.resolve();
    }
  }

  #capacity(): number {
    return Math.max(0, this.#concurrency - this.#inFlight.size);
  }

  async #claim(): Promise<{ count: number; next: number | undefined; failed?: unknown }> {
    const now = this.#clock();
    const limit = Math.min(this.#capacity(), maxClaimed);
    if (limit === 0) return { count: 0, next: undefined };
    let retrying = 0;
    for (const { claimed } of this.#inFlight.values()) if (claimed.attempt > 1) retrying++;
    const retries = Math.max(0, Math.ceil(this.#concurrency * shareOfRetries) - retrying);
    try {
      const request = { now, lease: this.#lease, limit, retries, channels: this.#capacities() };
      const { claimed, next } = await this.#options.store.outbox.claim(request);
      for (const one of claimed) this.#inFlight.set(one.id, { claimed: one, since: now });
      for (const one of claimed) this.#enqueue(one);
      return { count: claimed.length, next };
    } catch (error) {
      this.#emit({ type: "error", doing: "claim", error, at: this.#clock() });
      return { count: 0, next: now + failurePause, failed: error };
    }
  }

  #capacities(): { readonly [name: string]: ChannelCapacity } {
    const capacities: { [name: string]: ChannelCapacity } = Object.create(null);
    for (const [name, queues] of this.#queues) {
      const perDestination = this.#perDestination(name);
      const overrides = new Map<string, number>();
      for (const [destination, queue] of queues) {
        if (queue.inFlight > 0) overrides.set(destination, Math.max(0, perDestination - queue.inFlight));
        else if (queue.isIdle) queues.delete(destination);
      }
      capacities[name] = { perDestination, overrides };
    }
    return capacities;
  }

  /** Returns how many deliveries of one destination may be claimed at once. */
  #perDestination(name: string): number {
    const channel = this.#options.channels[name]!;
    const concurrency = channel.limits?.concurrency ?? this.#options.limits?.concurrency ?? defaultConcurrency;
    return concurrency * sizeOf(channel) + prefetchFor(concurrency) * sizeOf(channel);
  }

  #policy(channel: string, destination: string): Policy {
    const { channels, policyFor, retry, limits } = this.#options;
    const own = channels[channel]!;
    const special = policyFor?.(channel, destination);
    return {
      retry: { ...retry, ...own.retry, ...special?.retry },
      limits: { ...limits, ...own.limits, ...special?.limits },
    };
  }

  #enqueue(claimed: Claimed): void {
    const { id, channel, destination, attempt } = claimed;
    const at = this.#clock();
    const policy = this.#policy(channel, destination);
    const reason = reasonToGiveUp(claimed, policy, at);
    if (reason !== undefined) {
      const claim = claimOf(claimed);
      this.#settle([[claimed, { claim, now: at, decision: { state: "dead", reason: reason } }]]);
      return;
    }
    this.#emit({ type: "claimed", id, channel, destination, attempt, at });
    const queues = this.#queues.get(channel)!;
    let queue = queues.get(destination);
    if (queue === undefined) {
      queue = new DestinationQueue(this.#options.channels[channel]!, policy.limits, (some) =>
        this.#attempt(some, policy),
      );
      queues.set(destination, queue);
    }
    queue.inFlight++;
    queue.push(claimed);
  }

  async #attempt(some: readonly Claimed[], policy: Policy): Promise<void> {
    const held = some.filter((one) => this.#inFlight.get(one.id)?.claimed === one);
    if (held.length === 0) return;
    const startedAt = this.#clock();
    const sent = await this.#send(held, { now: startedAt, signal: this.#abort.signal });
    const endedAt = this.#clock();
    const settlements = held.map((claimed, i): [Claimed, Settlement] => [
      claimed,
      settlementOf(claimed, sent[i]!, { startedAt, endedAt }, policy, this.#random),
    ]);
    // Not awaited, because the next attempt need not wait for the disk.
    this.#settle(settlements);
    const queue = this.#queues.get(held[0]!.channel)!.get(held[0]!.destination);
    if (queue === undefined || !settlements.some(([, one]) => stops(queue, one))) return;
    const { health } = settlements.at(-1)![1];
    if (health !== undefined && queue.failures >= health.failures) {
      const { channel, destination } = held[0]!;
      const reason = `${queue.failures} attempts in a row failed`;
      this.#emit({ type: "held", channel, destination, until: endedAt + health.resetTimeout, reason, at: endedAt });
    }
    this.#release(queue.clear());
  }

  #send(some: readonly Claimed[], attempting: AttemptContext): Promise<readonly AttemptResult[]> {
    const channel = this.#options.channels[some[0]!.channel]!;
    return attempt(channel, some, attempting, (error) => {
      this.#emit({ type: "error", doing: `send by ${channel.kind}`, error, at: this.#clock() });
    });
  }

  async #settle(pairs: readonly [Claimed, Settlement][]): Promise<void> {
    const settlements = pairs.map(([, settlement]) => settlement);
    for (let tries = 1; ; tries++) {
      try {
        const counted = await this.#options.store.outbox.settle(settlements);
        pairs.forEach(([claimed, settlement], i) => {
          for (const event of eventsOf(claimed, settlement, counted[i]!)) this.#emit(event);
        });
        break;
      } catch (error) {
        this.#emit({ type: "error", doing: "settle", error, at: this.#clock() });
        // The lease will end, and the delivery will be sent again, with the same id.
        if (tries === 5) break;
        await new Promise((resolve) => setTimeout(resolve, failurePause));
      }
    }
    for (const [claimed] of pairs) this.#forget(claimed);
  }

  #forget(claimed: Claimed): void {
    if (this.#inFlight.get(claimed.id)?.claimed !== claimed) return;
    this.#inFlight.delete(claimed.id);
    const queue = this.#queues.get(claimed.channel)!.get(claimed.destination);
    if (queue !== undefined && queue.inFlight > 0) {
      queue.inFlight--;
      // Wakes when half is free, because claiming many at a time is cheaper.
      if (queue.inFlight === 0 || queue.inFlight * 2 === this.#perDestination(claimed.channel)) this.wake();
    }
    if (this.#inFlight.size === 0 || this.#inFlight.size === Math.floor(this.#concurrency / 2)) this.wake();
  }

  async #release(some: readonly Claimed[]): Promise<void> {
    if (some.length === 0) return;
    const at = this.#clock();
    try {
      await this.#options.store.outbox.release(some.map(claimOf), at);
    } catch (error) {
      this.#emit({ type: "error", doing: "release", error, at });
    }
    for (const claimed of some) {
      this.#forget(claimed);
      const { id, channel, destination } = claimed;
      this.#emit({ type: "released", id, channel, destination, at });
    }
  }

  async #renew(): Promise<void> {
    const now = this.#clock();
    const old = [...this.#inFlight.values()].filter(({ since }) => now - since >= this.#lease / 3);
    if (old.length === 0) return;
    try {
      const renewed = await this.#options.store.outbox.renew(
        old.map(({ claimed }) => claimOf(claimed)),
        now + this.#lease,
      );
      old.forEach((one, i) => {
        // If the lease was lost, drop the delivery, unless its attempt has started.
        if (renewed[i]) one.since = now;
        else this.#forget(one.claimed);
      });
    } catch (error) {
      this.#emit({ type: "error", doing: "renew", error, at: now });
    }
  }

  async #prune(): Promise<void> {
    const now = this.#clock();
    if (now - this.#pruned < pruning.every) return;
    try {
      const removed = await this.#options.store.outbox.prune(now, pruning.limit);
      if (removed < pruning.limit) this.#pruned = now;
    } catch (error) {
      this.#pruned = now;
      this.#emit({ type: "error", doing: "prune", error, at: now });
    }
  }

  async #settleDrains(failed: unknown): Promise<void> {
    if (this.#drains.length === 0) return;
    if (failed !== undefined) {
      for (const drain of this.#drains.splice(0)) drain.reject(failed);
      return;
    }
    // A delivery that was added or became due during the claim is found by the next claim.
    if (this.#isAwake) return;
    const { channels } = await this.#options.store.outbox.stats();
    const pending = [...this.#queues.keys()].some((name) => (channels[name]?.pending ?? 0) > 0);
    const done = this.#drains.filter(({ until }) => until === "idle" || !pending);
    this.#drains = this.#drains.filter((drain) => !done.includes(drain));
    for (const drain of done) drain.resolve();
  }

  #sleep(next: number | undefined): Promise<void> {
    if (this.#isAwake || (!this.#started && this.#drains.length === 0)) return Promise.resolve();
    const poll = this.#options.poll ?? 500;
    const ms = Math.max(1, Math.min(poll, (next ?? Number.POSITIVE_INFINITY) - this.#clock()));
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      this.#wake = done;
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
    });
  }

  /** Waits until no delivery is in flight, or `ms` have passed. */
  async #untilNoneInFlight(ms: number): Promise<void> {
    const until = performance.now() + ms;
    while (this.#inFlight.size > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** Settles attempts that did not end although they were aborted: whatever comes of them, they are retried. */
  async #abandonInFlight(): Promise<void> {
    const now = this.#clock();
    const pairs = [...this.#inFlight.values()].map(({ claimed }): [Claimed, Settlement] => {
      const outcome = { kind: "retry", reason: "the dispatcher had to stop before the attempt ended" } as const;
      const time = { startedAt: now, endedAt: now };
      const policy = this.#policy(claimed.channel, claimed.destination);
      return [claimed, settlementOf(claimed, { outcome }, time, policy, this.#random)];
    });
    if (pairs.length > 0) await this.#settle(pairs);
  }
}

/** Says whether a settlement stops its destination, so that what waits in its queue has to go back to the outbox. */
function stops(queue: DestinationQueue, { hold, disable, health }: Settlement): boolean {
  if (health !== undefined) queue.failures = health.ok ? 0 : queue.failures + 1;
  return hold !== undefined || disable !== undefined || (health !== undefined && queue.failures >= health.failures);
}

const sizeOf = (channel: Channel): number => (channel.sendBatch === undefined ? 1 : (channel.batch?.size ?? 1));
