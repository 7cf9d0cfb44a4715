import type { Fields, Identifier, MemberSince, Merge, Profile } from "../store/index.ts";
import { identifierKey } from "./identity.ts";
import type { ProfileSettings } from "./settings.ts";
import { unmerge } from "./unmerge.ts";

/** Two profiles that are no longer one. */
export interface UndoneMerge {
  /** The one that had ended, as it was then. */
  readonly split: Profile;
  /** Its memberships then. */
  readonly since: MemberSince;
  /** The one that it was part of, without it. */
  readonly rest: Profile;
  /** Memberships of that one, without what it had of the other alone: from these its audiences are evaluated anew. */
  readonly restSince: MemberSince;
  /** Merges as they would have been without this one. */
  readonly merges: readonly Merge[];
  /** Identifiers that somebody else has by now: they stay there. */
  readonly reassigned: readonly Identifier[];
}

/**
 * Undoes one merge of a profile. Whoever it was merged into may have been merged into others since: what came by the merge
 * is taken out all the way, also of what is kept of merges that came later.
 * @param whole the profile as it is
 * @param merges all that are kept of it, oldest first
 * @param ownerOf id of the profile that has an identifier now
 * @param now ms since 1970
 */
export function undoMerge(
  survivor: Profile,
  survivorSince: MemberSince,
  merges: readonly Merge[],
  merge: Merge,
  ownerOf: (identifier: Identifier) => string | undefined,
  settings: ProfileSettings,
  now: number,
): UndoneMerge {
  const taken = merge.profile.identifiers.filter((one) => [undefined, survivor.id].includes(ownerOf(one)));
  const without = ({ identifiers }: Profile): readonly Identifier[] => {
    const gone = new Set(merge.profile.identifiers.map(identifierKey));
    return identifiers.filter((one) => !gone.has(identifierKey(one)));
  };
  const undo = (fields: Fields): Fields => unmerge(fields, merge, settings);
  const changed: Merge[] = [];
  let child = merge;
  let [old, left]: [MemberSince, MemberSince] = [merge.memberships, {}];
  for (;;) {
    const { into, intoMemberships: before } = child;
    const since = (known: MemberSince): MemberSince => sinceWithout(known, before, old, left);
    // Whoever joined the same profile later found there what is undone.
    for (const one of merges.slice(merges.indexOf(child) + 1)) {
      if (one.into !== into) continue;
      const intoMemberships = since(one.intoMemberships);
      changed.push({ ...one, before: undo(one.before), after: undo(one.after), intoMemberships });
    }
    const up = merges.find(({ profile }) => profile.id === into);
    if (up === undefined) {
      const rest = {
        ...survivor,
        fields: undo(survivor.fields),
        identifiers: without(survivor),
        updatedAt: now,
        version: survivor.version + 1,
      };
      const split = { ...merge.profile, identifiers: taken };
      const reassigned = merge.profile.identifiers.filter((one) => !taken.includes(one));
      return { split, since: merge.memberships, rest, restSince: since(survivorSince), merges: changed, reassigned };
    }
    const memberships = since(up.memberships);
    const profile = { ...up.profile, fields: undo(up.profile.fields), identifiers: without(up.profile) };
    changed.push({ ...up, profile, after: undo(up.after), memberships });
    [child, old, left] = [up, up.memberships, memberships];
  }
}

/**
 * Returns since when somebody is a member without what came by a merge.
 * @param known as it is with it
 * @param before of the one that stays, before
 * @param old of the one that ended
 * @param left what remains of those
 */
function sinceWithout(known: MemberSince, before: MemberSince, old: MemberSince, left: MemberSince): MemberSince {
  const earlier = (audience: string, other: MemberSince): number =>
    Math.min(before[audience] ?? Number.POSITIVE_INFINITY, other[audience] ?? Number.POSITIVE_INFINITY);
  const entries = Object.entries(known).flatMap(([audience, since]): [string, number][] => {
    if (since !== earlier(audience, old)) return [[audience, since]];
    const without = earlier(audience, left);
    return without === Number.POSITIVE_INFINITY ? [] : [[audience, without]];
  });
  return Object.fromEntries(entries);
}
