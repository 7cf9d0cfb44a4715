import { afterEach, beforeEach } from "vitest";
import type { EngineStore, EngineTransaction, Firing } from "../../../src/store/index.ts";
import { identifier, merge, profile, start } from "../builders.ts";

/** Opens an empty store before each test, and returns shortcuts for what tests do with it. */
export function openStore(make: () => EngineStore) {
  let store: EngineStore;
  beforeEach(() => {
    store = make();
  });
  afterEach(() => store.close());

  const write = <Result>(work: (transaction: EngineTransaction) => Promise<Result>): Promise<Result> =>
    store.transaction(work);
  return {
    get store(): EngineStore {
      return store;
    },
    write,
    /** Plain profiles. */
    put: (...ids: readonly string[]) => write(({ profiles }) => profiles.put(ids.map((id) => profile(id)))),
    absorb: (...pairs: readonly (readonly [from: string, into: string])[]) =>
      write(({ profiles }) => profiles.absorb(pairs.map(([from, into]) => ({ from, into })))),
    /** The same, so that it can be undone. */
    merge: (...pairs: readonly (readonly [from: string, into: string])[]) =>
      write(({ profiles }) => profiles.absorb(pairs.map(([from, into]) => ({ from, into, merge: merge(from, into) })))),
    split: (id: string, at: number = start + 9) => write(({ profiles }) => profiles.split(profile(id), at)),
    /** One ms after the other. */
    enter: (audience: string, ...profiles: readonly string[]) =>
      write(({ memberships }) =>
        memberships.change(profiles.map((one, i) => ({ audience, profile: one, since: start + i }))),
      ),
    leave: (audience: string, ...profiles: readonly string[]) =>
      write(({ memberships }) =>
        memberships.change(profiles.map((one) => ({ audience, profile: one, since: undefined }))),
      ),
    add: (...firings: readonly Firing[]) => write((of) => of.firings.add(firings)),
    sizes: async () => Object.fromEntries(await store.memberships.sizes()),
    /** By e-mail address. */
    owners: (...values: readonly string[]) => store.profiles.find(values.map((value) => identifier(value))),
  };
}
