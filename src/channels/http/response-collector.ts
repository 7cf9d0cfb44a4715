import type { Dispatcher } from "undici";

/** As much of an answer as there was. */
export interface Answered {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** What truncatedBy the body off: an error, or that it is longer than it may be. */
  readonly truncatedBy?: Error | "long" | undefined;
}

/** One request and its answer, over a dispatcher of undici. Ends once, by whatever comes first. */
export class ResponseCollector implements Dispatcher.DispatchHandler {
  readonly response: Promise<Answered>;
  readonly #max: number;
  #resolve!: (answered: Answered) => void;
  #reject!: (error: Error) => void;
  #controller: Dispatcher.DispatchController | undefined;
  /** Why it was ended, if that was before it began. */
  #ended: Error | undefined;
  #isOver = false;
  #status = 0;
  #statusText = "";
  #headers: Answered["headers"] = {};
  #chunks: Buffer[] = [];
  #size = 0;

  /** @param max bytes of the body that are read; then the connection is closed */
  constructor(max: number) {
    this.#max = max;
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Ends it now: with what is there if the status is known, else as an error. */
  end(error: Error): void {
    if (this.#isOver) return;
    this.#ended = error;
    this.#finish(error);
    this.#controller?.abort(error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // It waited for a connection, and was ended meanwhile.
    if (this.#ended !== undefined) controller.abort(this.#ended);
  }

  onResponseStart(_: unknown, status: number, headers: Answered["headers"], statusText = ""): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    this.#statusText = statusText;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver) return;
    const room = this.#max - this.#size;
    this.#size += chunk.length;
    this.#chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    if (this.#size <= this.#max) return;
    this.#finish("long");
    controller.abort(new Error("the answer is longer than is read"));
  }

  onResponseEnd(): void {
    this.#finish(undefined);
  }

  onResponseError(_: unknown, error: Error): void {
    this.#finish(error);
  }

  /** Once the status is known, nothing that happens to the body is an error: the receiver has said what it did. */
  #finish(truncatedBy: Answered["truncatedBy"]): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#status === 0) {
      this.#reject(truncatedBy instanceof Error ? truncatedBy : new Error("an answer without a status"));
      return;
    }
    const body = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#resolve({ status: this.#status, statusText: this.#statusText, headers: this.#headers, body, truncatedBy });
  }
}
