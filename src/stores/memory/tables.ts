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

/** All that is kept besides the outbox. Values are copies that nobody can change. */
export class Tables {
  readonly undo = new Undo();
  readonly profiles = new UndoList<Profile>(this.undo);
  /** Of absorbed profiles: which they are now. */
  readonly absorbed = new UndoMap<string, string>(this.undo);
  /** Maps absorbed profiles to their survivors and their positions. */
  readonly parents = new UndoMap<string, { readonly into: string; readonly place: number }>(this.undo);
  /** By the id of the absorbed profile. */
  readonly merges = new UndoList<Merge>(this.undo);
  /** Ids are those that were split. */
  readonly splitPairs = new UndoMap<string, SplitPair>(this.undo);
  /** Maps firings and events of absorbed profiles to their original owners. */
  readonly origins = new UndoMap<string, string>(this.undo);
  readonly owners = new UndoMap<string, string>(this.undo);
  readonly events = new UndoList<RawEvent>(this.undo);
  readonly eventKeys = new UndoMap<string, string>(this.undo);
  /** By profile. */
  readonly memberships = new UndoMap<string, readonly Membership[]>(this.undo);
  readonly sizes = new UndoMap<string, number>(this.undo);
  readonly definitions = new UndoList<Definition>(this.undo);
  readonly version = new UndoMap<"version", number>(this.undo);
  readonly firings = new UndoList<Firing>(this.undo);
  /** Ids of the firings of a profile. */
  readonly firingsOf = new UndoMap<string, readonly string[]>(this.undo);
  /** Ids of the firings of a trigger that have a key in common. */
  readonly firingsKeyed = new UndoMap<string, readonly string[]>(this.undo);
  /** Firings that wait. */
  readonly waiting = new UndoMap<string, true>(this.undo);
  readonly skips = new UndoMap<string, Skip>(this.undo);
  /** Those of absorbed profiles, under their ids. */
  readonly mergedSkips = new UndoMap<string, Skip>(this.undo);
  readonly runs = new UndoList<Run>(this.undo);
  readonly keys = new UndoMap<string, ApiKey>(this.undo);
  readonly responses = new UndoMap<string, StoredResponse>(this.undo);

  /** The id of the profile that this one is now. */
  resolveId(id: string): string {
    return this.absorbed.get(id) ?? id;
  }

  /** The same of one that must be there. @throws TypeError */
  requireId(id: string): string {
    const resolved = this.resolveId(id);
    if (!this.profiles.has(resolved)) throw new TypeError(`there is no profile ${id}`);
    return resolved;
  }
}

/** Any texts as one. */
export const keyOf = (...texts: readonly string[]): string => JSON.stringify(texts.map((text) => text.toWellFormed()));

export const ownerKey = ({ kind, value }: Identifier): string => keyOf(kind, value);

/** A copy that nobody can change, of what is JSON but for properties that are undefined. */
export function frozenCopy<T>(value: T): T {
  return frozen(JSON.parse(JSON.stringify(value)));
}

function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const one of Object.values(value)) frozen(one);
  return Object.freeze(value);
}
