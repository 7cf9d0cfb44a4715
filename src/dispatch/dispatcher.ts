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
  /** Channels by the names that deliveries refer to. */
  readonly channels: { readonly [name: string]: Channel };
  /** Renders requests that have a template. */
  readonly render?: Render | undefined;
  /** Keeps the profile and the template of such requests, so that they can be rendered again. @default false */
  readonly keepSource?: boolean | undefined;
  /** Overrides the policy of one channel or destination. What it leaves out comes from the channel, then `retry` and `limits`, then the defaults. */
  readonly policyFor?: PolicyFor | undefined;
  readonly retry?: RetryPolicy | undefined;
  readonly limits?: DestinationLimits | undefined;
  /** Deliveries in flight at a time, over all destinations. @default 1,000 */
  readonly concurrency?: number | undefined;
  /** ms after which other processes may take over a claimed delivery; renewed while an attempt runs. @default 60,000 */
  readonly lease?: number | undefined;
  /** Sets the interval of looking for deliveries that other processes have added, in ms. @default 500 */
  readonly poll?: number | undefined;
  /** Receives every event. It must not throw; what it throws is ignored. */
  readonly onEvent?: ((event: DispatchEvent) => void) | undefined;
  /** Returns ms since 1970. @default Date.now */
  readonly clock?: (() => number) | undefined;
  /** Returns a number in [0, 1). @default Math.random */
  readonly random?: (() => number) | undefined;
}

export type PolicyFor = (
  channel: string,
  destination: string,
) => { readonly retry?: RetryPolicy | undefined; readonly limits?: DestinationLimits | undefined } | undefined;

export interface Dispatcher {
  /**
   * Enqueues a delivery. Resolves once it is safe in the store.
   * @throws DestinationError, StoreError, or what `render` throws; then nothing was kept
   */
  send(request: SendRequest): Promise<SendResult>;
  /** Enqueues several. Returns for each, in order, the delivery, or why it could not be enqueued. */
  sendMany(requests: readonly SendRequest[]): Promise<readonly (SendResult | { readonly error: unknown })[]>;
  /** Delivers until nothing is due (`"idle"`), or nothing is pending on its channels (`"settled"`). @default "idle" */
  drain(until?: "idle" | "settled"): Promise<void>;
  /** Delivers from now on, until `stop`. */
  start(): void;
  /** Looks for due deliveries at once, not at the next poll: to be called when deliveries were added by other means than `send`. */
  wake(): void;
  /**
   * Stops claiming, releases deliveries whose attempt has not begun, and waits for running attempts; after `within` ms they are ended as
   * retries. @default 10,000
   */
  stop(within?: number): Promise<void>;
  /** Sends a delivery again: `"sent"` as it was, with its id; `"rendered"` rendered anew, as a new delivery. `dryRun` only returns the differences. */
  replay(id: string, as?: "sent" | "rendered", options?: { readonly dryRun?: boolean }): Promise<Replayed>;
  /** Stops, and closes the channels. The store stays open. */
  close(): Promise<void>;
}

/** Deliveries that are added in one transaction, at most, so that the event loop gets its turn. */
const chunk = 250;

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { store, channels, render, keepSource = false } = options;
  // Stores keep whole ms only.
  const clock = (): number => Math.floor((options.clock ?? Date.now)());
  const { outbox } = store;
  const emit = (event: DispatchEvent): void => {
    try {
      options.onEvent?.(event);
    } catch {
      // A listener that fails must not stop deliveries.
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
