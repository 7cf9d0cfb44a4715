import type { Json } from "../base/json.ts";

/** What is declared: an audience, a trigger, a stream, an alarm, or the settings of profiles (whose name is `profiles`). */
export type DefinitionKind = "profiles" | "stream" | "audience" | "trigger" | "alarm";

export interface Definition {
  readonly kind: DefinitionKind;
  /** Unique within its kind. */
  readonly name: string;
  /** As it was written, checked. */
  readonly body: Json;
  /** Who declared it: a file's are changed by applying a file. */
  readonly origin: "file" | "api";
  readonly createdAt: number;
  readonly updatedAt: number;
  /** What changes while it runs: a trigger's state, when its schedule comes next, when an audience was evaluated, an alarm's. */
  readonly status: Json;
}

export interface Definitions {
  /** Counts up with every `put`, every `remove` of one that is there, and `setStatus` that says so. */
  version(): Promise<number>;
  /** In the order in which they were first put. */
  all(): Promise<readonly Definition[]>;
}

export interface DefinitionsWriter extends Definitions {
  /** Writes each as it is given, new or not. */
  put(definitions: readonly Definition[]): Promise<void>;
  /** Writes the status alone; does nothing if there is no such definition. @param counts whether `version` counts up @default false */
  setStatus(kind: DefinitionKind, name: string, status: Json, counts?: boolean): Promise<void>;
  /** With a trigger go its firings that wait and its skips; an audience's memberships stay until cleared. */
  remove(kind: DefinitionKind, name: string): Promise<void>;
}
