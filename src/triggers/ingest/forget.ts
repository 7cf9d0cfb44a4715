import type { EngineStore } from "../../store/index.ts";
import type { Forgotten } from "../engine.ts";

const page = 500;

/**
 * Implements `Engine.forget`. Removes the idempotency records first: if the process stops in between, the request can
 * be repeated.
 */
export async function forget(store: EngineStore, clock: () => number, profile: string): Promise<Forgotten | undefined> {
  const [found] = await store.profiles.get([profile]);
  if (found === undefined) return undefined;
  const parts = (await store.profiles.merges(found.id)).map((one) => one.profile.id);
  await store.idempotency.forget(new Set([found.id, ...parts, ...(await deliveriesOf(store, found.id))]));
  return store.transaction(async ({ profiles, outbox }) => {
    const { erased, inFlight } = await outbox.expunge(await profiles.remove([found.id]), clock());
    return { erased: erased.length, inFlight };
  });
}

async function deliveriesOf({ firings }: EngineStore, profile: string): Promise<string[]> {
  const ids: string[] = [];
  let after: string | undefined;
  do {
    const some = await firings.list({ profile, limit: page, after });
    ids.push(...some.items.flatMap(({ deliveries }) => deliveries));
    after = some.next;
  } while (after !== undefined);
  return ids;
}
