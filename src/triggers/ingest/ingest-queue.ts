import { setImmediate as othersTurn } from "node:timers/promises";
import type { Collected, Updated } from "../engine.ts";
import type { EngineTransactions } from "../engine-transactions.ts";
import { halfOf, OverBudget } from "../fire/budget.ts";
import { type IngestItem, ingest } from "./ingest.ts";

/**
 * Limits the items of one transaction: enough to share a sync, few enough that other writers get their turn. Fewer are
 * taken while together they take longer than a transaction may.
 */
const maxItems = 256;

type Result = Updated | Collected;

/** Holds the items of one caller. They are processed in order, in one transaction if they fit. */
interface Job {
  readonly results: Result[];
  /** Number of items without a result. */
  left: number;
  /** Items that wait for an earlier one of the same caller, which is being evaluated off-thread. */
  waiting: Entry[] | undefined;
  failed: boolean;
  readonly resolve: (results: readonly Result[]) => void;
  readonly reject: (error: unknown) => void;
}

interface Entry {
  readonly job: Job;
  readonly index: number;
  readonly item: IngestItem;
  /** The evaluation that took too long: it is made off-thread once the items before this one are done. */
  over?: OverBudget | undefined;
}

/**
 * Ingests items that many callers bring at about the same time in one transaction, with one sync. An item that takes too
 * long is evaluated off-thread. Later items of the same caller wait for it, in their order; items of other callers do
 * not, and may overtake it, even if they are about the same profile. Callers whose items do not fit in one transaction
 * take turns.
 */
export class IngestQueue {
  readonly #transactions: EngineTransactions;
  readonly #onEnqueued: () => void;
  #queue: Entry[] = [];
  #size = maxItems;
  #draining: Promise<void> | undefined;
  readonly #offThread = new Set<Promise<void>>();

  constructor(transactions: EngineTransactions, onEnqueued: () => void) {
    this.#transactions = transactions;
    this.#onEnqueued = onEnqueued;
  }

  /**
   * Ingests items in order. @throws StoreError: nothing of the transaction that failed was committed, and nothing after
   * it
   */
  async take(items: readonly IngestItem[]): Promise<readonly Result[]> {
    const results: Result[] = [];
    for (let from = 0; from < items.length; from += maxItems) {
      results.push(...(await this.#enqueue(items.slice(from, from + maxItems))));
    }
    return results;
  }

  async idle(): Promise<void> {
    while (this.#draining !== undefined || this.#offThread.size > 0) {
      await this.#draining;
      await Promise.all(this.#offThread);
    }
  }

  #enqueue(items: readonly IngestItem[]): Promise<readonly Result[]> {
    return new Promise((resolve, reject) => {
      const job: Job = { results: [], left: items.length, waiting: undefined, failed: false, resolve, reject };
      for (const [index, item] of items.entries()) this.#queue.push({ job, index, item });
      this.#start();
    });
  }

  #start(): void {
    this.#draining ??= this.#drain();
  }

  async #drain(): Promise<void> {
    // Lets everything that is asked for in this turn of the event loop join.
    await othersTurn();
    while (this.#queue.length > 0) {
      const [first] = this.#queue;
      if (first!.over === undefined) {
        const batch = this.#queue.splice(0, this.#next());
        await this.#processBatch(batch);
        this.#yieldTurn(batch.at(-1)!.job);
      } else this.#evaluateOffThread(this.#queue.shift()!);
      await othersTurn();
    }
    this.#draining = undefined;
  }

  /** Returns how many items to take next; items of one caller stay together if they fit. */
  #next(): number {
    const queue = this.#queue;
    const size = this.#size;
    const over = queue.slice(0, size).findIndex((entry) => entry.over !== undefined);
    if (over > 0) return over;
    if (queue.length <= size) return queue.length;
    const { job } = queue[size]!;
    let count = size;
    while (count > 0 && queue[count - 1]!.job === job) count--;
    return count === 0 ? size : count;
  }

  /**
   * Puts a caller whose items did not fit behind the others who wait, so that a large request does not hold up small
   * ones.
   */
  #yieldTurn(job: Job): void {
    if (this.#queue[0]?.job !== job) return;
    const others = this.#queue.filter((entry) => entry.job !== job);
    if (others.length > 0) this.#queue = [...others, ...this.#queue.filter((entry) => entry.job === job)];
  }

  async #processBatch(all: readonly Entry[]): Promise<void> {
    const entries = all.filter((entry) => {
      entry.job.waiting?.push(entry);
      return entry.job.waiting === undefined && !entry.job.failed;
    });
    if (entries.length === 0) return;
    const items = entries.map(({ item }) => item);
    try {
      const { results, enqueued, next } = await this.#transactions.run(
        (context, catalog) => ingest(context, catalog, items),
        {
          items: items.length,
        },
      );
      for (const [i, entry] of entries.entries()) done(entry, results[i]!);
      if (enqueued) this.#onEnqueued();
      if (next === "fewer") this.#size = halfOf(entries.length);
      if (next === "more" && entries.length >= this.#size) this.#size = Math.min(maxItems, this.#size * 2);
    } catch (error) {
      if (error instanceof OverBudget) return this.#split(entries, error);
      const jobs = new Map<Job, Entry[]>();
      for (const entry of entries) jobs.set(entry.job, [...(jobs.get(entry.job) ?? []), entry]);
      if (jobs.size === 1) fail(entries[0]!.job, error);
      // One caller's items may be the cause: the others are tried alone.
      else for (const some of jobs.values()) await this.#processBatch(some);
    }
  }

  /**
   * Handles a transaction that ran out of time: one item is the cause and goes off-thread, or all together were too
   * slow and fewer are taken at a time. All items go back to their places in the queue, so that each caller's items
   * keep their order.
   */
  #split(entries: readonly Entry[], over: OverBudget): void {
    if (entries.length === 1) entries[0]!.over = over;
    else if (over.isCulprit) entries[over.item as number]!.over = over;
    else this.#size = halfOf(entries.length);
    this.#queue.unshift(...entries);
  }

  #evaluateOffThread(entry: Entry): void {
    const { job } = entry;
    const over = entry.over!;
    entry.over = undefined;
    if (job.failed) return;
    // An earlier item of this caller is being evaluated off-thread: this one is tried again afterwards.
    if (job.waiting !== undefined) return void job.waiting.push(entry);
    job.waiting = [];
    const working = this.#transactions
      .alone(over, (context, catalog) => ingest(context, catalog, [entry.item]))
      .then(({ results, enqueued }) => {
        done(entry, results[0]!);
        if (enqueued) this.#onEnqueued();
      })
      .catch((error: unknown) => fail(job, error))
      .finally(() => {
        this.#offThread.delete(working);
        this.#queue.unshift(...(job.waiting ?? []));
        job.waiting = undefined;
        if (this.#queue.length > 0) this.#start();
      });
    this.#offThread.add(working);
  }
}

function done({ job, index }: Entry, result: Result): void {
  job.results[index] = result;
  job.left--;
  if (job.left === 0) job.resolve(job.results);
}

function fail(job: Job, error: unknown): void {
  job.failed = true;
  job.reject(error);
}
