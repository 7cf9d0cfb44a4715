import type { Definitions, DefinitionsWriter } from "../../store/index.ts";
import { removeFiring } from "./firings.ts";
import { copied, keyOf, type Tables } from "./tables.ts";

export function definitionsOf(books: Tables): Definitions & DefinitionsWriter {
  const count = (): void => books.version.set("version", (books.version.get("version") ?? 0) + 1);
  return {
    version: async () => books.version.get("version") ?? 0,
    all: async () => [...books.definitions.values()],
    async put(definitions) {
      for (const one of definitions) books.definitions.put(keyOf(one.kind, one.name), copied(one));
      if (definitions.length > 0) count();
    },
    async setStatus(kind, name, status, counts = false) {
      const before = books.definitions.value(keyOf(kind, name));
      if (before === undefined) return;
      books.definitions.put(keyOf(kind, name), copied({ ...before, status }));
      if (counts) count();
    },
    async remove(kind, name) {
      if (!books.definitions.delete(keyOf(kind, name))) return;
      count();
      if (kind !== "trigger") return;
      for (const [id] of [...books.waiting.entries()]) {
        if (books.firings.value(id)!.trigger === name) removeFiring(books, id);
      }
      for (const skips of [books.skips, books.mergedSkips]) {
        for (const [key, skip] of [...skips.entries()]) if (skip.trigger === name) skips.delete(key);
      }
    },
  };
}
