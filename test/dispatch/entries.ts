import { newId } from "../../src/base/id.ts";
import type { Claimed, ClaimRequest, Entry, Outbox, Settlement } from "../../src/store/index.ts";

/** When tests begin. */
export const start = 1_700_000_000_000;

export function entry(changes: Partial<Entry> = {}): Entry {
  return {
    id: newId(start),
    channel: "crm",
    destination: "a",
    to: "https://a.example/",
    alert: { title: "Hello" },
    createdAt: start,
    ...changes,
  };
}

export const claimAll = (changes: Partial<ClaimRequest> = {}): ClaimRequest => ({
  now: start,
  lease: 60_000,
  limit: 100,
  channels: { crm: { perDestination: 100 } },
  ...changes,
});

export const idsOf = (items: readonly { readonly id: string }[]): string[] => items.map(({ id }) => id);

export async function claimIds(outbox: Outbox, changes: Partial<ClaimRequest> = {}): Promise<string[]> {
  return idsOf((await outbox.claim(claimAll(changes))).claimed);
}

export async function claimOne(outbox: Outbox, changes: Partial<ClaimRequest> = {}): Promise<Claimed> {
  const { claimed } = await outbox.claim(claimAll({ limit: 1, ...changes }));
  if (claimed.length !== 1) throw new Error(`${claimed.length} claimed`);
  return claimed[0]!;
}

type Verdict = Settlement["verdict"];

export const delivered: Verdict = { state: "delivered" };
export const dead = (reason = "no"): Verdict => ({ state: "dead", reason });
export const again = (due: number): Verdict => ({ state: "pending", due });

export const settlement = (
  { id, claim }: Claimed,
  verdict: Verdict = delivered,
  changes: Partial<Settlement> = {},
): Settlement => ({ claim: { id, claim }, now: start, verdict, ...changes });
