import type {
  Alert,
  Cause,
  EngineStore,
  EngineTransaction,
  EnqueueResult,
  Entry,
  Firing,
  FiringsWriter,
  Skip,
} from "../../store/index.ts";

export interface QueuedDelivery {
  readonly channel: string;
  readonly destination: string;
  readonly title: string;
  /** Why it would not be sent: its destination is disabled. */
  readonly reason?: string | undefined;
}

interface FiringDescription {
  /** ms since 1970. */
  readonly at: number;
  readonly trigger: string;
  readonly profile: string;
  readonly cause: Cause["kind"];
}

/** Reports what firings and alarms do. */
export type SimulationEvent =
  /** `firings`: how many firings this one alert covers. */
  | (FiringDescription & {
      readonly kind: "sent";
      readonly firings: number;
      readonly deliveries: readonly QueuedDelivery[];
    })
  | (FiringDescription & { readonly kind: "waiting"; readonly until: number; readonly reason: string })
  | (FiringDescription & { readonly kind: "skipped" | "aborted" | "failed"; readonly reason: string })
  | { readonly kind: "alarm"; readonly at: number; readonly deliveries: readonly QueuedDelivery[] }
  /** Something went wrong, or could not be ingested. */
  | { readonly kind: "problem"; readonly at: number; readonly reason: string };

/**
 * Wraps a store, and reports the firings and deliveries of each transaction once it is committed; nothing of one that
 * is rolled back.
 * @param onEvent must not throw
 */
export function recordingStore(
  store: EngineStore,
  clock: () => number,
  onEvent: (event: SimulationEvent) => void,
): EngineStore {
  return {
    outbox: store.outbox,
    profiles: store.profiles,
    events: store.events,
    memberships: store.memberships,
    definitions: store.definitions,
    firings: store.firings,
    runs: store.runs,
    keys: store.keys,
    idempotency: store.idempotency,
    close: () => store.close(),
    async transaction(work, options) {
      let recorder: TransactionRecorder | undefined;
      const result = await store.transaction((transaction) => {
        // The work may be run again: what an earlier run recorded was rolled back.
        recorder = new TransactionRecorder();
        return work(recorder.watch(transaction));
      }, options);
      for (const event of recorder!.events(clock())) onEvent(event);
      return result;
    },
  };
}

/** Records what one transaction writes. */
class TransactionRecorder {
  readonly #added = new Map<string, QueuedDelivery>();
  /** By id, because only the last state of a firing counts. */
  readonly #firings = new Map<string, Firing>();
  readonly #skips: Omit<Skip, "count">[] = [];

  watch(transaction: EngineTransaction): EngineTransaction {
    const { outbox, profiles, events, memberships, definitions, firings, runs } = transaction;
    return {
      profiles,
      events,
      memberships,
      definitions,
      runs,
      firings: this.#watchFirings(firings),
      outbox: {
        add: async (entries) => {
          const added = await outbox.add(entries);
          entries.forEach((entry, i) => {
            const { id, duplicate } = added[i]!;
            if (!duplicate) this.#added.set(id, queuedDelivery(entry, added[i]!));
          });
          return added;
        },
        expunge: (ids, now) => outbox.expunge(ids, now),
      },
    };
  }

  #watchFirings(firings: FiringsWriter): FiringsWriter {
    const note = (some: readonly Firing[]): void => {
      for (const one of some) {
        this.#firings.delete(one.id);
        this.#firings.set(one.id, one);
      }
    };
    return {
      add: async (some) => {
        await firings.add(some);
        note(some);
      },
      update: async (some) => {
        await firings.update(some);
        note(some);
      },
      skip: async (skips) => {
        await firings.skip(skips);
        this.#skips.push(...skips);
      },
      get: (id) => firings.get(id),
      due: (now, limit) => firings.due(now, limit),
      waiting: (trigger, profile) => firings.waiting(trigger, profile),
      gathered: (trigger, profile) => firings.gathered(trigger, profile),
      hasKey: (trigger, key, since) => firings.hasKey(trigger, key, since),
      sent: (query) => firings.sent(query),
      inRun: (run, profile) => firings.inRun(run, profile),
      prune: (before, limit) => firings.prune(before, limit),
    };
  }

  /** Returns what the transaction did. @param now ms since 1970 */
  *events(now: number): Generator<SimulationEvent> {
    for (const { reason, ...skip } of this.#skips) {
      yield { kind: "skipped", at: now, trigger: skip.trigger, profile: skip.profile, cause: skip.cause, reason };
    }
    const reported = new Set<string>();
    for (const { trigger, profile, cause, state, due, reason = "", deliveries } of this.#firings.values()) {
      const common = { at: now, trigger, profile, cause: cause.kind };
      if (state === "waiting") yield { ...common, kind: "waiting", until: due!, reason };
      else if (state !== "sent") yield { ...common, kind: state, reason };
      else if (!deliveries.some((id) => reported.has(id))) {
        const firings = [...this.#firings.values()].filter((one) => one.deliveries[0] === deliveries[0]).length;
        yield { ...common, kind: "sent", firings, deliveries: deliveries.flatMap((id) => this.#added.get(id) ?? []) };
      }
      for (const id of deliveries) reported.add(id);
    }
    const others = [...this.#added].filter(([id]) => !reported.has(id)).map(([, delivery]) => delivery);
    if (others.length > 0) yield { kind: "alarm", at: now, deliveries: others };
  }
}

function queuedDelivery({ channel, destination, alert }: Entry, { state, reason }: EnqueueResult): QueuedDelivery {
  const title = (alert as Alert | undefined)?.title ?? "";
  return { channel, destination, title, ...(state === "dead" && { reason: reason ?? "its destination is disabled" }) };
}
