import type { Runs, RunsWriter } from "../../store/index.ts";
import { cursor, filtered, pageOf } from "./page.ts";
import { copied, type Tables } from "./tables.ts";

export function runsOf(books: Tables): Runs & RunsWriter {
  return {
    get: async (id) => books.runs.value(id),
    list: async ({ state, trigger, limit, after }) =>
      pageOf(
        filtered(
          books.runs.back(cursor(after)),
          (one) => (state === undefined || one.state === state) && (trigger === undefined || one.trigger === trigger),
        ),
        limit,
      ),
    put: async (run) => books.runs.put(run.id, copied(run)),
    async prune(kinds, before, limit) {
      const old = kinds.flatMap((kind) =>
        [...books.runs.values()]
          .filter((run) => run.kind === kind && run.endedAt !== undefined && run.endedAt < before)
          .sort((a, b) => a.endedAt! - b.endedAt!),
      );
      for (const { id } of old.slice(0, limit)) books.runs.delete(id);
      return Math.min(old.length, limit);
    },
  };
}
