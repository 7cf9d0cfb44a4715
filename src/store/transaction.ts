import type { DefinitionsWriter } from "./definitions.ts";
import type { EventsWriter } from "./events.ts";
import type { FiringsWriter } from "./firings.ts";
import type { MembershipsWriter } from "./memberships.ts";
import type { Outbox } from "./outbox.ts";
import type { ProfilesWriter } from "./profiles.ts";
import type { RunsWriter } from "./runs.ts";

export interface TransactionOptions {
  /** Others that wait go first, so far as a store can have them; but not for ever. @default false */
  readonly lowPriority?: boolean | undefined;
}

export interface Transaction {
  readonly outbox: Pick<Outbox, "add" | "expunge">;
}

export interface EngineTransaction extends Transaction {
  readonly profiles: ProfilesWriter;
  readonly events: EventsWriter;
  readonly memberships: MembershipsWriter;
  readonly definitions: DefinitionsWriter;
  readonly firings: FiringsWriter;
  readonly runs: RunsWriter;
}
