import type { Definitions, DefinitionsWriter } from "../../store/index.ts";
import { removeFiring } from "./firings.ts";
import { frozenCopy, keyOf, type Tables } from "./tables.ts";

export function definitionsOf(tables: Tables): Definitions & DefinitionsWriter {
  const count = (): void => tables.version.set("version", (tables.version.get("version") ?? 0) + 1);
  return {
    version: async () => tables.version.get("version") ?? 0,
    all: async () => [...tables.definitions.values()],
    async put(definitions) {
      for (const one of definitions) tables.definitions.put(keyOf(one.kind, one.name), frozenCopy(one));
      if (definitions.length > 0) count();
    },
    async setStatus(kind, name, status, counts = false) {
      const before = tables.definitions.value(keyOf(kind, name));
      if (before === undefined) return;
      tables.definitions.put(keyOf(kind, name), frozenCopy({ ...before, status }));
      if (counts) count();
    },
    async remove(kind, name) {
      if (!tables.definitions.delete(keyOf(kind, name))) return;
      count();
      if (kind !== "trigger") return;
      for (const [id] of [...tables.waiting.entries()]) {
        if (tables.firings.value(id)!.trigger === name) removeFiring(tables, id);
      }
      for (const skips of [tables.skips, tables.mergedSkips]) {
        for (const [key, skip] of [...skips.entries()]) if (skip.trigger === name) skips.delete(key);
      }
    },
  };
}
