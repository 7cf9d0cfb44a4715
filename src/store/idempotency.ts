/** Holds the response to a request that had an idempotency key. */
export interface StoredResponse {
  /** The idempotency key, with the API key and the route it was used with. */
  readonly key: string;
  /** Fingerprint of the request, by which a different request with the same key is refused. */
  readonly fingerprint: string;
  readonly status: number;
  readonly body: string;
  readonly at: number;
}

/** Keeps responses, so that a repeated request gets the same one. */
export interface IdempotencyStore {
  get(key: string): Promise<StoredResponse | undefined>;
  /** Keeps a response. Does nothing if one with this key is kept. */
  put(response: StoredResponse): Promise<void>;
  /** Removes at most `limit` responses from before `before`, oldest first. @returns how many */
  prune(before: number, limit: number): Promise<number>;
  /** Removes responses whose body contains one of these ids, of a profile or a delivery. */
  forget(ids: ReadonlySet<string>): Promise<void>;
}
