import { newId } from "../dispatch/index.ts";
import { decide, type Identity, identifierKey, identityOf } from "./identity.ts";
import { bytesBeyond, isMap, objectionTo } from "./json.ts";
import { changedFields, MergeError, mergeFields, stitchFields } from "./merge.ts";
import type { Change, Fields, Identifier, Profile, Update } from "./profile.ts";
import type { ProfileSettings } from "./settings.ts";
import type { ProfilesWriter } from "./store.ts";

/** Why an update could not be taken, in words. */
export interface Untaken {
  readonly problem: string;
}

/**
 * Merges updates into profiles, in their order and within one transaction of the writer. Several of one person follow one
 * another: the profile after one is that before the next. Looks things up once and writes what comes of it all once.
 * @param now ms since 1970
 * @returns for each update what it came to, or why it could not be taken; the others are, all the same
 */
export async function applyUpdates(
  writer: ProfilesWriter,
  updates: readonly Update[],
  settings: ProfileSettings,
  now: number,
): Promise<readonly (Change | Untaken)[]> {
  const read = updates.map((update) => readUpdate(update, settings));
  const people = await People.of(writer, read);
  const results = read.map((one) => ("problem" in one ? one : people.apply(one, settings, now)));
  await people.write(writer);
  return results;
}

interface ReadUpdate extends Identity {
  readonly fields: Fields;
}

function readUpdate(update: Update, settings: ProfileSettings): ReadUpdate | Untaken {
  if (!isMap(update)) return { problem: "an update is a map with identifiers and fields" };
  const { identifiers, fields = {} } = update as Update;
  const identity = identityOf(identifiers, settings);
  if ("problem" in identity) return identity;
  if (!isMap(fields)) return { problem: "fields are a map, by name" };
  const problem = objectionTo(fields, "");
  return problem === undefined ? { ...identity, fields } : { problem };
}

/** Profiles as they are while updates are applied. */
class People {
  /** By key of the identifier. */
  private readonly owners = new Map<string, string>();
  private readonly profiles = new Map<string, Profile>();
  private readonly written = new Set<string>();
  /** Into which. */
  private readonly absorbed = new Map<string, string>();

  static async of(writer: ProfilesWriter, updates: readonly (ReadUpdate | Untaken)[]): Promise<People> {
    const people = new People();
    const wanted = new Map<string, Identifier>();
    for (const update of updates) {
      if ("problem" in update) continue;
      for (const identifier of update.identifiers) wanted.set(identifierKey(identifier), identifier);
    }
    if (wanted.size === 0) return people;
    const found = await writer.find([...wanted.values()]);
    const ids = [...new Set(found.filter((id) => id !== undefined))];
    const profiles = ids.length === 0 ? [] : await writer.get(ids);
    for (const profile of profiles) if (profile) people.keep(profile);
    return people;
  }

  private keep(profile: Profile): void {
    this.profiles.set(profile.id, profile);
    for (const identifier of profile.identifiers) this.owners.set(identifierKey(identifier), profile.id);
  }

  private ownerOf(identifier: Identifier): Profile | undefined {
    const id = this.owners.get(identifierKey(identifier));
    return id === undefined ? undefined : this.profiles.get(id);
  }

  apply({ fields: patch, ...identity }: ReadUpdate, settings: ProfileSettings, now: number): Change | Untaken {
    const owner = (identifier: Identifier) => this.ownerOf(identifier);
    const { profiles, identifiers, refused } = decide(identity, owner, settings, (several) => {
      const reason = tooBig(stitched(several, settings), settings);
      return reason && `together they would be ${reason}`;
    });
    const [before, ...absorbed] = profiles;
    let fields: Fields;
    try {
      fields = mergeFields(stitched(profiles, settings), patch, settings);
    } catch (error) {
      if (error instanceof MergeError) return { problem: error.message };
      throw error;
    }
    if (before && absorbed.length === 0 && fields === before.fields && identifiers === before.identifiers) {
      return { before, after: before, absorbed, changed: new Set(), refused };
    }
    const problem = before && fields === before.fields ? undefined : tooBig(fields, settings);
    if (problem) return { problem: `the profile would be too big: ${problem}` };
    const after: Profile = {
      id: before?.id ?? newId(now, "prf"),
      fields,
      identifiers,
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
      version: (before?.version ?? 0) + 1,
    };
    for (const { id } of absorbed) this.absorb(id, after.id);
    this.keep(after);
    this.written.add(after.id);
    return { before, after, absorbed, changed: changedFields(before?.fields ?? {}, fields), refused };
  }

  private absorb(id: string, into: string): void {
    this.absorbed.set(id, into);
    // One that only came to be in these updates is written as well, so that its id still leads to the one that stays.
    const profile = this.profiles.get(id)!;
    if (this.written.has(id)) this.profiles.set(id, { ...profile, identifiers: [] });
  }

  /** One that absorbed others may have been absorbed since. */
  private stays(id: string): string {
    let into = id;
    for (let next = this.absorbed.get(into); next !== undefined; next = this.absorbed.get(into)) into = next;
    return into;
  }

  async write(writer: ProfilesWriter): Promise<void> {
    if (this.written.size > 0) await writer.put([...this.written].map((id) => this.profiles.get(id)!));
    if (this.absorbed.size === 0) return;
    await writer.absorb([...this.absorbed.keys()].map((from) => ({ from, into: this.stays(from) })));
  }
}

/** The fields of profiles that are one, oldest first. */
function stitched([first, ...others]: readonly Profile[], settings: ProfileSettings): Fields {
  return others.reduce((fields, { fields: younger }) => stitchFields(fields, younger, settings), first?.fields ?? {});
}

function tooBig(fields: Fields, { mostBytes }: ProfileSettings): string | undefined {
  const bytes = bytesBeyond(fields, mostBytes);
  return bytes === undefined ? undefined : `${bytes} bytes of JSON, where ${mostBytes} are allowed`;
}
