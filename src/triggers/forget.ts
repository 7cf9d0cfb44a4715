import type { Forgotten } from "./engine.ts";
import type { ProgramStore } from "./store.ts";

const page = 500;

/** See `Engine.forget`. Deliveries first: whoever is stopped in the middle can be asked again. */
export async function forget(
  store: ProgramStore,
  clock: () => number,
  profile: string,
): Promise<Forgotten | undefined> {
  const [found] = await store.profiles.get([profile]);
  if (found === undefined) return undefined;
  const ids: string[] = [];
  let after: string | undefined;
  do {
    const some = await store.firings.list({ profile: found.id, limit: page, after });
    ids.push(...some.items.flatMap(({ deliveries }) => deliveries));
    after = some.next;
  } while (after !== undefined);
  const all = new Set(ids);
  await store.answers.forget(new Set([found.id, ...ids]));
  const erased = await erase(store, clock, ids);
  for (const id of await store.transaction(({ profiles }) => profiles.remove([found.id]))) all.add(id);
  for (const id of await erase(
    store,
    clock,
    [...all].filter((id) => !erased.has(id)),
  ))
    erased.add(id);
  return { erased: erased.size, underway: [...all].filter((id) => !erased.has(id)) };
}

async function erase({ outbox }: ProgramStore, clock: () => number, ids: readonly string[]): Promise<Set<string>> {
  const erased = new Set<string>();
  for (let from = 0; from < ids.length; from += page) {
    const some = ids.slice(from, from + page);
    await outbox.cancel(some, clock(), "the person was forgotten");
    for (const id of await outbox.erase(some)) erased.add(id);
  }
  return erased;
}
