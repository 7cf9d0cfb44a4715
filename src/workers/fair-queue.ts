/** Items that wait, at most so many together; callers take turns, and each one's own come in their order. */
export class FairQueue<Item> {
  /** By caller, those whose turn comes next first. */
  readonly #byCaller = new Map<string, Item[]>();
  readonly #maxSize: number;
  #size = 0;

  /** @param most items together */
  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Adds an item. Where the queue is full, whoever has the most in it gives way: that caller's newest leaves.
   * @returns the item that found no place, which may be the given one
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

  /** Takes the next one out. */
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

  /** Takes one out that need not be done any more. @returns whether it waited */
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
