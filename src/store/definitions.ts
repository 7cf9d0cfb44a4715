import type { Json } from "../base/json.ts";

/** Names the kinds. `profiles`: the settings of profiles, one definition with the name `profiles`. */
export type DefinitionKind = "profiles" | "stream" | "audience" | "trigger" | "alarm";

/** Holds an audience, trigger, stream or alarm, or the settings of profiles. */
export interface Definition {
  readonly kind: DefinitionKind;
  /** Unique within its kind. */
  readonly name: string;
  /** The declaration as it was written, after it was checked. */
  readonly body: Json;
  /** Says where it was declared. A definition of a file is changed by applying a file. */
  readonly origin: "file" | "api";
  readonly createdAt: number;
  readonly updatedAt: number;
  /** State that changes at run time: of a trigger, its schedule, an audience's last evaluation, an alarm. */
  readonly status: Json;
}

/** Reads definitions. */
export interface Definitions {
  /** Returns a number that counts up with every `put`, every `remove` of an existing definition, and a `setStatus` that asks for it. */
  version(): Promise<number>;
  /** Returns all definitions in the order in which they were first put. */
  all(): Promise<readonly Definition[]>;
}

/** Definitions within a transaction. */
export interface DefinitionsWriter extends Definitions {
  /** Inserts or replaces definitions. */
  put(definitions: readonly Definition[]): Promise<void>;
  /** Replaces the status alone. Does nothing if there is no such definition. @param counts whether `version` counts up @default false */
  setStatus(kind: DefinitionKind, name: string, status: Json, counts?: boolean): Promise<void>;
  /** Removes a definition; of a trigger, its waiting firings and its skips, too. Memberships of an audience stay until `clear`. */
  remove(kind: DefinitionKind, name: string): Promise<void>;
}
