import { maxPrepared } from "../template/index.ts";

/** Two entries for each prepared object, because one object may need another. */
const maxEntries = 2 * maxPrepared;

/**
 * Caches objects that are slow to make, such as formatters: those used last, at least as many as a render may have prepared at
 * once, so that an object that the render has paid for is still there.
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
