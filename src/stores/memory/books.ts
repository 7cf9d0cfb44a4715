import type { Membership } from "../../audiences/index.ts";
import type { Identifier, Profile, RawEvent } from "../../profiles/index.ts";
import type { Answer, ApiKey, Definition, Firing, Run, Skip } from "../../triggers/index.ts";
import { Undo, UndoMap } from "./undo.ts";

/** Something with its place in the order of its kind. */
export interface Placed<T> {
  readonly seq: number;
  readonly value: T;
}

/** All that is kept besides the outbox. */
export class Books {
  readonly undo = new Undo();
  readonly profiles = new UndoMap<string, Placed<Profile>>(this.undo);
  /** Of absorbed profiles: which they are now. */
  readonly absorbed = new UndoMap<string, string>(this.undo);
  readonly owners = new UndoMap<string, string>(this.undo);
  readonly events = new UndoMap<string, Placed<RawEvent>>(this.undo);
  readonly eventKeys = new UndoMap<string, string>(this.undo);
  /** By profile. */
  readonly memberships = new UndoMap<string, readonly Membership[]>(this.undo);
  readonly sizes = new UndoMap<string, number>(this.undo);
  readonly definitions = new UndoMap<string, Definition>(this.undo);
  readonly firings = new UndoMap<string, Placed<Firing>>(this.undo);
  readonly skips = new UndoMap<string, Skip>(this.undo);
  readonly runs = new UndoMap<string, Placed<Run>>(this.undo);
  readonly keys = new UndoMap<string, ApiKey>(this.undo);
  readonly answers = new UndoMap<string, Answer>(this.undo);
  /** Never taken back: a place that was not used does no harm, but for the version. */
  seq = 0;
  readonly version = new UndoMap<"version", number>(this.undo);

  place<T>(known: Placed<T> | undefined, value: T): Placed<T> {
    return { seq: known?.seq ?? ++this.seq, value };
  }

  profile(id: string): Profile | undefined {
    return this.profiles.get(this.stays(id))?.value;
  }

  /** The id of the profile that this one is now. */
  stays(id: string): string {
    const into = this.absorbed.get(id);
    return into === undefined ? id : this.stays(into);
  }
}

export const ownerKey = ({ kind, value }: Identifier): string => `${kind}\n${value}`;

/** In the order of their places; `after` as a page says it. */
export function* inOrder<T>(
  map: UndoMap<string, Placed<T>>,
  direction: 1 | -1,
  after: number | undefined,
): Generator<Placed<T>> {
  const all = [...map.values()].sort((a, b) => direction * (a.seq - b.seq));
  for (const one of all) if (after === undefined || direction * (one.seq - after) > 0) yield one;
}
