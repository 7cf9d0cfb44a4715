import type { Member, MembershipsWriter } from "../../store/index.ts";
import { cursorOf } from "../cursor.ts";
import { pageOfValues } from "./page.ts";
import { frozenCopy, type Tables } from "./tables.ts";
import type { Placed } from "./undo.ts";

export function membershipsOf(tables: Tables): MembershipsWriter {
  const since = (profile: string, audience: string): number | undefined =>
    tables.memberships.get(profile)?.find((one) => one.audience === audience)?.since;

  function leave(profile: string, audience: string): void {
    const rest = tables.memberships.get(profile)!.filter((one) => one.audience !== audience);
    if (rest.length === 0) tables.memberships.delete(profile);
    else tables.memberships.set(profile, Object.freeze(rest));
    resize(tables, audience, -1);
  }

  function enter(profile: string, audience: string, since: number): void {
    const all = [...(tables.memberships.get(profile) ?? []), { audience, since }];
    tables.memberships.set(profile, frozenCopy(all.sort((a, b) => (a.audience < b.audience ? -1 : 1))));
    resize(tables, audience, 1);
  }

  return {
    of: async (profiles) => profiles.map((id) => tables.memberships.get(tables.resolveId(id)) ?? []),
    async members({ audience, limit, after }) {
      const members = function* (): Generator<Placed<Member>> {
        for (const { seq, value } of tables.profiles.oldestFirst(cursorOf(after, undefined))) {
          const found = since(value.id, audience);
          if (found !== undefined) yield { seq, value: { profile: value.id, since: found } };
        }
      };
      return pageOfValues(members(), limit);
    },
    sizes: async () => new Map(tables.sizes.entries()),
    async change(changes) {
      for (const { audience, profile: given, since: entered } of changes) {
        const profile = tables.requireId(given);
        const was = since(profile, audience) !== undefined;
        if (was && entered === undefined) leave(profile, audience);
        if (!was && entered !== undefined) enter(profile, audience, entered);
      }
    },
    async clear(audience, limit) {
      const members: string[] = [];
      for (const [id] of tables.memberships.entries()) {
        if (members.length === limit) break;
        if (since(id, audience) !== undefined) members.push(id);
      }
      for (const id of members) leave(id, audience);
      return members.length;
    },
  };
}

export function resize(tables: Tables, audience: string, by: number): void {
  const size = (tables.sizes.get(audience) ?? 0) + by;
  if (size === 0) tables.sizes.delete(audience);
  else tables.sizes.set(audience, size);
}
