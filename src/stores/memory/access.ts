import { type Answer, type Answers, type ApiKeys, StoreError } from "../../store/index.ts";
import { tellsOf } from "../answer.ts";
import { type Books, copied } from "./books.ts";

/** API keys: who may ask. */
export function keysOf(books: Books): ApiKeys {
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
export function answersOf(books: Books): Answers {
  return {
    get: async (key) => books.answers.get(key.toWellFormed()),
    async put({ key: given, fingerprint, status, body, at }) {
      const key = given.toWellFormed();
      if (books.answers.has(key)) return;
      const answer: Answer = { key, fingerprint: fingerprint.toWellFormed(), status, body: body.toWellFormed(), at };
      books.answers.set(key, copied(answer));
    },
    async prune(before, limit) {
      const old = [...books.answers.entries()].filter(([, { at }]) => at < before);
      const first = old.sort(([, a], [, b]) => a.at - b.at).slice(0, limit);
      for (const [key] of first) books.answers.delete(key);
      return first.length;
    },
    async forget(ids) {
      for (const [key, { body }] of [...books.answers.entries()]) if (tellsOf(body, ids)) books.answers.delete(key);
    },
  };
}
