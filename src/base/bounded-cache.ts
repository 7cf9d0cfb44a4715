/** Keeps at most `max` values that are costly to make; the least recently used one makes room for a new one. */
export class BoundedCache<Key, Value> {
  readonly #values = new Map<Key, Value>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#values.size;
  }

  /** Returns the value that is kept under a key, if any. Does not count as use. */
  peek(key: Key): Value | undefined {
    return this.#values.get(key);
  }

  /** Returns the value that is kept under a key, or makes and keeps one. If `make` throws, nothing is kept. */
  get(key: Key, make: (key: Key) => Value): Value {
    const known = this.#values.get(key);
    if (known !== undefined || this.#values.has(key)) {
      // A map iterates in the order of insertion: the entry becomes the newest.
      this.#values.delete(key);
      this.#values.set(key, known as Value);
      return known as Value;
    }
    const made = make(key);
    for (const oldest of this.#values.keys()) {
      if (this.#values.size < this.#max) break;
      this.#values.delete(oldest);
    }
    this.#values.set(key, made);
    return made;
  }
}
