import type { Member, MembershipsWriter } from "../../store/index.ts";
import { cursor, pageOf } from "./page.ts";
import { copied, type Tables } from "./tables.ts";
import type { Placed } from "./undo.ts";

export function membershipsOf(books: Tables): MembershipsWriter {
  const since = (profile: string, audience: string): number | undefined =>
    books.memberships.get(profile)?.find((one) => one.audience === audience)?.since;

  function leave(profile: string, audience: string): void {
    const rest = books.memberships.get(profile)!.filter((one) => one.audience !== audience);
    if (rest.length === 0) books.memberships.delete(profile);
    else books.memberships.set(profile, Object.freeze(rest));
    resize(books, audience, -1);
  }

  function enter(profile: string, audience: string, since: number): void {
    const all = [...(books.memberships.get(profile) ?? []), { audience, since }];
    books.memberships.set(profile, copied(all.sort((a, b) => (a.audience < b.audience ? -1 : 1))));
    resize(books, audience, 1);
  }

  return {
    of: async (profiles) => profiles.map((id) => books.memberships.get(books.resolveId(id)) ?? []),
    async members({ audience, limit, after }) {
      const members = function* (): Generator<Placed<Member>> {
        for (const { seq, value } of books.profiles.from(cursor(after))) {
          const found = since(value.id, audience);
          if (found !== undefined) yield { seq, value: { profile: value.id, since: found } };
        }
      };
      return pageOf(members(), limit);
    },
    sizes: async () => new Map(books.sizes.entries()),
    async change(changes) {
      for (const { audience, profile: given, since: entered } of changes) {
        const profile = books.requireId(given);
        const was = since(profile, audience) !== undefined;
        if (was && entered === undefined) leave(profile, audience);
        if (!was && entered !== undefined) enter(profile, audience, entered);
      }
    },
    async clear(audience, limit) {
      const members: string[] = [];
      for (const [id] of books.memberships.entries()) {
        if (members.length === limit) break;
        if (since(id, audience) !== undefined) members.push(id);
      }
      for (const id of members) leave(id, audience);
      return members.length;
    },
  };
}

export function resize(books: Tables, audience: string, by: number): void {
  const size = (books.sizes.get(audience) ?? 0) + by;
  if (size === 0) books.sizes.delete(audience);
  else books.sizes.set(audience, size);
}
