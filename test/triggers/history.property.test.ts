import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fake } from "../../src/channels/fake.ts";
import type { EngineStore } from "../../src/store/index.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { createEngine, type Engine, SplitError } from "../../src/triggers/index.ts";
import { sized } from "../sized.ts";
import { inMemory, temporaryFolder } from "../stores/folder.ts";
import { noon } from "./harness.ts";
import { ExpectedAlerts } from "./model.ts";

const folder = temporaryFolder(inMemory);

/** Plays more histories than a test run has time for: `HISTORIES=2000 npx vitest run history.property`. */
const histories = Number(process.env.HISTORIES ?? sized(30, 60));
const longest = 60;

const person = fc.nat({ max: 5 });
const visits = fc.nat({ max: 10 });
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
/** Fails the next transaction: it is rolled back, or committed without its caller being told. */
const fault = fc.constantFrom(undefined, undefined, undefined, "before", "after");
const command = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("update" as const),
      updates: fc.array(
        fc.record({ person, by: fc.constantFrom("user", "email", "user", "email", "both"), visits: maybe(visits) }),
        { minLength: 1, maxLength: 5 },
      ),
      fault,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("edit" as const), threshold: visits, fires: fc.boolean(), fault }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("state" as const), active: fc.boolean(), fault }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("backfill" as const), fault }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("forget" as const), person, by: fc.constantFrom("user", "email"), fault }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("collect" as const),
      mode: fc.constantFrom("add", "known", "merge"),
      person,
      by: fc.constantFrom("user", "email", "both"),
      visits: maybe(visits),
      fault,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("split" as const), person, by: fc.constantFrom("user", "email"), fault }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("tick" as const), fault }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("reopen" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("time" as const), ms: fc.nat({ max: 100_000 }) }) },
);
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;

class Killed extends Error {}

/** Runs the engine beside the model. */
class Play {
  readonly people = new ExpectedAlerts();
  readonly #reopen: () => Promise<EngineStore>;
  #store: EngineStore;
  #engine: Engine;
  #fault: "before" | "after" | undefined;
  #now = noon;
  /** A re-evaluation that fires is judged by what is recorded, so it has to be through before what would tell the difference. */
  #firing = false;

  constructor(store: EngineStore, reopen: () => Promise<EngineStore>) {
    this.#store = store;
    this.#reopen = reopen;
    this.#engine = this.#open();
  }

