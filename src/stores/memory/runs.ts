import type { Runs, RunsWriter } from "../../store/index.ts";
import { cursorOf } from "../cursor.ts";
import { pageOfValues } from "./page.ts";
import { frozenCopy, type Tables } from "./tables.ts";

export function runsOf(tables: Tables): Runs & RunsWriter {
  return {
    get: async (id) => tables.runs.value(id),
    list: async ({ state, trigger, limit, after }) =>
      pageOfValues(
        tables.runs.newestFirst(cursorOf(after, undefined)),
        limit,
        (one) => (state === undefined || one.state === state) && (trigger === undefined || one.trigger === trigger),
      ),
    put: async (run) => tables.runs.put(run.id, frozenCopy(run)),
    async prune(kinds, before, limit) {
      const old = kinds.flatMap((kind) =>
        [...tables.runs.values()]
          .filter((run) => run.kind === kind && run.endedAt !== undefined && run.endedAt < before)
          .sort((a, b) => a.endedAt! - b.endedAt!),
      );
      for (const { id } of old.slice(0, limit)) tables.runs.delete(id);
      return Math.min(old.length, limit);
    },
  };
}
