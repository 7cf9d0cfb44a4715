/** Queues at most `maxSize` items. Callers take turns; the items of one caller stay in order. */
export class FairQueue<Item> {
  /** Items by caller; the caller whose turn is next comes first. */
  readonly #byCaller = new Map<string, Item[]>();
  readonly #maxSize: number;
  #size = 0;

  /** @param maxSize limits the items of all callers together */
  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Adds an item. If the queue is full, the newest item of the caller with the most items is dropped.
   * @returns the dropped item, which may be the given one
   */
  add(caller: string, item: Item): Item | undefined {
    const own = this.#byCaller.get(caller);
    if (this.#size >= this.#maxSize) {
      const [longest, items] = this.#callerWithMost() ?? [caller, []];
      if (items.length <= (own?.length ?? 0) + 1) return item;
      const dropped = items.pop();
      if (items.length === 0) this.#byCaller.delete(longest);
      this.#size--;
      this.#append(caller, item);
      return dropped;
    }
    this.#append(caller, item);
    return undefined;
  }

  /** Removes and returns the next item. */
  next(): Item | undefined {
    const [turn] = this.#byCaller;
    if (turn === undefined) return undefined;
    const [caller, items] = turn;
    const item = items.shift();
    this.#byCaller.delete(caller);
    if (items.length > 0) this.#byCaller.set(caller, items);
    this.#size--;
    return item;
  }

  /** Removes an item. @returns whether it was in the queue */
  remove(item: Item): boolean {
    for (const [caller, items] of this.#byCaller) {
      const at = items.indexOf(item);
      if (at < 0) continue;
      items.splice(at, 1);
      if (items.length === 0) this.#byCaller.delete(caller);
      this.#size--;
      return true;
    }
    return false;
  }

  #append(caller: string, item: Item): void {
    const own = this.#byCaller.get(caller);
    if (own === undefined) this.#byCaller.set(caller, [item]);
    else own.push(item);
    this.#size++;
  }

  #callerWithMost(): [string, Item[]] | undefined {
    let found: [string, Item[]] | undefined;
    for (const one of this.#byCaller) if (one[1].length > (found?.[1].length ?? 0)) found = one;
    return found;
  }
}