  #open(): Engine {
    const faulty: EngineStore = {
      ...this.#store,
      transaction: async (work) => {
        const fault = this.#fault;
        const result = await this.#store.transaction(async (transaction) => {
          const result = await work(transaction);
          if (fault === "before" && this.#fault === fault) {
            this.#fault = undefined;
            throw new Killed();
          }
          return result;
        });
        if (fault === "after" && this.#fault === fault) {
          this.#fault = undefined;
          throw new Killed();
        }
        return result;
      },
    };
    return createEngine({ store: faulty, channels: { crm: fake() }, templates: {}, clock: () => this.#now });
  }

  async start(): Promise<void> {
    const trigger = (on: object) => ({
      on: on as { enter: string },
      send: [{ channel: "crm", to: "x" }],
      alert: { title: "{{ .trigger.name }} {{ .number }}" },
    });
    await this.#engine.apply({
      origin: "api",
      definitions: {
        audience: { all: { where: "gt .visits 5" } },
        stream: { add: stream(), known: stream("known"), merge: stream("merge") },
        trigger: { welcome: trigger({ enter: "all" }), farewell: trigger({ exit: "all" }) },
      },
      states: { welcome: "active", farewell: "active" },
    });
    await this.#drain();
  }

  async do(command: Command): Promise<void> {
    this.people.begin();
    this.#fault = "fault" in command ? (command.fault as "before" | "after" | undefined) : undefined;
    switch (command.kind) {
      case "update": {
        const said = command.fault === "after" ? oneEach(command.updates) : command.updates;
        const updates = said.map(({ person, by, visits }) => ({
          identifiers: identifiers(person, by === "both" ? ["user", "email"] : [by]),
          fields: { number: person, ...(visits !== undefined && { visits }) },
        }));
        await this.#insist(() => this.#engine.update(updates));
        for (const { person, by, visits } of said) this.people.update(person, by as "user" | "email" | "both", visits);
        return;
      }
      case "edit": {
        if (command.fires || this.#firing) await this.#drain();
        this.#fault = command.fault as "before" | "after" | undefined;
        const definitions = { audience: { all: { where: `gt .visits ${command.threshold}` } } };
        await this.#insist(() => this.#engine.apply({ origin: "api", definitions }, { fire: command.fires }));
        this.people.edit(command.threshold, command.fires);
        this.#firing = command.fires;
        if (command.fires) await this.#drain();
        return;
      }
      case "state": {
        const state = command.active ? ("active" as const) : ("paused" as const);
        await this.#insist(() =>
          this.#engine.apply({ origin: "api", definitions: {}, states: { welcome: state, farewell: state } }),
        );
        this.people.active = command.active;
        return;
      }
      case "backfill": {
        if (!this.people.active) return;
        await this.#drain();
        this.#fault = command.fault as "before" | "after" | undefined;
        await this.#insist(() =>
          this.#engine.backfill("welcome").catch((error: Error) => {
            // It was kept, and nobody was told.
            if (!/^its backfill .* is running/.test(error.message)) throw error;
          }),
        );
        await this.#drain();
        this.people.backfill();
        return;
      }
      case "collect": {
        const { mode, person, by, visits } = command;
        const payload = {
          ...identifiers(person, by === "both" ? ["user", "email"] : [by]),
          number: person,
          ...(visits !== undefined && { visits }),
        };
        await this.#insist(() => this.#engine.collect(mode, [payload]));
        const who = by as "user" | "email" | "both";
        if (mode === "merge") this.people.update(person, who, visits);
        else this.people.add(person, who, visits, mode as "add" | "known");
        return;
      }
      case "split": {
        const [found] = await this.#store.profiles.find(known(command.person, command.by));
        if (found !== undefined) {
          await this.#insist(() =>
            this.#engine.split(found).catch((error: Error) => {
              // There is nothing, or it was done, and nobody was told.
              if (!(error instanceof SplitError)) throw error;
            }),
          );
        }
        this.people.split(command.person, command.by as "user" | "email");
        return;
      }
      case "forget": {
        const [found] = await this.#store.profiles.find(known(command.person, command.by));
        if (found !== undefined) await this.#insist(() => this.#engine.forget(found));
        this.people.forget(command.person, command.by as "user" | "email");
        return;
      }
      case "tick":
        await this.#insist(() => this.#engine.tick());
        return;
      case "reopen":
        this.#store = await this.#reopen();
        this.#engine = this.#open();
        return;
      case "time":
        this.#now += command.ms;
        return;
      default:
        return command satisfies never;
    }
  }

  async check(): Promise<void> {
    await this.#drain();
    expect((await this.#store.memberships.sizes()).get("all") ?? 0).toBe(this.people.members());
    expect(await this.#store.profiles.count()).toBe(this.people.count());
    const alerts: string[] = [];
    let after: string | undefined;
    do {
      const page = await this.#store.outbox.list({ limit: 500, after });
      // Of who was forgotten, nothing is left of what was said.
      for (const { id } of page.items) alerts.push((await this.#store.outbox.find(id))!.alert?.title ?? "");
      after = page.next;
    } while (after !== undefined);
    expect(alerts.filter((title) => title !== "").sort()).toEqual(this.people.alerts());
  }

  async #drain(): Promise<void> {
    this.#fault = undefined;
    for (;;) {
      const next = await this.#engine.tick();
      if (next === undefined || next > this.#now) return;
    }
  }

  /** Repeats an action whose caller was not told that it was committed. */
  async #insist(act: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await act();
        return;
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
        this.#engine = this.#open();
      }
    }
  }
}

/** What is said again must not say again what was in between: that would be news. */
const oneEach = <One extends { readonly person: number }>(updates: readonly One[]): One[] => [
  ...new Map(updates.map((one) => [one.person, one])).values(),
];

const identifiers = (person: number, by: readonly string[]) =>
  Object.fromEntries(
    by.map((kind) => (kind === "user" ? ["user_id", `u${person}`] : ["email", `p${person}@example.com`])),
  );

const stream = (identity?: string) => ({
  identifiers: { user_id: { path: "user_id" }, email: { path: "email" } },
  fields: { number: { path: "number" }, visits: { path: "visits" } },
  ...(identity !== undefined && { identity }),
});

const known = (person: number, by: string) =>
  Object.entries(identifiers(person, [by])).map(([kind, value]) => ({ kind, value }));

const kinds: readonly (readonly [
  name: string,
  share: number,
  open: () => { store: EngineStore; reopen: () => Promise<EngineStore> },
])[] = [
  [
    "memory",
    1,
    () => {
      const store = memoryStore();
      return { store, reopen: async () => store };
    },
  ],
  [
    "sqlite",
    0.3,
    () => {
      const file = folder.file();
      let store = sqliteStore(file);
      const reopen = async () => {
        await store.close();
        store = sqliteStore(file);
        return store;
      };
      return { store, reopen };
    },
  ],
];

describe.each(kinds)("on the %s store", (_name, share, open) => {
  test("whatever happens, each transition is alerted once", { timeout: 3_600_000 }, async () => {
    let commands = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: longest, size: "max" }), async (history) => {
        const { store, reopen } = open();
        const play = new Play(store, reopen);
        await play.start();
        for (const one of history) await play.do(one as Command);
        await play.check();
        commands += history.length;
      }),
      { numRuns: Math.ceil(histories * share) },
    );
    if (process.env.HISTORIES !== undefined) console.log(`${commands} commands`);
  });
});
