import { type Change, identifierKey } from "../../src/profiles/index.ts";
import type { Profile, ProfilesWriter, SplitPair } from "../../src/store/index.ts";

/** Keeps profiles in memory as a transaction sees them: the least that `ProfilesWriter` promises. */
export class MemoryProfiles implements ProfilesWriter {
  readonly profiles = new Map<string, Profile>();
  readonly owners = new Map<string, string>();
  readonly into = new Map<string, string>();
  /** Pairs that were split. */
  split_: readonly SplitPair[] = [];
  calls: string[] = [];

  async get(ids: readonly string[]): Promise<readonly (Profile | undefined)[]> {
    this.calls.push("get");
    return ids.map((id) => this.profiles.get(this.now(id)));
  }

  async find(identifiers: readonly { kind: string; value: string }[]): Promise<readonly (string | undefined)[]> {
    this.calls.push("find");
    return identifiers.map((one) => this.owners.get(identifierKey(one)));
  }

  async list(): Promise<{ items: readonly Profile[] }> {
    return { items: [...this.profiles.values()] };
  }

  async put(profiles: readonly Profile[]): Promise<void> {
    this.calls.push("put");
    for (const profile of profiles) {
      if (this.into.has(profile.id)) throw new Error(`${profile.id} was absorbed`);
      this.free(profile.id);
      this.profiles.set(profile.id, structuredClone(profile));
      for (const one of profile.identifiers) this.owners.set(identifierKey(one), profile.id);
    }
  }

  async absorb(pairs: readonly { from: string; into: string }[]): Promise<void> {
    this.calls.push("absorb");
    for (const { from, into } of pairs) {
      if (!this.profiles.has(from) || !this.profiles.has(into)) throw new Error(`${from} into ${into}: not there`);
      this.free(from);
      this.profiles.delete(from);
      this.into.set(from, into);
    }
  }

  async merges(): Promise<readonly []> {
    throw new Error("nothing here splits");
  }

  async splitPairs(): Promise<readonly SplitPair[]> {
    this.calls.push("splitPairs");
    return this.split_;
  }

  async split(): Promise<void> {
    throw new Error("nothing here splits");
  }

  async pruneMerges(): Promise<number> {
    throw new Error("nothing here prunes");
  }

  async remove(): Promise<readonly string[]> {
    throw new Error("nothing here removes");
  }

  /** Returns identifiers and fields of all profiles, without random parts. @throws if an identifier leads elsewhere */
  state(): unknown {
    const owners = [...this.profiles.values()].flatMap(({ id, identifiers }) =>
      identifiers.map((one) => `${identifierKey(one)} ${id}`),
    );
    const found = [...this.owners].map(([key, id]) => `${key} ${id}`);
    if (owners.sort().join() !== found.sort().join()) throw new Error(`${found} is found, but ${owners} is there`);
    return [...this.profiles.values()]
      .map(({ identifiers, fields }) => ({ identifiers: identifiers.map(identifierKey).sort(), fields }))
      .sort((a, b) => (a.identifiers.join() < b.identifiers.join() ? -1 : 1));
  }

  now(id: string): string {
    const next = this.into.get(id);
    return next === undefined ? id : this.now(next);
  }

  private free(id: string): void {
    for (const [key, owner] of this.owners) if (owner === id) this.owners.delete(key);
  }
}

export function changed(result: Change | { readonly problem: string }): Change {
  if ("problem" in result) throw new Error(result.problem);
  return result;
}
