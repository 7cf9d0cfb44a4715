import { type ApiKeys, type IdempotencyStore, type StoredResponse, StoreError } from "../../store/index.ts";
import { containsId } from "../contains-id.ts";
import { frozenCopy, type Tables } from "./tables.ts";

/** Reads and writes API keys. */
export function keysOf(tables: Tables): ApiKeys {
  const all = () => [...tables.keys.entries()].map(([, key]) => key);
  return {
    async put(key) {
      if (all().some(({ id, hash }) => hash === key.hash && id !== key.id)) {
        throw new StoreError("other", `${key.id} has the secret of another key`);
      }
      tables.keys.set(key.id, frozenCopy(key));
    },
    byHash: async (hash) => all().find((key) => key.hash === hash),
    list: async () => all().sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)),
  };
}

/** Reads and writes responses for idempotency keys. */
export function idempotencyOf(tables: Tables): IdempotencyStore {
  return {
    get: async (key) => tables.responses.get(key.toWellFormed()),
    async put({ key: given, fingerprint, status, body, at }) {
      const key = given.toWellFormed();
      if (tables.responses.has(key)) return;
      const answer: StoredResponse = {
        key,
        fingerprint: fingerprint.toWellFormed(),
        status,
        body: body.toWellFormed(),
        at,
      };
      tables.responses.set(key, frozenCopy(answer));
    },
    async prune(before, limit) {
      const old = [...tables.responses.entries()].filter(([, { at }]) => at < before);
      const first = old.sort(([, a], [, b]) => a.at - b.at).slice(0, limit);
      for (const [key] of first) tables.responses.delete(key);
      return first.length;
    },
    async forget(ids) {
      for (const [key, { body }] of [...tables.responses.entries()])
        if (containsId(body, ids)) tables.responses.delete(key);
    },
  };
}
