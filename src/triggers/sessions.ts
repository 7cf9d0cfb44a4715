import type { Manner } from "../dispatch/index.ts";
import type { DefinitionError, EngineEvent } from "./engine.ts";
import type { Moment } from "./fire.ts";
import { Compiler, type Program } from "./program.ts";
import type { Definition, ProgramStore, ProgramTransaction } from "./store.ts";
import type { Surroundings } from "./trigger.ts";

/** Transactions with the program that holds in them, whichever process declared it. */
export class Sessions {
  readonly #store: ProgramStore;
  readonly #surroundings: Surroundings;
  readonly #clock: () => number;
  readonly #onEvent: (event: EngineEvent) => void;
  readonly #compiler: Compiler;
  #program: Program | undefined;

  constructor(
    store: ProgramStore,
    surroundings: Surroundings,
    clock: () => number,
    onEvent: (event: EngineEvent) => void = () => {},
  ) {
    this.#store = store;
    this.#onEvent = onEvent;
    this.#surroundings = surroundings;
    this.#clock = clock;
    this.#compiler = new Compiler(surroundings);
  }

  /** For looking; a transaction finds its own. */
  current(): Promise<Program> {
    return this.#programOf(this.#store.definitions);
  }

  /** A program that is not in force. @param onBroken may throw what it gets */
  compile(definitions: readonly Definition[], onBroken: (error: DefinitionError) => void): Program {
    return new Compiler(this.#surroundings).program(-1, definitions, onBroken);
  }

  async run<Result>(work: (moment: Moment, program: Program) => Promise<Result>, manner?: Manner): Promise<Result> {
    const said: EngineEvent[] = [];
    const result = await this.#store.transaction(async (transaction: ProgramTransaction) => {
      const program = await this.#programOf(transaction.definitions);
      return work({ transaction, channels: this.#surroundings.channels, now: this.#clock(), said }, program);
    }, manner);
    for (const event of said) this.#onEvent(event);
    return result;
  }

  async #programOf(definitions: ProgramStore["definitions"]): Promise<Program> {
    const version = await definitions.version();
    if (this.#program?.version !== version) {
      this.#program = this.#compiler.program(version, await definitions.all(), () => {});
    }
    return this.#program;
  }
}
