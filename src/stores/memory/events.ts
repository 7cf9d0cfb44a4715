import type { Events, EventsWriter, RawEvent } from "../../store/index.ts";
import { cursor, filtered, pageOf } from "./page.ts";
import { copied, keyOf, type Tables } from "./tables.ts";

export function eventsOf(books: Tables): Events & EventsWriter {
  return {
    list: async ({ stream, profile, problems = false, limit, after }) =>
      pageOf(
        filtered(
          books.events.back(cursor(after)),
          (one) =>
            (stream === undefined || one.stream === stream) &&
            (profile === undefined || one.profile === books.resolveId(profile)) &&
            (!problems || one.problem !== undefined),
        ),
        limit,
      ),
    known: async (stream, keys) => new Set(keys.filter((key) => books.eventKeys.has(keyOf(stream, key)))),
    async add(events) {
      for (const { profile, ...event } of events) {
        const key = event.key === undefined ? undefined : keyOf(event.stream, event.key);
        if (books.events.has(event.id)) throw new TypeError(`event ${event.id} is kept already`);
        if (key !== undefined && books.eventKeys.has(key)) {
          throw new TypeError(`stream ${event.stream} has an event with the key ${JSON.stringify(event.key)} already`);
        }
        const kept = {
          ...event,
          key: event.key?.toWellFormed(),
          problem: event.problem?.toWellFormed(),
          refused: event.refused?.map((one) => one.toWellFormed()),
          ...(profile !== undefined && { profile: books.requireId(profile) }),
        };
        books.events.put(event.id, copied(kept));
        if (key !== undefined) books.eventKeys.set(key, event.id);
      }
    },
    async prune(stream, before, limit) {
      const old = [...books.events.values()]
        .filter((one) => (stream === undefined || one.stream === stream) && one.receivedAt < before)
        .sort((a, b) => a.receivedAt - b.receivedAt)
        .slice(0, limit);
      for (const one of old) removeEvent(books, one);
      return old.length;
    },
  };
}

export function removeEvent(books: Tables, { id, stream, key }: RawEvent): void {
  books.events.delete(id);
  books.origins.delete(id);
  if (key !== undefined) books.eventKeys.delete(keyOf(stream, key));
}
