import type { Json } from "../../base/json.ts";
import { composeEntry } from "../../dispatch/enqueue.ts";
import type { Channel } from "../../dispatch/index.ts";
import type { EngineStore, Entry } from "../../store/index.ts";
import type { Alarm, Catalog } from "../definition/catalog.ts";
import { statusOf } from "../definition/trigger.ts";
import type { EngineTransactions } from "../engine-transactions.ts";
import { type AlarmStatus, evaluateAlarm } from "./alarms.ts";

interface AlarmRunnerOptions {
  readonly store: EngineStore;
  readonly transactions: EngineTransactions;
  readonly channels: { readonly [name: string]: Channel };
  readonly onEnqueued: () => void;
  readonly onProblem: (problem: { readonly doing: string; readonly error: unknown }) => void;
}

const hour = 3_600_000;
/** Limits the firings whose deliveries are read, newest first. */
const maxSampled = 1_000;

/** Observes what each alarm watches, lets `evaluateAlarm` decide, and adds its notifications to the outbox. */
export class AlarmRunner {
  readonly #options: AlarmRunnerOptions;

  constructor(options: AlarmRunnerOptions) {
    this.#options = options;
  }

  async evaluate(catalog: Catalog, now: number): Promise<void> {
    for (const alarm of catalog.alarms.values()) {
      try {
        await this.#one(alarm, now);
      } catch (error) {
        this.#options.onProblem({ doing: `evaluating the alarm ${alarm.name}`, error });
      }
    }
  }

  async #one({ name, definition }: Alarm, now: number): Promise<void> {
    const { transactions, channels, onEnqueued } = this.#options;
    const seen = await this.#look(definition, now);
    const said = await transactions.run(async ({ transaction }) => {
      const all = await transaction.definitions.all();
      const found = all.find((one) => one.kind === "alarm" && one.name === name);
      if (found === undefined) return false;
      const { status, notify } = evaluateAlarm(definition, seen, (found.status ?? {}) as AlarmStatus, now);
      await transaction.definitions.setStatus("alarm", name, status as unknown as Json);
      if (notify === undefined) return false;
      const entries: Entry[] = [];
      for (const { channel, to, options } of definition.send) {
        const request = {
          channel,
          to: to ?? null,
          alert: notify,
          options: options as { [name: string]: Json },
          priority: "high",
        } as const;
        entries.push(await composeEntry(request, channels, now));
      }
      await transaction.outbox.add(entries);
      return true;
    });
    if (said) onEnqueued();
  }

  async #look({ when }: Alarm["definition"], now: number): Promise<Parameters<typeof evaluateAlarm>[1]> {
    const { store } = this.#options;
    if ("empty" in when) return { size: (await store.memberships.sizes()).get(when.empty) ?? 0 };
    const trigger = "silent" in when ? when.silent : when.failing;
    const since = now - ("silent" in when ? when.for : (when.within ?? hour));
    const all = await store.definitions.all();
    const found = all.find((one) => one.kind === "trigger" && one.name === trigger);
    if (found === undefined) return {};
    const { state, reason, activatedAt } = statusOf(found.status);
    const { last, ...tally } = await store.firings.tally(trigger, since);
    const dead = "failing" in when ? await this.#dead(trigger, since) : undefined;
    return { trigger: { state, reason, activatedAt, lastSent: last, tally, dead } };
  }

  /** Counts the firings sent since then that have a dead delivery, among the newest `maxSampled`. */
  async #dead(trigger: string, since: number): Promise<number> {
    const { store } = this.#options;
    const { items } = await store.firings.list({ trigger, state: "sent", limit: maxSampled });
    let dead = 0;
    for (const { at, deliveries } of items) {
      if (at < since) break;
      for (const id of deliveries) {
        if ((await store.outbox.find(id))?.state !== "dead") continue;
        dead++;
        break;
      }
    }
    return dead;
  }
}
