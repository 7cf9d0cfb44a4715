import type { Json } from "../base/json.ts";
import type { Page } from "../base/page.ts";

/** A payload that came in on a stream. */
export interface RawEvent {
  /** `evt_` and letters and digits. */
  readonly id: string;
  readonly stream: string;
  /** What the sender calls it: with the same key, it is the same event. Unique within a stream. */
  readonly key?: string | undefined;
  /** ms since 1970. */
  readonly receivedAt: number;
  readonly payload: Json;
  /** The profile it went into. */
  readonly profile?: string | undefined;
  /** Why it went into none. */
  readonly problem?: string | undefined;
  /** Lists what was refused, and why: identifiers that the stream may not add, protected fields. */
  readonly refused?: readonly string[] | undefined;
}

export interface Events {
  /** Newest first: in the order in which they were added. A page of large ones may have fewer than `limit`. */
  list(query: {
    readonly stream?: string | undefined;
    readonly profile?: string | undefined;
    /** Only those with a problem. @default false */
    readonly problems?: boolean | undefined;
    readonly limit: number;
    readonly after?: string | undefined;
  }): Promise<Page<RawEvent>>;
}

export interface EventsWriter {
  /** Which keys the stream has. */
  known(stream: string, keys: readonly string[]): Promise<ReadonlySet<string>>;
  /** Keeps them. The caller has left out what is known: throws if a key or an id is kept already. */
  add(events: readonly RawEvent[]): Promise<void>;
  /** Removes those of a stream that came in before `before`, oldest first, or of all, at most `limit`. @returns how many */
  prune(stream: string | undefined, before: number, limit: number): Promise<number>;
}
