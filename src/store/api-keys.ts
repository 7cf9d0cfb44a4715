/** Permissions of a key. `collect`: post events. `read`: read everything. `write`: change and send. */
export type Scope = "collect" | "read" | "write";

export interface ApiKey {
  /** `key_` and letters and digits. The secret itself is not kept. */
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the secret, hexadecimal. */
  readonly hash: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: number;
  readonly revokedAt?: number | undefined;
}

/** Keeps API keys. */
export interface ApiKeys {
  /** Inserts or replaces a key. Throws if another key has the same hash. */
  put(key: ApiKey): Promise<void>;
  /** Returns the key with this hash, revoked or not. */
  byHash(hash: string): Promise<ApiKey | undefined>;
  /** Returns all keys, oldest first. */
  list(): Promise<readonly ApiKey[]>;
}
