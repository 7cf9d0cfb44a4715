import { newId } from "../base/id.ts";
import { isObject, type Json, setField } from "../base/json.ts";
import type { Fields, Identifier, Merge, Profile, ProfilesWriter, SplitPair } from "../store/index.ts";
import type { IdentityMode } from "./definition.ts";
import { type Decision, decide, type Identity, identifierKey, identityOf } from "./identity.ts";
import { decideLimited, withoutProtected } from "./limited.ts";
import { changedFields, MergeError, mergeFields, mergeProfiles } from "./merge.ts";
import type { ProfileSettings } from "./settings.ts";
import type { Change, Update } from "./update.ts";
import { bytesBeyond, validationError } from "./validate.ts";

/** Says why an update was rejected, in words. */
export interface RejectedUpdate {
  readonly problem: string;
  /** The problem reveals something about existing profiles: hide it from callers who may not read them. */
  readonly confidential?: true | undefined;
}

/**
 * Merges updates into profiles, in their order and within one transaction of the writer. Several updates of one profile
 * follow one another: the profile after one is the profile before the next. Looks everything up once and writes
 * everything once.
 * @param now ms since 1970
 * @param modes what each update may do @default all of them merge
 * @returns for each update the change, or why it was rejected; the other updates are applied all the same
 */
export async function applyUpdates(
  writer: ProfilesWriter,
  updates: readonly Update[],
  settings: ProfileSettings,
  now: number,
  modes: readonly IdentityMode[] = [],
): Promise<readonly (Change | RejectedUpdate)[]> {
  const read = updates.map((update, i) => readUpdate(update, settings, modes[i] ?? "merge"));
  const batch = await ProfileBatch.of(writer, read);
  const results = read.map((one) => ("problem" in one ? one : batch.apply(one, settings, now)));
  await batch.write(writer);
  return results;
}

interface ReadUpdate extends Identity {
  readonly fields: Fields;
  readonly mode: IdentityMode;
  /** See `Change`. */
  readonly withheld: readonly string[];
}

function readUpdate(update: Update, settings: ProfileSettings, mode: IdentityMode): ReadUpdate | RejectedUpdate {
  if (!isObject(update)) return { problem: "an update is a map with identifiers and fields" };
  const { identifiers, fields = {} } = update as Update;
  const identity = identityOf(identifiers, settings);
  if ("problem" in identity) return identity;
  if (!isObject(fields)) return { problem: "fields are a map, by name" };
  const problem = validationError(fields, "");
  if (problem !== undefined) return { problem };
  const allowed = mode === "merge" ? { fields, withheld: [] } : withoutProtected(fields, settings);
  return { ...identity, ...allowed, mode };
}

/** Explains an update that matches no profile and may not create one. */
const unknownProfile = "it matches no existing profile, and may not create one";

/** Holds the profiles that updates are applied to. */
class ProfileBatch {
  /** By identifier key. */
  readonly #owners = new Map<string, string>();
  readonly #profiles = new Map<string, Profile>();
  readonly #written = new Set<string>();
  /** Merges by id of the merged profile, in their order. */
  readonly #absorbed = new Map<string, Merge>();
  #splitPairs: readonly SplitPair[] = [];

  static async of(writer: ProfilesWriter, updates: readonly (ReadUpdate | RejectedUpdate)[]): Promise<ProfileBatch> {
    const batch = new ProfileBatch();
    const wanted = new Map<string, Identifier>();
    for (const update of updates) {
      if ("problem" in update) continue;
      for (const identifier of update.identifiers) wanted.set(identifierKey(identifier), identifier);
    }
    if (wanted.size === 0) return batch;
    const found = await writer.find([...wanted.values()]);
    const ids = [...new Set(found.filter((id) => id !== undefined))];
    const profiles = ids.length === 0 ? [] : await writer.get(ids);
    for (const profile of profiles) if (profile) batch.#keep(profile);
    const joins = updates.some((one) => !("problem" in one) && one.mode === "merge" && one.identifiers.length > 1);
    if (joins && ids.length > 1) batch.#splitPairs = await writer.splitPairs(ids);
    return batch;
  }

