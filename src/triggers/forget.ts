import type { Forgotten } from "./engine.ts";
import type { ProgramStore } from "./store.ts";

/** See `Engine.forget`. */
export async function forget(
  store: ProgramStore,
  clock: () => number,
  profile: string,
): Promise<Forgotten | undefined> {
  const [found] = await store.profiles.get([profile]);
  if (found === undefined) return undefined;
  return store.transaction(async ({ profiles, outbox }) => {
    const { erased, underway } = await outbox.withdraw(await profiles.remove([found.id]), clock());
    return { erased: erased.length, underway };
  });
}
