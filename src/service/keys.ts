import { createHash, randomBytes } from "node:crypto";
import { newId } from "../base/id.ts";
import type { ApiKey, ApiKeys, Scope } from "../store/index.ts";

export const scopes: readonly Scope[] = ["collect", "read", "write"];

/** SHA-256 is enough: the secret is 256 bits of chance, which nobody guesses. */
export const hashOf = (secret: string): string => createHash("sha256").update(secret).digest("hex");

/**
 * A new key. Its secret is told once, here, and kept nowhere.
 * @param now ms since 1970
 * @throws TypeError for a name that is empty or longer than 200, no scopes, or one that there is not
 */
export async function createKey(
  keys: ApiKeys,
  { name, scopes: given }: { readonly name: string; readonly scopes: readonly Scope[] },
  now: number,
): Promise<{ readonly key: ApiKey; readonly secret: string }> {
  if (name.trim() === "" || name.length > 200) throw new TypeError("a key has a name, of at most 200 characters");
  const unknown = given.find((scope) => !scopes.includes(scope));
  if (given.length === 0 || unknown !== undefined) {
    throw new TypeError(`a key has scopes, of ${scopes.join(", ")}${unknown === undefined ? "" : `; not ${unknown}`}`);
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

/** Oldest first, those that are revoked too, without what could be tried against their hashes. */
export async function listKeys(keys: ApiKeys): Promise<readonly Omit<ApiKey, "hash">[]> {
  return (await keys.list()).map(({ hash: _hash, ...key }) => key);
}

/** From now on it opens nothing. @returns whether there was one that did */
export async function revokeKey(keys: ApiKeys, id: string, now: number): Promise<boolean> {
  const key = (await keys.list()).find((one) => one.id === id);
  if (key === undefined || key.revokedAt !== undefined) return false;
  await keys.put({ ...key, revokedAt: now });
  return true;
}

/** `write` opens what `read` does. */
export const opens = ({ scopes: has }: ApiKey, scope: Scope): boolean =>
  has.includes(scope) || (scope === "read" && has.includes("write"));
