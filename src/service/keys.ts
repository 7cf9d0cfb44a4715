import { createHash, randomBytes } from "node:crypto";
import { newId } from "../base/id.ts";
import type { ApiKey, ApiKeys, Scope } from "../store/index.ts";

const scopes: readonly Scope[] = ["collect", "read", "write"];

/** Hashes a secret. SHA-256 is enough, because a secret has 256 random bits and cannot be guessed. */
export const hashOf = (secret: string): string => createHash("sha256").update(secret).digest("hex");

/**
 * Creates an API key. The secret is returned once and stored nowhere.
 * @param now ms since 1970
 * @throws TypeError for a name that is empty or longer than 200 characters, for no scopes and for an unknown one
 */
export async function createKey(
  keys: ApiKeys,
  { name, scopes: given }: { readonly name: string; readonly scopes: readonly Scope[] },
  now: number,
): Promise<{ readonly key: ApiKey; readonly secret: string }> {
  if (name.trim() === "" || name.length > 200) throw new TypeError("name: expected text of 1 to 200 characters");
  const unknown = given.find((scope) => !scopes.includes(scope));
  if (given.length === 0 || unknown !== undefined) {
    throw new TypeError(
      `scopes: expected at least one of ${scopes.join(", ")}${unknown === undefined ? "" : `; there is no ${unknown}`}`,
    );
  }
  const secret = `tocsin_${randomBytes(32).toString("base64url")}`;
  const key: ApiKey = {
    id: newId(now, "key"),
    name,
    hash: hashOf(secret),
    scopes: scopes.filter((scope) => given.includes(scope)),
    createdAt: now,
  };
  await keys.put(key);
  return { key, secret };
}

/** Lists all keys, the revoked ones too, oldest first and without their hashes. */
export async function listKeys(keys: ApiKeys): Promise<readonly Omit<ApiKey, "hash">[]> {
  return (await keys.list()).map(({ hash: _hash, ...key }) => key);
}

/** Revokes a key. @returns false if there is no active key with this id */
export async function revokeKey(keys: ApiKeys, id: string, now: number): Promise<boolean> {
  const key = (await keys.list()).find((one) => one.id === id);
  if (key === undefined || key.revokedAt !== undefined) return false;
  await keys.put({ ...key, revokedAt: now });
  return true;
}

/** Tells whether a key has a scope; `write` includes `read`. */
export const allows = ({ scopes: has }: ApiKey, scope: Scope): boolean =>
  has.includes(scope) || (scope === "read" && has.includes("write"));
