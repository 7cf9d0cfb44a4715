import type {
  Answers,
  ApiKeys,
  Definitions,
  DefinitionsWriter,
  Firing,
  Firings,
  FiringsWriter,
  Runs,
  RunsWriter,
} from "../../triggers/index.ts";
import { type Books, inOrder } from "./books.ts";
import { cursor, pageOf } from "./page.ts";

export function definitionsOf(books: Books): Definitions & DefinitionsWriter {
  const count = (): void => books.version.set("version", (books.version.get("version") ?? 0) + 1);
  return {
    version: async () => books.version.get("version") ?? 0,
    all: async () => [...books.definitions.values()],
    async put(definitions) {
      for (const one of definitions) books.definitions.set(`${one.kind} ${one.name}`, one);
      if (definitions.length > 0) count();
    },
    async setStatus(kind, name, status, counts = false) {
      const before = books.definitions.get(`${kind} ${name}`);
      if (before === undefined) return;
      books.definitions.set(`${kind} ${name}`, { ...before, status });
      if (counts) count();
    },
    async remove(kind, name) {
      if (!books.definitions.delete(`${kind} ${name}`)) return;
      count();
      if (kind !== "trigger") return;
      for (const [key, { value }] of [...books.firings.entries()]) {
        if (value.trigger === name && value.state === "waiting") books.firings.delete(key);
      }
      for (const [key, skip] of [...books.skips.entries()]) if (skip.trigger === name) books.skips.delete(key);
    },
  };
}

export function firingsOf(books: Books): Firings & FiringsWriter {
  const all = (): Firing[] => [...inOrder(books.firings, 1, undefined)].map(({ value }) => value);
  return {
    get: async (id) => books.firings.get(id)?.value,
    list: async ({ trigger, profile, state, run, limit, after }) => {
      const matching = [...inOrder(books.firings, -1, cursor(after))].filter(
        ({ value }) =>
          (trigger === undefined || value.trigger === trigger) &&
          (profile === undefined || value.profile === books.stays(profile)) &&
          (state === undefined || value.state === state) &&
          (run === undefined || value.run === run),
      );
      return pageOf(
        matching,
        limit,
        ({ value }) => value,
        ({ seq }) => seq,
      );
    },
    lastSkip: async (trigger, profile) => books.skips.get(`${trigger} ${books.stays(profile)}`),
    nextDue: async () => {
      let next: number | undefined;
      for (const { value } of books.firings.values()) {
        if (value.state === "waiting" && (next === undefined || value.due! < next)) next = value.due!;
      }
      return next;
    },
    tally: async (trigger, since) => {
      const tally = { waiting: 0, sent: 0, aborted: 0, skipped: 0, failed: 0 };
      let last: number | undefined;
      for (const one of all()) {
        if (one.trigger !== trigger) continue;
        if (one.at >= since) tally[one.state]++;
        if (one.state === "sent" && (last === undefined || one.settledAt! > last)) last = one.settledAt!;
      }
      return { ...tally, ...(last !== undefined && { last }) };
    },
    async add(firings) {
      for (const one of firings) books.firings.set(one.id, books.place(undefined, one));
    },
    async update(firings) {
      for (const one of firings) {
        const before = books.firings.get(one.id);
        if (before === undefined) continue;
        const { trigger, profile, cause, at, run } = before.value;
        books.firings.set(one.id, {
          ...before,
          value: { ...one, trigger, profile, cause, at, ...(run !== undefined && { run }) },
        });
      }
    },
    due: async (now, limit) =>
      all()
        .filter(({ state, due }) => state === "waiting" && due! <= now)
        .sort((a, b) => a.due! - b.due!)
        .slice(0, limit),
    waiting: async (trigger, profile) =>
      all().filter((one) => one.state === "waiting" && one.trigger === trigger && one.profile === books.stays(profile)),
    hasKey: async (trigger, key, since) =>
      all().some(
        (one) =>
          one.trigger === trigger &&
          one.key === key &&
          one.at >= since &&
          (one.state === "waiting" || one.state === "sent"),
      ),
    sent: async ({ trigger, profile, since, limit }) => {
      const counted = new Set<string>();
      for (const one of all()) {
        if (one.state !== "sent" || one.settledAt! <= since) continue;
        if (trigger !== undefined && one.trigger !== trigger) continue;
        if (profile !== undefined && one.profile !== books.stays(profile)) continue;
        counted.add(one.deliveries[0] ?? one.id);
      }
      return Math.min(limit, counted.size);
    },
    inRun: async (run, profile) =>
      [...books.firings.values()].some(({ value }) => value.run === run && value.profile === books.stays(profile)),
    async skip(skips) {
      for (const one of skips) {
        const key = `${one.trigger} ${one.profile}`;
        books.skips.set(key, { ...one, count: (books.skips.get(key)?.count ?? 0) + 1 });
      }
    },
    async prune(before, limit) {
      const old = all()
        .filter(({ state, settledAt }) => state !== "waiting" && settledAt! < before)
        .slice(0, limit);
      for (const { id } of old) books.firings.delete(id);
      return old.length;
    },
  };
}

export function runsOf(books: Books): Runs & RunsWriter {
  return {
    get: async (id) => books.runs.get(id)?.value,
    list: async ({ state, trigger, limit, after }) => {
      const matching = [...inOrder(books.runs, -1, cursor(after))].filter(
        ({ value }) =>
          (state === undefined || value.state === state) && (trigger === undefined || value.trigger === trigger),
      );
      return pageOf(
        matching,
        limit,
        ({ value }) => value,
        ({ seq }) => seq,
      );
    },
    put: async (run) => books.runs.set(run.id, books.place(books.runs.get(run.id), run)),
  };
}

export function keysOf(books: Books): ApiKeys {
  return {
    put: async (key) => books.keys.set(key.id, key),
    byHash: async (hash) => [...books.keys.values()].find((key) => key.hash === hash),
    list: async () => [...books.keys.values()].sort((a, b) => a.createdAt - b.createdAt),
  };
}

export function answersOf(books: Books): Answers {
  return {
    get: async (key) => books.answers.get(key),
    async put(answer) {
      if (!books.answers.has(answer.key)) books.answers.set(answer.key, answer);
    },
    async prune(before, limit) {
      const old = [...books.answers.values()].filter(({ at }) => at < before).slice(0, limit);
      for (const { key } of old) books.answers.delete(key);
      return old.length;
    },
  };
}
