import { Problem } from "./problem.ts";

/** Limits what is in flight at once. */
interface Capacity {
  readonly count: number;
  readonly bytes: number;
}

/**
 * What the bodies of requests take of the memory, from their first byte until they are answered. Bytes count as they come
 * in, not as they are announced; one alone is always taken, whatever its size.
 */
export class InFlight {
  readonly #all: Share;
  readonly #unverified: Share;

  /** @param unverified a part of all: bodies of whom nothing is known but that they bear a signature */
  constructor(all: Capacity, unverified: Capacity) {
    this.#all = new Share(all);
    this.#unverified = new Share(unverified);
  }

  /**
   * Takes a place for a body.
   * @param end ends it, to make room: of those unverified the oldest, if it is slow
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

  /** Bodies, and what they take. */
  get taken(): Capacity {
    return { count: this.#all.members.size, bytes: this.#all.bytes };
  }
}

/** Protects a body for so long, in ms, from being ended in favour of others. */
const slow = 1_000;

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

/** The place of one body. */
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
        if (i === 0 || performance.now() - oldest!.#since < slow) throw tooBusy();
        oldest!.release();
        oldest!.#end(
          new Problem("timeout", "the body came too slowly, and others wait: send it faster, or with a key"),
        );
      }
      share.members.add(this);
    }
  }

  /** Takes more, or gives some back. @throws Problem 503 */
  grow(bytes: number): void {
    if (bytes > 0 && !this.#shares.every((share) => share.fits(bytes))) throw tooBusy();
    this.#bytes += bytes;
    for (const share of this.#shares) share.bytes += bytes;
  }

  /** Whoever sent it is known now: it counts among all alone. */
  verify(): void {
    const [all, ...others] = this.#shares;
    for (const share of others) this.#leave(share);
    this.#shares = all === undefined ? [] : [all];
  }

  /** Gives all back, once. */
  release(): void {
    for (const share of this.#shares) this.#leave(share);
    this.#shares = [];
  }

  #leave(share: Share): void {
    if (share.members.delete(this)) share.bytes -= this.#bytes;
  }
}

const tooBusy = (): Problem =>
  new Problem("unavailable", "too many requests with a body are under way: ask again in a moment", {
    headers: { "retry-after": "1" },
  });
