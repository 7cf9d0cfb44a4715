import type { DefinitionsWriter } from "./definitions.ts";
import type { EventsWriter } from "./events.ts";
import type { FiringsWriter } from "./firings.ts";
import type { MembershipsWriter } from "./memberships.ts";
import type { Outbox } from "./outbox.ts";
import type { ProfilesWriter } from "./profiles.ts";
import type { RunsWriter } from "./runs.ts";

export interface TransactionOptions {
  /** Lets other writers that wait go first, as far as the store can, but not for ever. @default false */
  readonly lowPriority?: boolean | undefined;
}

/** Holds the verbs of a transaction in a store of deliveries. Deliveries can be claimed once it is committed. */
export interface Transaction {
  readonly outbox: Pick<Outbox, "add" | "expunge">;
}

/** Holds the verbs of a transaction in a store of the engine. Reads see what the transaction has written. */
export interface EngineTransaction extends Transaction {
  readonly profiles: ProfilesWriter;
  readonly events: EventsWriter;
  readonly memberships: MembershipsWriter;
  readonly definitions: DefinitionsWriter;
  readonly firings: FiringsWriter;
  readonly runs: RunsWriter;
}
