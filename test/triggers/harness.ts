import type { Json } from "../../src/base/json.ts";
import { type FakeChannel, fake } from "../../src/channels/fake.ts";
import { alerting, sprig } from "../../src/functions/index.ts";
import type { DefinitionKind, EngineStore } from "../../src/store/index.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import {
  createEngine,
  type DesiredState,
  type Engine,
  type EngineEvent,
  type EngineOptions,
} from "../../src/triggers/index.ts";

/** 2026-03-02 12:00 UTC, a Monday. */
export const noon = Date.UTC(2026, 2, 2, 12);
export const second = 1_000;
export const minute = 60_000;
export const hour = 3_600_000;
export const day = 86_400_000;

export type Declared = { readonly [kind in DefinitionKind]?: { readonly [name: string]: Json | null } };

/** An engine on a store, with a clock that only tests move. */
export interface Harness {
  readonly store: EngineStore;
  readonly engine: Engine;
  readonly crm: FakeChannel;
  now: number;
  /** Applies definitions, and activates every trigger among them. */
  declare(
    definitions: Declared,
    options?: { readonly fire?: boolean; readonly states?: DesiredState["states"] },
  ): Promise<void>;
  /** Does all that is due until `time`, then moves the clock there. */
  until(time: number): Promise<void>;
  /** Returns the titles in the outbox, oldest first; of an aborted one the reason. */
  sent(): Promise<string[]>;
  /** Updates the profile with this user_id. Returns its id. */
  update(user: string, fields: { readonly [field: string]: Json }): Promise<string>;
  problems: unknown[];
  /** Events that the engine reported. */
  events: EngineEvent[];
}

export function createHarness(
  store: EngineStore = memoryStore(),
  from: number = noon,
  more: Partial<EngineOptions> = {},
): Harness {
  const crm = fake();
  const problems: unknown[] = [];
  const events: EngineEvent[] = [];
  const self = { now: from };
  const engine = createEngine({
    store,
    channels: { crm },
    templates: { functions: [sprig, alerting] },
    clock: () => self.now,
    onProblem: (problem) => problems.push(problem),
    onEvent: (event) => events.push(event),
    ...more,
  });
  return Object.assign(self, {
    store,
    engine,
    crm,
    problems,
    events,
    async declare(
      definitions: Declared,
      { fire = false, states }: { fire?: boolean; states?: DesiredState["states"] } = {},
    ) {
      const triggers = Object.entries(definitions.trigger ?? {}).filter(([, body]) => body !== null);
      const active = Object.fromEntries(triggers.map(([name]) => [name, "active" as const]));
      await engine.apply({ origin: "api", definitions, states: states ?? active }, { fire });
      await settle(engine, self);
    },
    async until(time: number) {
      for (let i = 0; i < 100_000; i++) {
        const next = await engine.tick();
        if (next === undefined || next > time) break;
        self.now = Math.max(self.now, next);
      }
      self.now = time;
      await settle(engine, self);
    },
    async sent() {
      const { items } = await store.outbox.list({ limit: 500 });
      const titles: string[] = [];
      for (const { id, state, reason } of [...items].reverse()) {
        const kept = await store.outbox.find(id);
        titles.push(state === "aborted" ? `aborted: ${reason}` : kept!.alert!.title);
      }
      return titles;
    },
    async update(user: string, fields: { readonly [field: string]: Json }) {
      const [result] = await engine.update([{ identifiers: { user_id: user }, fields }]);
      if (result === undefined || "problem" in result) throw new Error(result?.problem);
      return result.after.id;
    },
  });
}

/** Does all that is due now. */
async function settle(engine: Engine, self: { now: number }): Promise<void> {
  for (let i = 0; i < 100_000; i++) {
    const next = await engine.tick();
    if (next === undefined || next > self.now) return;
  }
  throw new Error("there is always something due");
}

export const to = "{{ .name }}@example.com";

/** Returns a trigger with its name, cause and profile in its title. */
export const trigger = (on: Json, more: { readonly [key: string]: Json } = {}): Json => ({
  on,
  send: [{ channel: "crm", to }],
  alert: { title: "{{ .trigger.name }}/{{ .trigger.kind }} {{ .name }}" },
  ...more,
});

export const vips = { vips: { where: "gt .visits 10" } };

/** Returns an engine whose trigger `one` has a channel that no longer exists. */
export async function broken(on: Parameters<typeof trigger>[0] = { enter: "vips" }) {
  const s = createHarness();
  await s.declare({ audience: vips, trigger: { one: trigger(on), two: trigger({ enter: "vips" }) } });
  const all = await s.store.definitions.all();
  const one = all.find(({ name }) => name === "one")!;
  const breaks = { ...one, body: { ...(one.body as object), send: [{ channel: "fax", to }] } };
  await s.store.transaction(({ definitions }) => definitions.put([breaks]));
  const status = async () => (await s.store.definitions.all()).find(({ name }) => name === "one")!.status;
  return { s, status, breaks };
}
