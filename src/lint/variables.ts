import type { Variable } from "./rule.ts";

/** Stacks the variables that are declared at one point of a walk, innermost last. */
export class Variables {
  readonly all: Variable[] = [];
  readonly #byName = new Map<string, Variable[]>();

  /** Returns the variables of a name, innermost last. */
  named(name: string): readonly Variable[] {
    return this.#byName.get(name) ?? [];
  }

  push(variable: Variable): void {
    this.all.push(variable);
    const named = this.#byName.get(variable.name);
    if (named) named.push(variable);
    else this.#byName.set(variable.name, [variable]);
  }

  pop(): Variable {
    const variable = this.all.pop()!;
    this.#byName.get(variable.name)!.pop();
    return variable;
  }
}
