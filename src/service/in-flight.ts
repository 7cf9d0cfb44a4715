import { Problem } from "./problem.ts";

/** Limits the bodies in flight. */
interface Capacity {
  readonly count: number;
  readonly bytes: number;
}

/**
 * Accounts for the memory of request bodies, from their first byte until the response. Bytes count when they arrive, not when they
 * are announced; a body that is alone is always admitted, whatever its size.
 */
export class InFlight {
  readonly #all: Share;
  readonly #unverified: Share;

  /** @param unverified limits, within `all`, the bodies whose signature is not verified yet */
  constructor(all: Capacity, unverified: Capacity) {
    this.#all = new Share(all);
    this.#unverified = new Share(unverified);
  }

  /**
   * Admits a body.
   * @param end ends the body to make room: the oldest unverified one is ended if it is slow
   * @throws Problem 503
   */
  admit(isVerified: boolean, end: (problem: Problem) => void): Admission {
    const admission = new Admission(isVerified ? [this.#all] : [this.#all, this.#unverified], end);
    try {
      admission.enter();
    } catch (error) {
      admission.release();
      throw error;
    }
    return admission;
  }

  /** Number of bodies in flight, and their bytes. */
  get usage(): Capacity {
    return { count: this.#all.members.size, bytes: this.#all.bytes };
  }
}

/** Time in ms before an unverified body may be ended in favour of others. */
const minTime = 1_000;

/** Counts bodies and their bytes against one capacity. */
class Share {
  readonly members = new Set<Admission>();
  bytes = 0;
  readonly #capacity: Capacity;

  constructor(capacity: Capacity) {
    this.#capacity = capacity;
  }

  isFull(): boolean {
    return this.members.size >= this.#capacity.count;
  }

  fits(bytes: number): boolean {
    return this.members.size <= 1 || this.bytes + bytes <= this.#capacity.bytes;
  }
}

/** Holds the share of one body. */
export class Admission {
  readonly #since = performance.now();
  readonly #end: (problem: Problem) => void;
  #shares: readonly Share[];
  #bytes = 0;

  constructor(shares: readonly Share[], end: (problem: Problem) => void) {
    this.#shares = shares;
    this.#end = end;
  }

  enter(): void {
    for (const [i, share] of this.#shares.entries()) {
      if (share.isFull()) {
        const [oldest] = share.members;
        if (i === 0 || performance.now() - oldest!.#since < minTime) throw tooBusy();
        oldest!.release();
        oldest!.#end(
          new Problem("timeout", "the body arrived too slowly and others wait: send it faster, or with an API key"),
        );
      }
      share.members.add(this);
    }
  }

  /** Adds bytes; a negative number gives some back. @throws Problem 503 */
  grow(bytes: number): void {
    if (bytes > 0 && !this.#shares.every((share) => share.fits(bytes))) throw tooBusy();
    this.#bytes += bytes;
    for (const share of this.#shares) share.bytes += bytes;
  }

  /** Marks the sender as authenticated: the body counts as unverified no longer. */
  verify(): void {
    const [all, ...others] = this.#shares;
    for (const share of others) this.#leave(share);
    this.#shares = all === undefined ? [] : [all];
  }

  /** Gives everything back. Further calls do nothing. */
  release(): void {
    for (const share of this.#shares) this.#leave(share);
    this.#shares = [];
  }

  #leave(share: Share): void {
    if (share.members.delete(this)) share.bytes -= this.#bytes;
  }
}

const tooBusy = (): Problem =>
  new Problem("unavailable", "too many requests with a body are in flight: try again in a moment", {
    headers: { "retry-after": "1" },
  });
