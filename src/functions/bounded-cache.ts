import { maxPrepared } from "../template/index.ts";

/** Two for each, since one thing may need another. */
const maxEntries = 2 * maxPrepared;

/**
 * Keeps what takes long to make, such as formatters: the last that were used, at least as many as a render may have prepared at
 * once, so that what it has paid for is still there.
 */
export class BoundedCache<T> {
  readonly #values = new Map<string, T>();

  get(key: string, make: () => T): T {
    const known = this.#values.get(key);
    if (known !== undefined) {
      this.#values.delete(key);
      this.#values.set(key, known);
      return known;
    }
    const made = make();
    for (const oldest of this.#values.keys()) {
      if (this.#values.size < maxEntries) break;
      this.#values.delete(oldest);
    }
    this.#values.set(key, made);
    return made;
  }
}
