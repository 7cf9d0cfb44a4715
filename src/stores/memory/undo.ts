/** A map that can be taken back to what it was. */
export class UndoMap<Key, Value> {
  readonly #map = new Map<Key, Value>();
  readonly #undo: Undo;

  constructor(undo: Undo) {
    this.#undo = undo;
  }

  get size(): number {
    return this.#map.size;
  }

  get(key: Key): Value | undefined {
    return this.#map.get(key);
  }

  has(key: Key): boolean {
    return this.#map.has(key);
  }

  /** A key that was there keeps its place. */
  set(key: Key, value: Value): void {
    const had = this.#map.has(key);
    const before = this.#map.get(key);
    this.#undo.note(() => {
      if (had) this.#map.set(key, before as Value);
      else this.#map.delete(key);
    });
    this.#map.set(key, value);
  }

  delete(key: Key): boolean {
    if (!this.#map.has(key)) return false;
    const before = this.#map.get(key) as Value;
    this.#undo.note(() => this.#map.set(key, before));
    return this.#map.delete(key);
  }

  values(): MapIterator<Value> {
    return this.#map.values();
  }

  entries(): MapIterator<[Key, Value]> {
    return this.#map.entries();
  }
}

/** What a transaction did, to be undone backwards. */
export class Undo {
  #steps: (() => void)[] = [];

  note(step: () => void): void {
    this.#steps.push(step);
  }

  forget(): void {
    this.#steps = [];
  }

  back(): void {
    for (const step of this.#steps.reverse()) step();
    this.#steps = [];
  }
}
