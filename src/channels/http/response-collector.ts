import type { Dispatcher } from "undici";

/** Holds a response as far as it was received. */
export interface CollectedResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** Reason why the body is not complete: an error, or a body longer than the limit. */
  readonly truncatedBy?: Error | "long" | undefined;
}

/** Collects the response to one request of an undici dispatcher. Settles once, at whatever comes first. */
export class ResponseCollector implements Dispatcher.DispatchHandler {
  readonly response: Promise<CollectedResponse>;
  readonly #maxBytes: number;
  #resolve!: (response: CollectedResponse) => void;
  #reject!: (error: Error) => void;
  #controller: Dispatcher.DispatchController | undefined;
  /** Set if `end` was called before the request started. */
  #endedBy: Error | undefined;
  #isSettled = false;
  #status = 0;
  #statusText = "";
  #headers: CollectedResponse["headers"] = {};
  #chunks: Buffer[] = [];
  #size = 0;

  /** @param maxBytes of the body that are read; then the connection is closed */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Ends collecting: with the response so far if its status is known, else with the error. */
  end(error: Error): void {
    if (this.#isSettled) return;
    this.#endedBy = error;
    this.#settle(error);
    this.#controller?.abort(error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // `end` was called while the request waited for a connection.
    if (this.#endedBy !== undefined) controller.abort(this.#endedBy);
  }

  onResponseStart(_: unknown, status: number, headers: CollectedResponse["headers"], statusText = ""): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    this.#statusText = statusText;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isSettled) return;
    const room = this.#maxBytes - this.#size;
    this.#size += chunk.length;
    this.#chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    if (this.#size <= this.#maxBytes) return;
    this.#settle("long");
    controller.abort(new Error("the response is longer than the limit"));
  }

  onResponseEnd(): void {
    this.#settle(undefined);
  }

  onResponseError(_: unknown, error: Error): void {
    this.#settle(error);
  }

  /** Settles the response. Once the status is known, a problem with the body is no error: the receiver has said what it did. */
  #settle(truncatedBy: CollectedResponse["truncatedBy"]): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    if (this.#status === 0) {
      this.#reject(truncatedBy instanceof Error ? truncatedBy : new Error("the response has no status"));
      return;
    }
    const body = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#resolve({ status: this.#status, statusText: this.#statusText, headers: this.#headers, body, truncatedBy });
  }
}
