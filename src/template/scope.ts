import type { Run } from "./run.ts";

/**
 * Resolves variables to slots when a template is compiled. Go looks names up on a stack at run time; the two agree because
 * scopes follow the text, except for a declaration in an argument of `and` or `or` that may never be evaluated: `{{and .x ($y
 * := 1)}}{{$y}}`. Such a slot is marked unset first, and a reference then goes on to the next outer one.
 */
export class Scope {
  readonly #names: { readonly name: string; readonly slot: Slot }[] = [{ name: "$", slot: { index: 0, maybe: false } }];
  /** Slots used so far; slot 0 is `$`. */
  size = 1;
  /** Tells whether the current argument may not be evaluated. */
  maybe = false;
  #unset: number[] = [];

  declare(name: string): Slot {
    const slot = { index: this.size++ * 2, maybe: this.maybe };
    if (slot.maybe) this.#unset.push(slot.index);
    this.#names.push({ name, slot });
    return slot;
  }

  /**
   * Returns the slots that a reference may mean, innermost first; all but the last are `maybe`. None: the variable is
   * undefined at run time.
   */
  resolve(name: string): Slot[] {
    const found: Slot[] = [];
    for (let i = this.#names.length - 1; i >= 0; i--) {
      const entry = this.#names[i]!;
      if (entry.name !== name) continue;
      found.push(entry.slot);
      if (!entry.slot.maybe) break;
    }
    return found;
  }

  /**
   * Returns the slots that the pipelines compiled since the last call may leave undeclared; their statement marks them unset
   * first.
   */
  takeUnset(): readonly number[] {
    const taken = this.#unset;
    this.#unset = [];
    return taken;
  }

  /** Returns the two slots declared last. */
  top(): Slot[] {
    return this.#names.slice(-2).map(({ slot }) => slot);
  }

  mark(): number {
    return this.#names.length;
  }

  pop(mark: number): void {
    this.#names.length = mark;
  }
}

export interface Slot {
  /** Index of the value in `Run.vars`; the entry after it says whether it is boxed. */
  readonly index: number;
  readonly maybe: boolean;
}

/** Marks a `maybe` slot whose declaration was not evaluated yet. */
export const unset = Symbol("unset");

/** Returns the index of the slot that holds a value now, -1 if none does. */
export function findSlot(run: Run, slots: readonly Slot[]): number {
  for (const { index, maybe } of slots) if (!maybe || run.vars[index] !== unset) return index;
  return -1;
}
