import type { KeyObject } from "node:crypto";
import { jwt } from "../push/jwt.ts";

export interface ProviderToken {
  readonly text: string;
  /** ms since 1970. */
  readonly issuedAt: number;
}

export interface ProviderTokens {
  /** Returns the token in use. A new one is signed after 50 minutes, because Apple wants one after 20 to 60. */
  current(now: number): ProviderToken;
  /**
   * Drops a token that Apple calls expired.
   * @returns whether the next one will be another; it is not if this one is younger than 20 minutes, because Apple accepts new tokens
   * no more often
   */
  invalidate(token: ProviderToken, now: number): boolean;
}

const minute = 60_000;

/** Creates a source of provider tokens. */
export function providerTokens(teamId: string, keyId: string, key: KeyObject): ProviderTokens {
  let token: ProviderToken | undefined;
  return {
    current(now) {
      // The absolute value: a clock that was set back must not prolong a token.
      if (token === undefined || Math.abs(now - token.issuedAt) >= 50 * minute) {
        const iat = Math.floor(now / 1000);
        token = { text: jwt({ alg: "ES256", kid: keyId }, { iss: teamId, iat }, key), issuedAt: now };
      }
      return token;
    },
    invalidate(expired, now) {
      if (expired !== token) return true;
      if (Math.abs(now - expired.issuedAt) < 20 * minute) return false;
      token = undefined;
      return true;
    },
  };
}