  #keep(profile: Profile): void {
    this.#profiles.set(profile.id, profile);
    for (const identifier of profile.identifiers) this.#owners.set(identifierKey(identifier), profile.id);
  }

  #ownerOf(identifier: Identifier): Profile | undefined {
    const id = this.#owners.get(identifierKey(identifier));
    return id === undefined ? undefined : this.#profiles.get(id);
  }

  apply(update: ReadUpdate, settings: ProfileSettings, now: number): Change | RejectedUpdate {
    const { fields: patch, withheld, mode } = update;
    const decision = this.#decide(update, settings);
    if (decision === undefined) return { problem: unknownProfile, confidential: true };
    const { profiles, identifiers, refused } = decision;
    const [before, ...absorbed] = profiles;
    const notes = { refused, ...(withheld.length > 0 && { withheld }) };
    const rejected = (problem: string): RejectedUpdate => ({
      problem,
      ...(mode !== "merge" && { confidential: true }),
    });
    const { fields: mergedFields, merges } = mergeAll(profiles, settings, now);
    let fields: Fields;
    try {
      fields = mergeFields(mergedFields, patch, settings);
    } catch (error) {
      if (error instanceof MergeError) return rejected(error.message);
      throw error;
    }
    if (before && absorbed.length === 0 && fields === before.fields && identifiers === before.identifiers) {
      return { before, after: before, mergedFrom: absorbed, changed: new Set(), ...notes };
    }
    const problem = before && fields === before.fields ? undefined : sizeProblem(fields, settings);
    if (problem) return rejected(`the profile would be too big: ${problem}`);
    const after: Profile = {
      id: before?.id ?? newId(now, "prf"),
      fields,
      identifiers,
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
      version: (before?.version ?? 0) + 1,
    };
    for (const merge of merges) this.#absorb(merge);
    this.#keep(after);
    this.#written.add(after.id);
    return { before, after, mergedFrom: absorbed, changed: changedFields(before?.fields ?? {}, fields), ...notes };
  }

  #decide({ mode, ...identity }: ReadUpdate, settings: ProfileSettings): Decision | undefined {
    const owner = (identifier: Identifier) => this.#ownerOf(identifier);
    if (mode !== "merge") return decideLimited(identity, owner, settings, mode);
    return decide(identity, owner, settings, (several) => {
      const split = this.#splitReason(several);
      if (split !== undefined) return split;
      const reason = sizeProblem(mergeAll(several, settings).fields, settings);
      return reason && `merged they would be ${reason}`;
    });
  }

  /** Returns why profiles that were split may not be merged again by an update. */
  #splitReason(several: readonly Profile[]): string | undefined {
    const ids = new Set(several.map(({ id }) => id));
    const found = this.#splitPairs.find(
      ({ one, other }) => ids.has(this.#resolveId(one)) && ids.has(this.#resolveId(other)),
    );
    return found && `they were split at ${new Date(found.at).toISOString()}, and stay apart`;
  }

  #absorb(merge: Merge): void {
    const { id } = merge.profile;
    this.#absorbed.set(id, merge);
    // A profile that these updates created is written as well, so that its id leads to the surviving one.
    const profile = this.#profiles.get(id)!;
    if (this.#written.has(id)) this.#profiles.set(id, { ...profile, identifiers: [] });
  }

  /** A surviving profile may have been merged into another one since. */
  #resolveId(id: string): string {
    let into = id;
    for (let next = this.#absorbed.get(into); next !== undefined; next = this.#absorbed.get(into)) into = next.into;
    return into;
  }

  async write(writer: ProfilesWriter): Promise<void> {
    if (this.#written.size > 0) await writer.put([...this.#written].map((id) => this.#profiles.get(id)!));
    if (this.#absorbed.size === 0) return;
    await writer.absorb([...this.#absorbed].map(([from, merge]) => ({ from, into: merge.into, merge })));
  }
}

/** Merges the fields of profiles, oldest first, and records how each of the others became part of the oldest. */
function mergeAll(
  [first, ...others]: readonly Profile[],
  settings: ProfileSettings,
  now = 0,
): { readonly fields: Fields; readonly merges: readonly Merge[] } {
  let fields = first?.fields ?? {};
  const merges = others.map((profile): Merge => {
    const mergedFields = mergeProfiles(fields, profile.fields, settings);
    const changed = [...changedFields(fields, mergedFields)];
    const [before, after] = [named(fields, changed), named(mergedFields, changed)];
    fields = mergedFields;
    return { profile, into: first!.id, at: now, before, after, memberships: {}, intoMemberships: {} };
  });
  return { fields, merges };
}

function named(fields: Fields, names: readonly string[]): Fields {
  const picked: { [field: string]: Json } = {};
  for (const name of names) if (Object.hasOwn(fields, name)) setField(picked, name, fields[name]!);
  return picked;
}

function sizeProblem(fields: Fields, { maxBytes }: ProfileSettings): string | undefined {
  const bytes = bytesBeyond(fields, maxBytes);
  return bytes === undefined ? undefined : `${bytes} bytes of JSON, where ${maxBytes} are allowed`;
}
