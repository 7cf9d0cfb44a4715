import type { Events, EventsWriter, RawEvent } from "../../store/index.ts";
import { cursorOf } from "../cursor.ts";
import { pageOfValues } from "./page.ts";
import { frozenCopy, keyOf, type Tables } from "./tables.ts";

export function eventsOf(tables: Tables): Events & EventsWriter {
  return {
    list: async ({ stream, profile, problems = false, limit, after }) =>
      pageOfValues(
        tables.events.newestFirst(cursorOf(after, undefined)),
        limit,
        (one) =>
          (stream === undefined || one.stream === stream) &&
          (profile === undefined || one.profile === tables.resolveId(profile)) &&
          (!problems || one.problem !== undefined),
      ),
    known: async (stream, keys) => new Set(keys.filter((key) => tables.eventKeys.has(keyOf(stream, key)))),
    async add(events) {
      for (const { profile, ...event } of events) {
        const key = event.key === undefined ? undefined : keyOf(event.stream, event.key);
        if (tables.events.has(event.id)) throw new TypeError(`event ${event.id} is kept already`);
        if (key !== undefined && tables.eventKeys.has(key)) {
          throw new TypeError(`stream ${event.stream} has an event with the key ${JSON.stringify(event.key)} already`);
        }
        const kept = {
          ...event,
          key: event.key?.toWellFormed(),
          problem: event.problem?.toWellFormed(),
          refused: event.refused?.map((one) => one.toWellFormed()),
          ...(profile !== undefined && { profile: tables.requireId(profile) }),
        };
        tables.events.put(event.id, frozenCopy(kept));
        if (key !== undefined) tables.eventKeys.set(key, event.id);
      }
    },
    async prune(stream, before, limit) {
      const old = [...tables.events.values()]
        .filter((one) => (stream === undefined || one.stream === stream) && one.receivedAt < before)
        .sort((a, b) => a.receivedAt - b.receivedAt)
        .slice(0, limit);
      for (const one of old) removeEvent(tables, one);
      return old.length;
    },
  };
}

export function removeEvent(tables: Tables, { id, stream, key }: RawEvent): void {
  tables.events.delete(id);
  tables.origins.delete(id);
  if (key !== undefined) tables.eventKeys.delete(keyOf(stream, key));
}
