import type { Fields, Identifier, MemberSince, Merge, Profile } from "../store/index.ts";
import { identifierKey } from "./identity.ts";
import type { ProfileSettings } from "./settings.ts";
import { unmerge } from "./unmerge.ts";

/** Holds the two profiles that a merge had made one. */
export interface UndoneMerge {
  /** The profile that was merged into the other, as it was then. */
  readonly split: Profile;
  /** Its memberships then. */
  readonly since: MemberSince;
  /** The surviving profile, without the merged one. */
  readonly rest: Profile;
  /**
   * Memberships of the surviving profile, without those that only the merged one had: its audiences are evaluated again
   * from these.
   */
  readonly restSince: MemberSince;
  /** Later merges, as they would have been without this one. */
  readonly merges: readonly Merge[];
  /** Identifiers that another profile has by now, and keeps. */
  readonly reassigned: readonly Identifier[];
}

/**
 * Undoes one merge of a profile. The profile it was merged into may itself have been merged into others since: what the
 * merge brought is taken out all the way, also of later merges as stored.
 * @param survivor the profile as it is
 * @param merges all stored merges of the survivor, oldest first
 * @param ownerOf returns the id of the profile that has an identifier now
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
    // The records of later merges into the same profile contain the data that is now undone: take it out of them, too.
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
 * Returns membership times without those that a merge brought.
 * @param known times with the merge
 * @param before times of the surviving profile before the merge
 * @param old times of the merged profile
 * @param left times that remain of `old`
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
