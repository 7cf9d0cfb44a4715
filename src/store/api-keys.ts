/** Scopes: `collect` posts events, `read` looks, `write` changes and sends. */
export type Scope = "collect" | "read" | "write";

export interface ApiKey {
  /** `key_` and letters and digits; the secret is not kept. */
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the secret, hexadecimal. */
  readonly hash: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: number;
  readonly revokedAt?: number | undefined;
}

export interface ApiKeys {
  /** Writes it as it is given, new or not. Throws if another key has the hash. */
  put(key: ApiKey): Promise<void>;
  byHash(hash: string): Promise<ApiKey | undefined>;
  /** Oldest first. */
  list(): Promise<readonly ApiKey[]>;
}
