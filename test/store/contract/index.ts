import { describe } from "vitest";
import type { EngineStore } from "../../../src/store/index.ts";
import type { Retention } from "../../../src/stores/retention.ts";
import { describeDefinitions } from "./definitions.ts";
import { describeEvents } from "./events.ts";
import { describeFirings } from "./firings.ts";
import { describeLists } from "./lists.ts";
import { describeMemberships } from "./memberships.ts";
import { describeMerges } from "./merges.ts";
import { describeOutbox } from "./outbox.ts";
import { describeProfiles } from "./profiles.ts";
import { describeTransactions } from "./transactions.ts";

/**
 * Proves that a store's transactions can be run again: `make` returns an empty store that runs each of them twice. Leaves out
 * the outbox and the lists, which hardly use transactions.
 */
export function describeRetriedTransactions(name: string, make: () => EngineStore): void {
  describe(`${name}: the contract of a store, with every transaction run twice`, () => {
    describeProfiles(make);
    describeMerges(make);
    describeEvents(make);
    describeMemberships(make);
    describeFirings(make);
    describeDefinitions(make);
    describeTransactions(make);
  });
}

/** Proves everything that a store promises. `make` returns an empty store each time. */
export function describeStore(name: string, make: (retention?: Partial<Retention>) => EngineStore): void {
  describe(`${name}: the contract of a store`, () => {
    describeOutbox(make);
    describeProfiles(make);
    describeMerges(make);
    describeEvents(make);
    describeMemberships(make);
    describeFirings(make);
    describeDefinitions(make);
    describeTransactions(make);
    describeLists(make);
  });
}
