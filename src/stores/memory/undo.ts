/** Collects how to undo the changes of a transaction. */
export class Undo {
  #steps: (() => void)[] = [];

  record(step: () => void): void {
    this.#steps.push(step);
  }

  forget(): void {
    this.#steps = [];
  }

  rollBack(): void {
    for (const step of this.#steps.reverse()) step();
    this.#steps = [];
  }
}

/** Maps keys to values, and can roll back its changes. */
export class UndoMap<Key, Value> {
  protected map = new Map<Key, Value>();
  readonly #undo: Undo;

  constructor(undo: Undo) {
    this.#undo = undo;
  }

  get size(): number {
    return this.map.size;
  }

  get(key: Key): Value | undefined {
    return this.map.get(key);
  }

  has(key: Key): boolean {
    return this.map.has(key);
  }

  set(key: Key, value: Value): void {
    const had = this.map.has(key);
    const before = this.map.get(key);
    this.#undo.record(() => {
      if (had) this.map.set(key, before as Value);
      else this.map.delete(key);
    });
    this.map.set(key, value);
  }

  delete(key: Key): boolean {
    if (!this.map.has(key)) return false;
    const before = this.map.get(key) as Value;
    this.#undo.record(() => this.putBack(key, before));
    return this.map.delete(key);
  }

  entries(): MapIterator<[Key, Value]> {
    return this.map.entries();
  }

  protected putBack(key: Key, value: Value): void {
    this.map.set(key, value);
  }
}

/** Pairs a value with its place in a list. */
export interface Placed<T> {
  readonly seq: number;
  readonly value: T;
}

/** Keeps values in the order in which they were first put. A value that is replaced keeps its place. */
export class UndoList<T> extends UndoMap<string, Placed<T>> {
  /** The last place that was given. Not rolled back, so that no place is given twice: a page may continue after a value that is gone. */
  #last = 0;
  #inOrder = true;

  value(key: string): T | undefined {
    return this.map.get(key)?.value;
  }

  put(key: string, value: T): void {
    this.set(key, { seq: this.map.get(key)?.seq ?? ++this.#last, value });
  }

  /** Puts a removed value back at its place. */
  restore(key: string, one: Placed<T>): void {
    this.set(key, one);
    this.#inOrder = false;
  }

  /** Yields the values, oldest first. Values may be removed meanwhile. */
  *values(): Generator<T> {
    for (const { value } of this.#sorted().values()) yield value;
  }

  /** Yields values with their places, oldest first. @param after the place after which to start */
  *oldestFirst(after: number | undefined): Generator<Placed<T>> {
    for (const one of this.#sorted().values()) if (after === undefined || one.seq > after) yield one;
  }

  /** Yields values with their places, newest first. @param after the place before which to start */
  *newestFirst(after: number | undefined): Generator<Placed<T>> {
    const all = [...this.#sorted().values()];
    for (let i = all.length - 1; i >= 0; i--) if (after === undefined || all[i]!.seq < after) yield all[i]!;
  }

  protected override putBack(key: string, value: Placed<T>): void {
    super.putBack(key, value);
    this.#inOrder = false;
  }

  #sorted(): Map<string, Placed<T>> {
    if (!this.#inOrder) this.map = new Map([...this.map].sort(([, a], [, b]) => a.seq - b.seq));
    this.#inOrder = true;
    return this.map;
  }
}
