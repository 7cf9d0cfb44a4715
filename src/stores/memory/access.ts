import { type ApiKeys, type IdempotencyStore, type StoredResponse, StoreError } from "../../store/index.ts";
import { tellsOf } from "../answer.ts";
import { copied, type Tables } from "./tables.ts";

/** API keys: who may ask. */
export function keysOf(books: Tables): ApiKeys {
  const all = () => [...books.keys.entries()].map(([, key]) => key);
  return {
    async put(key) {
      if (all().some(({ id, hash }) => hash === key.hash && id !== key.id)) {
        throw new StoreError("other", `${key.id} has the secret of another key`);
      }
      books.keys.set(key.id, copied(key));
    },
    byHash: async (hash) => all().find((key) => key.hash === hash),
    list: async () => all().sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)),
  };
}

/** Answers to requests with an idempotency key. */
export function idempotencyOf(books: Tables): IdempotencyStore {
  return {
    get: async (key) => books.responses.get(key.toWellFormed()),
    async put({ key: given, fingerprint, status, body, at }) {
      const key = given.toWellFormed();
      if (books.responses.has(key)) return;
      const answer: StoredResponse = {
        key,
        fingerprint: fingerprint.toWellFormed(),
        status,
        body: body.toWellFormed(),
        at,
      };
      books.responses.set(key, copied(answer));
    },
    async prune(before, limit) {
      const old = [...books.responses.entries()].filter(([, { at }]) => at < before);
      const first = old.sort(([, a], [, b]) => a.at - b.at).slice(0, limit);
      for (const [key] of first) books.responses.delete(key);
      return first.length;
    },
    async forget(ids) {
      for (const [key, { body }] of [...books.responses.entries()]) if (tellsOf(body, ids)) books.responses.delete(key);
    },
  };
}
