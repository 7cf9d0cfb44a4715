import type { Collected, Updated } from "./engine.ts";
import { type Item, takeIn } from "./intake.ts";
import type { Sessions } from "./sessions.ts";

/** So many items are taken in one transaction: enough to share a sync, few enough that other writers get their turn. */
const most = 256;

type Result = Updated | Collected;

interface Job {
  readonly items: readonly Item[];
  readonly resolve: (results: readonly Result[]) => void;
  readonly reject: (error: unknown) => void;
}

/** What many callers bring at about the same time is taken in together: one transaction, one sync. */
export class Intake {
  readonly #sessions: Sessions;
  readonly #onSent: () => void;
  #jobs: Job[] = [];
  #pumping: Promise<void> | undefined;

  constructor(sessions: Sessions, onSent: () => void) {
    this.#sessions = sessions;
    this.#onSent = onSent;
  }

  /** In order. @throws StoreError: then nothing of the piece that failed was kept, and nothing after it */
  async take(items: readonly Item[]): Promise<readonly Result[]> {
    const results: Result[] = [];
    for (let from = 0; from < items.length; from += most) {
      results.push(...(await this.#enqueue(items.slice(from, from + most))));
    }
    return results;
  }

  async idle(): Promise<void> {
    await this.#pumping;
  }

  #enqueue(items: readonly Item[]): Promise<readonly Result[]> {
    return new Promise((resolve, reject) => {
      this.#jobs.push({ items, resolve, reject });
      this.#pumping ??= this.#pump();
    });
  }

  async #pump(): Promise<void> {
    // What else is asked for in this turn of the event loop joins.
    await new Promise(setImmediate);
    while (this.#jobs.length > 0) {
      const jobs: Job[] = [];
      let count = 0;
      while (this.#jobs.length > 0 && (count === 0 || count + this.#jobs[0]!.items.length <= most)) {
        const job = this.#jobs.shift()!;
        jobs.push(job);
        count += job.items.length;
      }
      await this.#work(jobs);
      await new Promise(setImmediate);
    }
    this.#pumping = undefined;
  }

  async #work(jobs: readonly Job[]): Promise<void> {
    try {
      const items = jobs.flatMap((job) => job.items);
      const { results, sent } = await this.#sessions.run((moment, program) => takeIn(moment, program, items));
      let from = 0;
      for (const job of jobs) {
        job.resolve(results.slice(from, from + job.items.length));
        from += job.items.length;
      }
      if (sent) this.#onSent();
    } catch (error) {
      if (jobs.length === 1) jobs[0]!.reject(error);
      // One of them may be what it failed at: the others go on alone.
      else for (const job of jobs) await this.#work([job]);
    }
  }
}
