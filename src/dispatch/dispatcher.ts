import type { Entry, Store } from "../store/index.ts";
import type { Channel, DestinationLimits } from "./channel.ts";
import { type Render, renderEntry, type SendRequest, type SendResult } from "./enqueue.ts";
import type { DispatchEvent } from "./event.ts";
import { differencesOf, type Replayed } from "./replay.ts";
import type { RetryPolicy } from "./retry.ts";
import { unsealed } from "./secrets/seal.ts";
import { Worker } from "./worker.ts";

export interface DispatcherOptions {
  readonly store: Store;
  /** By the names that deliveries are kept under. */
  readonly channels: { readonly [name: string]: Channel };
  /** Renders requests that bring a template. */
  readonly render?: Render | undefined;
  /** Keeps profile and template of each such request, for rendering it again. @default false */
  readonly keepSource?: boolean | undefined;
  /** For one channel or destination; what is absent is the channel's own, then `retry` and `limits`, then the defaults. */
  readonly policyFor?: PolicyFor | undefined;
  readonly retry?: RetryPolicy | undefined;
  readonly limits?: DestinationLimits | undefined;
  /** Deliveries claimed at once, over all destinations. @default 1,000 */
  readonly concurrency?: number | undefined;
  /** ms that others wait before they take over what this process holds; renewed while an attempt runs. @default 60,000 */
  readonly lease?: number | undefined;
  /** How often to look for what other processes handed over, in ms. @default 500 */
  readonly poll?: number | undefined;
  /** Must not throw; what it throws is ignored. */
  readonly onEvent?: ((event: DispatchEvent) => void) | undefined;
  /** ms since 1970. @default Date.now */
  readonly clock?: (() => number) | undefined;
  /** In [0, 1). @default Math.random */
  readonly random?: (() => number) | undefined;
}

export type PolicyFor = (
  channel: string,
  destination: string,
) => { readonly retry?: RetryPolicy | undefined; readonly limits?: DestinationLimits | undefined } | undefined;

export interface Dispatcher {
  /**
   * Resolves when the delivery is safe in the store.
   * @throws DestinationError, StoreError, what `render` throws: then nothing was kept
   */
  send(request: SendRequest): Promise<SendResult>;
  /** For each, in order: the delivery, or why it could not be handed over. */
  sendMany(requests: readonly SendRequest[]): Promise<readonly (SendResult | { readonly error: unknown })[]>;
  /** Works until nothing is due (`"idle"`), or nothing is pending on its channels (`"settled"`). @default "idle" */
  drain(until?: "idle" | "settled"): Promise<void>;
  /** Works from now on. */
  start(): void;
  /** Something was kept in the store by other means than `send`: look at once, not at the next poll. */
  wake(): void;
  /**
   * Claims nothing more, gives back what has not begun, and waits for the attempts that run; after `within` ms they are
   * ended as retries. @default 10,000
   */
  stop(within?: number): Promise<void>;
  /** `"sent"`: again as it was, with its id. `"rendered"`: anew, as a delivery of its own; `dryRun` only shows what would differ. */
  replay(id: string, as?: "sent" | "rendered", options?: { readonly dryRun?: boolean }): Promise<Replayed>;
  /** Stops, closes the channels. The store stays open. */
  close(): Promise<void>;
}

/** So many are added in one transaction, so that the event loop gets its turn. */
const chunk = 250;

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { store, channels, render, keepSource = false } = options;
  // Stores keep whole ms.
  const clock = (): number => Math.floor((options.clock ?? Date.now)());
  const { outbox } = store;
  const emit = (event: DispatchEvent): void => {
    try {
      options.onEvent?.(event);
    } catch {
      // Whoever watches must not get in the way.
    }
  };
  const worker = new Worker(options, clock, emit);
  const toEntry = (request: SendRequest, replayOf?: string): Promise<Entry> =>
    renderEntry(request, { channels, render, keepSource }, clock(), replayOf);

  async function add(entries: readonly Entry[]): Promise<readonly SendResult[]> {
    const added = await outbox.add(entries);
    entries.forEach(({ channel, destination }, i) => {
      emit({ type: "enqueued", channel, destination, at: clock(), ...added[i]! });
    });
    if (added.some(({ state, duplicate }) => state === "pending" && !duplicate)) worker.wake();
    return added;
  }

  async function sendMany(requests: readonly SendRequest[]): ReturnType<Dispatcher["sendMany"]> {
    const results: (SendResult | { readonly error: unknown })[] = [];
    for (let from = 0; from < requests.length; from += chunk) {
      const some = await Promise.all(
        requests.slice(from, from + chunk).map((request) => toEntry(request).catch((error: unknown) => ({ error }))),
      );
      const added = (await add(some.filter((one): one is Entry => !("error" in one)))).values();
      for (const one of some) results.push("error" in one ? one : added.next().value!);
    }
    return results;
  }

  async function replay(id: string, as: "sent" | "rendered" = "sent", { dryRun = false } = {}): Promise<Replayed> {
    const kept = await outbox.find(id);
    if (kept === undefined) throw new Error(`replay: there is no delivery ${id}`);
    if (kept.erased) throw new Error(`replay: ${id} is erased: what it said is not kept any more`);
    if (as === "sent") {
      const [again] = dryRun ? [id] : await outbox.replay([id], clock());
      if (again === undefined)
        throw new Error(`replay: ${id} is ${kept.state}: only what is settled and was rendered can be sent again`);
      worker.wake();
      return { id, differences: [] };
    }
    const { channel, to, options: own, source, priority, orderingKey } = kept;
    if (source === undefined || to === undefined) {
      throw new Error(
        `replay: profile and template of ${id} were not kept; send with keepSource, or replay it as it was sent`,
      );
    }
    const destination = unsealed(to, channels[channel]?.secrets);
    const entry = await toEntry(
      { channel, to: destination, options: own, ...source, keepSource: true, priority, orderingKey },
      id,
    );
    const differences = differencesOf(kept.alert, entry.alert);
    if (!dryRun) await add([entry]);
    const { aborted } = entry;
    return { id: entry.id, replayOf: id, differences, ...(aborted === undefined ? {} : { aborted }) };
  }

  return {
    async send(request) {
      const [added] = await add([await toEntry(request)]);
      return added!;
    },
    sendMany,
    drain: (until = "idle") => worker.drain(until),
    start: () => worker.start(),
    wake: () => worker.wake(),
    stop: (within = 10_000) => worker.stop(within),
    replay,
    async close() {
      await worker.stop(10_000);
      await Promise.all(Object.values(channels).map((channel) => channel.close?.()));
    },
  };
}
