import type { Member, MembershipsWriter } from "../../audiences/index.ts";
import type { Events, EventsWriter, Profiles, ProfilesWriter, RawEvent } from "../../profiles/index.ts";
import { type Books, inOrder, ownerKey } from "./books.ts";
import { cursor, pageOf } from "./page.ts";

export function profilesOf(books: Books): ProfilesWriter & Profiles {
  return {
    get: async (ids) => ids.map((id) => books.profile(id)),
    find: async (identifiers) => identifiers.map((one) => books.owners.get(ownerKey(one))),
    list: async ({ limit, after }) =>
      pageOf(
        inOrder(books.profiles, 1, cursor(after)),
        limit,
        ({ value }) => value,
        ({ seq }) => seq,
      ),
    count: async () => books.profiles.size,
    async put(profiles) {
      for (const profile of profiles) {
        const known = books.profiles.get(profile.id);
        for (const one of known?.value.identifiers ?? []) {
          if (books.owners.get(ownerKey(one)) === profile.id) books.owners.delete(ownerKey(one));
        }
        for (const one of profile.identifiers) books.owners.set(ownerKey(one), profile.id);
        books.profiles.set(profile.id, books.place(known, profile));
      }
    },
    async absorb(pairs) {
      for (const { from, into } of pairs) {
        end(books, from);
        books.absorbed.set(from, into);
        for (const [id, placed] of [...books.firings.entries()]) {
          if (placed.value.profile === from)
            books.firings.set(id, { ...placed, value: { ...placed.value, profile: into } });
        }
        for (const [key, skip] of [...books.skips.entries()]) {
          if (skip.profile !== from) continue;
          books.skips.delete(key);
          const to = `${skip.trigger} ${into}`;
          const there = books.skips.get(to);
          const latest = there !== undefined && there.at > skip.at ? there : skip;
          books.skips.set(to, { ...latest, profile: into, count: skip.count + (there?.count ?? 0) });
        }
        for (const [id, placed] of [...books.events.entries()]) {
          if (placed.value.profile === from)
            books.events.set(id, { ...placed, value: { ...placed.value, profile: into } });
        }
      }
    },
    async remove(ids) {
      const deliveries: string[] = [];
      for (const given of ids) {
        const id = books.stays(given);
        end(books, id);
        for (const [from, into] of [...books.absorbed.entries()]) if (into === id) books.absorbed.delete(from);
        for (const [key, { value }] of [...books.firings.entries()]) {
          if (value.profile !== id) continue;
          deliveries.push(...value.deliveries);
          books.firings.delete(key);
        }
        for (const [key, skip] of [...books.skips.entries()]) if (skip.profile === id) books.skips.delete(key);
        for (const [key, { value }] of [...books.events.entries()])
          if (value.profile === id) removeEvent(books, key, value);
      }
      return [...new Set(deliveries)];
    },
  };
}

/** Its record, identifiers and memberships. */
function end(books: Books, id: string): void {
  for (const one of books.profiles.get(id)?.value.identifiers ?? []) {
    if (books.owners.get(ownerKey(one)) === id) books.owners.delete(ownerKey(one));
  }
  for (const { audience } of books.memberships.get(id) ?? []) resize(books, audience, -1);
  books.memberships.delete(id);
  books.profiles.delete(id);
}

function removeEvent(books: Books, id: string, { stream, key }: RawEvent): void {
  books.events.delete(id);
  if (key !== undefined) books.eventKeys.delete(`${stream}\n${key}`);
}

function resize(books: Books, audience: string, by: number): void {
  const size = (books.sizes.get(audience) ?? 0) + by;
  if (size === 0) books.sizes.delete(audience);
  else books.sizes.set(audience, size);
}

export function eventsOf(books: Books): Events & EventsWriter {
  return {
    list: async ({ stream, profile, problems = false, limit, after }) => {
      const matching = [...inOrder(books.events, -1, cursor(after))].filter(
        ({ value }) =>
          (stream === undefined || value.stream === stream) &&
          (profile === undefined || value.profile === books.stays(profile)) &&
          (!problems || value.problem !== undefined),
      );
      return pageOf(
        matching,
        limit,
        ({ value }) => value,
        ({ seq }) => seq,
      );
    },
    known: async (stream, keys) => new Set(keys.filter((key) => books.eventKeys.has(`${stream}\n${key}`))),
    async add(events) {
      for (const event of events) {
        books.events.set(event.id, books.place(undefined, event));
        if (event.key !== undefined) books.eventKeys.set(`${event.stream}\n${event.key}`, event.id);
      }
    },
    async prune(stream, before, limit) {
      const old = [...inOrder(books.events, 1, undefined)]
        .filter(({ value }) => value.stream === stream && value.receivedAt < before)
        .slice(0, limit);
      for (const { value } of old) removeEvent(books, value.id, value);
      return old.length;
    },
  };
}

export function membershipsOf(books: Books): MembershipsWriter {
  return {
    of: async (profiles) => profiles.map((id) => books.memberships.get(books.stays(id)) ?? []),
    members: async ({ audience, limit, after }) => {
      const members = function* (): Generator<{ seq: number; member: Member }> {
        for (const { seq, value } of inOrder(books.profiles, 1, cursor(after))) {
          const found = books.memberships.get(value.id)?.find((one) => one.audience === audience);
          if (found !== undefined) yield { seq, member: { profile: value.id, since: found.since } };
        }
      };
      return pageOf(
        members(),
        limit,
        ({ member }) => member,
        ({ seq }) => seq,
      );
    },
    sizes: async () => new Map(books.sizes.entries()),
    async change(changes) {
      for (const { audience, profile, since } of changes) {
        const before = books.memberships.get(profile) ?? [];
        const was = before.some((one) => one.audience === audience);
        if (was === (since !== undefined)) continue;
        const rest = before.filter((one) => one.audience !== audience);
        books.memberships.set(profile, since === undefined ? rest : [...rest, { audience, since }]);
        resize(books, audience, since === undefined ? -1 : 1);
      }
    },
    async clear(audience, limit) {
      let count = 0;
      for (const [id, some] of [...books.memberships.entries()]) {
        if (count === limit) break;
        if (!some.some((one) => one.audience === audience)) continue;
        books.memberships.set(
          id,
          some.filter((one) => one.audience !== audience),
        );
        resize(books, audience, -1);
        count++;
      }
      return count;
    },
  };
}
