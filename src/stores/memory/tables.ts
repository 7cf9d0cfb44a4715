import type {
  ApiKey,
  Definition,
  Firing,
  Identifier,
  Membership,
  Merge,
  Profile,
  RawEvent,
  Run,
  Skip,
  SplitPair,
  StoredResponse,
} from "../../store/index.ts";
import { Undo, UndoList, UndoMap } from "./undo.ts";

/** Holds everything but the outbox. Values are frozen copies. */
export class Tables {
  readonly undo = new Undo();
  readonly profiles = new UndoList<Profile>(this.undo);
  /** Maps merged profiles to their surviving profiles. */
  readonly absorbed = new UndoMap<string, string>(this.undo);
  /** Maps merged profiles to the profile that they were merged into, and to their own place in lists. */
  readonly parents = new UndoMap<string, { readonly into: string; readonly place: number }>(this.undo);
  /** Merges by the id of the profile that ended. */
  readonly merges = new UndoList<Merge>(this.undo);
  /** Pairs of profiles that were split, both ways, with the ids that they had then. */
  readonly splitPairs = new UndoMap<string, SplitPair>(this.undo);
  /** Maps firings and events to the profile that had them first, if it was merged. */
  readonly origins = new UndoMap<string, string>(this.undo);
  /** Maps identifiers to profiles. */
  readonly owners = new UndoMap<string, string>(this.undo);
  readonly events = new UndoList<RawEvent>(this.undo);
  readonly eventKeys = new UndoMap<string, string>(this.undo);
  /** Memberships by profile. */
  readonly memberships = new UndoMap<string, readonly Membership[]>(this.undo);
  readonly sizes = new UndoMap<string, number>(this.undo);
  readonly definitions = new UndoList<Definition>(this.undo);
  readonly version = new UndoMap<"version", number>(this.undo);
  readonly firings = new UndoList<Firing>(this.undo);
  /** Ids of firings by profile. */
  readonly firingsOf = new UndoMap<string, readonly string[]>(this.undo);
  /** Ids of firings by trigger and key. */
  readonly firingsKeyed = new UndoMap<string, readonly string[]>(this.undo);
  /** Ids of waiting firings. */
  readonly waiting = new UndoMap<string, true>(this.undo);
  readonly skips = new UndoMap<string, Skip>(this.undo);
  /** Skips of merged profiles, under their own ids. */
  readonly mergedSkips = new UndoMap<string, Skip>(this.undo);
  readonly runs = new UndoList<Run>(this.undo);
  readonly keys = new UndoMap<string, ApiKey>(this.undo);
  readonly responses = new UndoMap<string, StoredResponse>(this.undo);

  /** Returns the id of the surviving profile that an id stands for. */
  resolveId(id: string): string {
    return this.absorbed.get(id) ?? id;
  }

  /** Returns the same id as {@link resolveId}. @throws TypeError if there is no such profile */
  requireId(id: string): string {
    const resolved = this.resolveId(id);
    if (!this.profiles.has(resolved)) throw new TypeError(`there is no profile ${id}`);
    return resolved;
  }
}

/** Makes one key of several texts. */
export const keyOf = (...texts: readonly string[]): string => JSON.stringify(texts.map((text) => text.toWellFormed()));

export const ownerKey = ({ kind, value }: Identifier): string => keyOf(kind, value);

/** Returns a deeply frozen copy of JSON, without properties that are undefined. */
export function frozenCopy<T>(value: T): T {
  return frozen(JSON.parse(JSON.stringify(value)));
}

function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const one of Object.values(value)) frozen(one);
  return Object.freeze(value);
}
