/** What was answered to a request with an idempotency key. */
export interface StoredResponse {
  /** With whose key, on what route. */
  readonly key: string;
  /** Of the request, so that another with the same key is refused. */
  readonly fingerprint: string;
  readonly status: number;
  readonly body: string;
  readonly at: number;
}

export interface IdempotencyStore {
  get(key: string): Promise<StoredResponse | undefined>;
  /** The first with a key stays. */
  put(answer: StoredResponse): Promise<void>;
  /** Removes those before `before`, oldest first, at most `limit`. @returns how many */
  prune(before: number, limit: number): Promise<number>;
  /** Removes those that tell of a profile or delivery with one of these ids. */
  forget(ids: ReadonlySet<string>): Promise<void>;
}
