/**
 * Collects paths that are known to be present and not empty at one point of a walk. Facts that a block adds are removed after
 * it, so that no set is ever copied.
 */
export class Facts {
  readonly #known = new Set<string>();
  /** Lists facts in the order they were added. */
  readonly #added: string[] = [];
  /** A number for all facts up to each one: equal for the same facts in the same order. */
  readonly #states: number[] = [];
  readonly #numbers = new Map<number, Map<string, number>>();
  #count = 0;

  has(path: string): boolean {
    return this.#known.has(path);
  }

  /** Returns the number of facts, for {@link backTo}. */
  get mark(): number {
    return this.#added.length;
  }

  /** Adds paths and their parents: a value that is present is in something present. */
  add(paths: readonly string[] | undefined): void {
    for (const path of paths ?? []) {
      for (let end = path.length; end > 0; end = path.lastIndexOf(".", end - 1)) {
        const around = path.slice(0, end);
        if (this.#known.has(around)) continue;
        this.#known.add(around);
        this.#added.push(around);
        this.#states.push(this.#stateBehind(this.state, around));
      }
    }
  }

  /** Removes the facts added since a mark. */
  backTo(mark: number): void {
    while (this.#added.length > mark) this.#known.delete(this.#added.pop()!);
    this.#states.length = Math.min(this.#states.length, mark);
  }

  /** Returns a number that is equal at two points of a walk if the same facts hold there, in the same order. */
  get state(): number {
    return this.#states.at(-1) ?? 0;
  }

  #stateBehind(state: number, path: string): number {
    const next = this.#numbers.get(state) ?? new Map<string, number>();
    this.#numbers.set(state, next);
    const known = next.get(path) ?? ++this.#count;
    next.set(path, known);
    return known;
  }
}
