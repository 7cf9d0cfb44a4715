import { isObject, type Json, type JsonObject, ownField, setField } from "../base/json.ts";
import type { Fields, Identifier, Profile } from "../store/index.ts";
import type { IdentityMode } from "./definition.ts";
import { type Decision, type Identity, identifierKey } from "./identity.ts";
import type { MergeRules, ProfileSettings } from "./settings.ts";
import type { Refused } from "./update.ts";

/** Names no profile, and is the same whether or not a profile has the identifier, so that the sender learns nothing. */
const notGiven = "a stream without identity: merge gives identifiers only to profiles that it creates";
const isProtected = "it is protected: only streams with identity: merge may set it";

/**
 * Decides which profile an update concerns that may not merge. Only the most significant identifier counts; only a new
 * profile gets identifiers, and none that another profile has. So a sender to such a stream can neither merge two
 * profiles nor add an identifier to another profile.
 * @param ownerOf returns the profile that has an identifier now
 * @returns undefined if it concerns no existing profile and may not create one
 */
export function decideLimited(
  { identifiers, refused: before }: Identity,
  ownerOf: (identifier: Identifier) => Profile | undefined,
  { kinds, protect }: ProfileSettings,
  mode: Exclude<IdentityMode, "merge">,
): Decision | undefined {
  const refused: Refused[] = [...before];
  const refuse = (identifier: Identifier, reason: string): void => {
    refused.push({ identifier, reason });
  };
  // A protected identifier can find a profile, but cannot be given to one.
  const first = identifiers.findIndex((one) => !protect.includes(one.kind) || ownerOf(one) !== undefined);
  if (first < 0) return undefined;
  const owner = ownerOf(identifiers[first]!);
  if (owner === undefined && mode === "known") return undefined;
  const has = new Set(owner?.identifiers.map(identifierKey));
  const counts = new Map<string, number>();
  const given: Identifier[] = [];
  for (const one of identifiers) {
    const { kind } = one;
    const count = (counts.get(kind) ?? 0) + 1;
    if (has.has(identifierKey(one))) continue;
    if (protect.includes(kind)) refuse(one, isProtected);
    else if (owner !== undefined || ownerOf(one) !== undefined) refuse(one, notGiven);
    else if (count > (kinds.get(kind)?.limit ?? 1)) refuse(one, `a profile has at most ${count - 1} ${kind}`);
    else {
      given.push(one);
      counts.set(kind, count);
    }
  }
  if (owner !== undefined) return { profiles: [owner], identifiers: owner.identifiers, refused };
  return { profiles: [], identifiers: given, refused };
}

/** Holds a patch without the fields that it may not change, and their paths. */
export interface Allowed {
  readonly fields: Fields;
  readonly withheld: readonly string[];
}

/**
 * Removes from a patch what would change a protected field, also by replacing or removing a map that contains the
 * field.
 */
export function withoutProtected(patch: Fields, { protect, merge }: ProfileSettings): Allowed {
  let fields = patch;
  const withheld: string[] = [];
  for (const path of protect) {
    const left = without(fields, path.split("."), merge);
    if (left === fields) continue;
    withheld.push(path);
    fields = left;
  }
  return { fields, withheld };
}

/** Removes a path. Returns the very same map if the patch does not touch the path. */
function without(map: JsonObject, [name, ...rest]: readonly string[], rules: MergeRules | undefined): JsonObject {
  const value = ownField(map, name!);
  if (value === undefined) return map;
  const copy: { [field: string]: Json } = { ...map };
  const rule = rules?.get(name!);
  // A rule for a whole map replaces everything in it.
  if (rest.length === 0 || !isObject(value) || typeof rule === "string") {
    delete copy[name!];
    return copy;
  }
  const left = without(value, rest, rule);
  if (left === value) return map;
  setField(copy, name!, left);
  return copy;
}
