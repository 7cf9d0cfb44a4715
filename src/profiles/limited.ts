import { isMap, type Json, type JsonMap, own, setOwn } from "../base/json.ts";
import type { Fields, Identifier, Profile } from "../store/index.ts";
import type { IdentityMode } from "./definition.ts";
import { type Decision, type Identity, identifierKey } from "./identity.ts";
import type { MergeRules, ProfileSettings } from "./settings.ts";
import type { Refused } from "./update.ts";

/** Names nobody, and is the same whoever has the identifier, or nobody. */
const notGiven = "a stream without identity: merge gives identifiers to nobody but the people that it creates";
const isProtected = "it is protected: only streams with identity: merge give it to people";

/**
 * Decides whom an update is about that may not merge. The identifier that counts most alone says who it is; only somebody
 * new gets identifiers, and none that another person has. So whoever can post to such a stream can neither join two people
 * nor put an identifier of their own on somebody else.
 * @param ownerOf the profile that has an identifier now
 * @returns undefined where it is about nobody who is known, and may not create anybody
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
  // One that is protected can be found by, but not given.
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
    else if (count > (kinds.get(kind)?.limit ?? 1)) refuse(one, `one person has at most ${count - 1} ${kind}`);
    else {
      given.push(one);
      counts.set(kind, count);
    }
  }
  if (owner !== undefined) return { profiles: [owner], identifiers: owner.identifiers, refused };
  return { profiles: [], identifiers: given, refused };
}

/** A patch without what it may not change, and the paths of that. */
export interface Allowed {
  readonly fields: Fields;
  readonly withheld: readonly string[];
}

/** Leaves out of a patch what would change a protected field, also by replacing or removing a map that it is in. */
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

/** The very same map if the patch does not touch what stands at the path. */
function without(map: JsonMap, [name, ...rest]: readonly string[], rules: MergeRules | undefined): JsonMap {
  const value = own(map, name!);
  if (value === undefined) return map;
  const copy: { [field: string]: Json } = { ...map };
  const rule = rules?.get(name!);
  // What is merged as a whole replaces all that is in it.
  if (rest.length === 0 || !isMap(value) || typeof rule === "string") {
    delete copy[name!];
    return copy;
  }
  const left = without(value, rest, rule);
  if (left === value) return map;
  setOwn(copy, name!, left);
  return copy;
}
