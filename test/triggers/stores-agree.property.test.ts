import fc from "fast-check";
import { expect, test } from "vitest";
import type { EngineStore, EngineTransaction, Firing, FiringState, Profile } from "../../src/store/index.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { sized } from "../sized.ts";
import { definition, event, firing, identifier, merge, paged, profile, run, skip } from "../store/builders.ts";
import { inMemory, temporaryFolder } from "../stores/folder.ts";

const folder = temporaryFolder(inMemory);

const people = ["a", "b", "c", "d"];
const triggers = ["t", "u"];
const audiences = ["x", "y"];
const runs = ["run_1", "run_2"];
const states: readonly FiringState[] = ["waiting", "sent", "aborted", "skipped", "failed"];
const some = fc.constantFrom;
const small = fc.nat({ max: 6 });
const limit = fc.integer({ min: 1, max: 3 });
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });

type Verb = (transaction: EngineTransaction) => Promise<unknown>;

const aFiring = fc
  .record({
    id: fc.nat({ max: 12 }).map((n) => `fir_${n}`),
    trigger: some(...triggers),
    profile: some(...people),
    at: small,
    state: some(...states),
    waitsFor: maybe(some("digest", "quietHours")),
    due: small,
    settledAt: small,
    key: maybe(some("k", "l")),
    run: maybe(some(...runs)),
    deliveries: fc.subarray(["m", "n"]),
  })
  .map(({ due, settledAt, ...rest }): Firing => {
    const ends = rest.state === "waiting" ? { due, settledAt: undefined } : { settledAt };
    return firing(rest.id, { ...rest, ...ends });
  });

const aProfile = fc
  .record({ id: some(...people), of: fc.subarray(["i", "j", "k"]), version: small })
  .map(({ id, of, version }): Profile => profile(id, { identifiers: of.map((one) => identifier(one)), version }));

/** Describes each command, so that a counterexample can be read. */
const said = <T>(
  name: string,
  of: fc.Arbitrary<T>,
  verb: (given: T) => Verb,
): fc.Arbitrary<{ text: string; verb: Verb }> =>
  of.map((given) => ({ text: `${name} ${JSON.stringify(given)}`, verb: verb(given) }));

const verb = fc.oneof(
  { weight: 3, arbitrary: said("put", fc.array(aProfile, { maxLength: 3 }), (all) => (of) => of.profiles.put(all)) },
  said(
    "absorb",
    fc.tuple(some(...people), some(...people)),
    ([from, into]) =>
      (of) =>
        of.profiles.absorb([{ from, into }]),
  ),
  {
    weight: 2,
    arbitrary: said(
      "merge",
      fc.tuple(some(...people), some(...people), small),
      ([from, into, at]) =>
        (of) =>
          of.profiles.absorb([{ from, into, merge: merge(from, into, { at }) }]),
    ),
  },
  {
    weight: 2,
    arbitrary: said(
      "split",
      fc.tuple(aProfile, small, fc.array(fc.tuple(some(...people), some(...people)), { maxLength: 2 })),
      ([one, at, others]) =>
        (of) =>
          of.profiles.split(
            one,
            at,
            others.map((pair) => merge(...pair, { at: 7 })),
          ),
    ),
  },
  said("prune merges", fc.nat({ max: 3 }), (before) => (of) => of.profiles.pruneMerges(before, 99)),
  said("merges", some(...people), (id) => (of) => of.profiles.merges(id)),
  said("splitPairs", fc.subarray(people), (ids) => (of) => of.profiles.splitPairs(ids)),
  said("remove", some(...people), (id) => async (of) => (await of.profiles.remove([id])).toSorted()),
  {
    weight: 3,
    arbitrary: said(
      "change",
      fc.array(fc.record({ audience: some(...audiences), profile: some(...people), since: maybe(small) }), {
        maxLength: 3,
      }),
      (all) => (of) => of.memberships.change(all.map(({ since, ...one }) => ({ ...one, since }))),
    ),
  },
  said("cleanup", fc.tuple(some(...audiences), fc.constant(9)), (given) => (of) => of.memberships.clear(...given)),
  { weight: 4, arbitrary: said("fire", aFiring, (one) => (of) => of.firings.add([one])) },
  { weight: 3, arbitrary: said("update", aFiring, (one) => (of) => of.firings.update([one])) },
  said(
    "skip",
    fc.record({ trigger: some(...triggers), profile: some(...people), at: small, reason: some("r", "s") }),
    (one) => (of) => of.firings.skip([skip(one)]),
  ),
  // All at once: which of those that settled before go first is not promised.
  said("prune", fc.nat({ max: 3 }), (before) => (of) => of.firings.prune(before, 99)),
  said("due", fc.tuple(small, limit), (given) => (of) => of.firings.due(...given)),
  said("waiting", fc.tuple(some(...triggers), some(...people)), (given) => (of) => of.firings.waiting(...given)),
  said("gathered", fc.tuple(some(...triggers), some(...people)), (given) => (of) => of.firings.gathered(...given)),
  said("hasKey", fc.tuple(some(...triggers), some("k", "l"), small), (given) => (of) => of.firings.hasKey(...given)),
  said("inRun", fc.tuple(some(...runs), some(...people)), (given) => (of) => of.firings.inRun(...given)),
  said(
    "sent",
    fc.record({ trigger: maybe(some(...triggers)), profile: maybe(some(...people)), since: small, limit }),
    (query) => (of) => of.firings.sent(query),
  ),
  said(
    "event",
    fc.record({
      id: fc.nat({ max: 9 }).map((n) => `evt_${n}`),
      key: maybe(some("k", "l")),
      profile: maybe(some(...people)),
      receivedAt: small,
      problem: maybe(some("p")),
      refused: maybe(fc.constant(["r"])),
    }),
    (one) => (of) => of.events.add([event(one.id, one)]),
  ),
  said("prune events", small, (before) => (of) => of.events.prune("shop", before, 99)),
  said(
    "define",
    fc.record({ name: some(...triggers), body: small }),
    ({ name, body }) =>
      (of) =>
        of.definitions.put([definition(name, { body })]),
  ),
  said("undefine", some(...triggers), (name) => (of) => of.definitions.remove("trigger", name)),
  said(
    "status",
    fc.tuple(some(...triggers), small, fc.boolean()),
    ([name, status, counts]) =>
      (of) =>
        of.definitions.setStatus("trigger", name, status, counts),
  ),
  said(
    "run",
    fc.record({
      id: some(...runs),
      state: some("running" as const, "done" as const),
      trigger: some(...triggers),
      endedAt: maybe(small),
    }),
    ({ id, ...rest }) =>
      (of) =>
        of.runs.put(run(id, rest)),
  ),
  said("prune runs", small, (before) => (of) => of.runs.prune(["scheduled"], before, 99)),
);

