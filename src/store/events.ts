import type { Json } from "../base/json.ts";
import type { Page } from "../base/page.ts";

/** Holds a payload that was received on a stream. */
export interface RawEvent {
  /** `evt_` and letters and digits. */
  readonly id: string;
  readonly stream: string;
  /** The sender's name for the event, unique within a stream: another event with the same key is the same event. */
  readonly key?: string | undefined;
  /** ms since 1970. */
  readonly receivedAt: number;
  readonly payload: Json;
  /** Id of the profile that it was ingested into. */
  readonly profile?: string | undefined;
  /** Why it was ingested into no profile. */
  readonly problem?: string | undefined;
  /** Lists what was refused, and why: identifiers that the stream may not add, protected fields. */
  readonly refused?: readonly string[] | undefined;
}

/** Reads events. */
export interface Events {
  /** Returns a page of events, the last added first. A page of large events may have fewer than `limit`. */
  list(query: {
    readonly stream?: string | undefined;
    readonly profile?: string | undefined;
    /** Only events with a problem. @default false */
    readonly problems?: boolean | undefined;
    readonly limit: number;
    readonly after?: string | undefined;
  }): Promise<Page<RawEvent>>;
}

/** Events within a transaction. */
export interface EventsWriter {
  /** Returns those of the keys that an event of the stream has. */
  known(stream: string, keys: readonly string[]): Promise<ReadonlySet<string>>;
  /** Adds events. Throws if the id is kept already, or the key within its stream: the caller leaves out `known` ones. */
  add(events: readonly RawEvent[]): Promise<void>;
  /** Removes at most `limit` events that were received before `before`, of one stream or of all, oldest first. @returns how many */
  prune(stream: string | undefined, before: number, limit: number): Promise<number>;
}
