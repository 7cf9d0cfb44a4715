import type { EngineStore } from "../../src/store/index.ts";

class RolledBack extends Error {}

/** Wraps a store so that each transaction runs its work twice: the first run is rolled back, as after a conflict. */
export function retryingStore<S extends EngineStore>(store: S): S {
  const transaction: EngineStore["transaction"] = async (work, options) => {
    const rolledBack = store.transaction(async (first) => {
      await work(first);
      throw new RolledBack();
    }, options);
    await rolledBack.catch((error: unknown) => {
      if (!(error instanceof RolledBack)) throw error;
    });
    return store.transaction(work, options);
  };
  return new Proxy(store, {
    get: (target, name) => (name === "transaction" ? transaction : Reflect.get(target, name)),
  });
}