const transaction = fc.record({ verbs: fc.array(verb, { minLength: 1, maxLength: 6 }), throws: fc.boolean() });

class Thrown extends Error {}

/** Returns the results of each verb, and whether they were committed. */
async function answers(store: EngineStore, { verbs, throws }: { verbs: readonly { verb: Verb }[]; throws: boolean }) {
  const all: unknown[] = [];
  try {
    await store.transaction(async (of) => {
      for (const one of verbs) all.push((await one.verb(of)) ?? "nothing");
      if (throws) throw new Thrown();
    });
    all.push("kept");
  } catch (error) {
    all.push(error instanceof Thrown ? "thrown" : "refused");
  }
  return all;
}

async function everything(store: EngineStore): Promise<unknown> {
  const both = async (trigger: string) => ({
    tally: await store.firings.tally(trigger, 3),
    skips: await Promise.all(people.map((one) => store.firings.lastSkip(trigger, one))),
    list: await paged((page) => store.firings.list({ trigger, ...page })),
    sent: await paged((page) => store.firings.list({ trigger, state: "sent", ...page })),
    runs: await paged((page) => store.runs.list({ trigger, ...page })),
  });
  return {
    profiles: await paged((page) => store.profiles.list(page)),
    count: await store.profiles.count(),
    byId: await store.profiles.get(people),
    owners: await store.profiles.find(["i", "j", "k"].map((one) => identifier(one))),
    merges: await Promise.all(people.map((one) => store.profiles.merges(one))),
    splitPairs: await store.profiles.splitPairs(people),
    memberships: await store.memberships.of(people),
    members: await Promise.all(
      audiences.map((audience) => paged((page) => store.memberships.members({ audience, ...page }))),
    ),
    sizes: Object.fromEntries(await store.memberships.sizes()),
    events: await paged((page) => store.events.list(page)),
    problems: await paged((page) => store.events.list({ problems: true, ...page })),
    firings: await paged((page) => store.firings.list(page)),
    byProfile: await Promise.all(people.map((one) => paged((page) => store.firings.list({ profile: one, ...page })))),
    byRun: await Promise.all(runs.map((one) => paged((page) => store.firings.list({ run: one, ...page })))),
    next: await store.firings.nextDue(),
    byTrigger: await Promise.all(triggers.map(both)),
    definitions: await store.definitions.all(),
    version: await store.definitions.version(),
    running: await paged((page) => store.runs.list({ state: "running", ...page })),
  };
}

test("whatever is written, memory and SQLite answer the same", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(transaction, { minLength: 1, maxLength: 12, size: "max" }), async (transactions) => {
      const stores = [memoryStore(), sqliteStore(folder.file())] as const;
      try {
        for (const store of stores) await store.transaction((of) => of.profiles.put(people.map((id) => profile(id))));
        for (const one of transactions) {
          const [memory, sqlite] = await Promise.all(stores.map((store) => answers(store, one)));
          expect(sqlite).toEqual(memory);
        }
        const [memory, sqlite] = await Promise.all(stores.map(everything));
        expect(sqlite).toEqual(memory);
        const sizes = memory as { sizes: object; members: readonly (readonly unknown[])[] };
        expect(Object.values(sizes.sizes).toSorted()).toEqual(
          sizes.members
            .map((all) => all.length)
            .filter((n) => n > 0)
            .toSorted(),
        );
      } finally {
        for (const store of stores) await store.close();
      }
    }),
    { numRuns: sized(12, 100) },
  );
});
