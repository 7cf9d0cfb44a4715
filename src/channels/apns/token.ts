import type { KeyObject } from "node:crypto";
import { jwt } from "../push/jwt.ts";

export interface ProviderToken {
  readonly text: string;
  /** ms since 1970. */
  readonly issuedAt: number;
}

export interface ProviderTokens {
  /** The token in use: signed anew after 50 minutes, where Apple wants a new one after 20 to 60. */
  at(now: number): ProviderToken;
  /**
   * Apple says that this token is too old.
   * @returns whether the next one will be another; not if this one is younger than 20 minutes: more often Apple takes no new ones
   */
  expired(token: ProviderToken, now: number): boolean;
}

const minute = 60_000;

export function providerTokens(teamId: string, keyId: string, key: KeyObject): ProviderTokens {
  let current: ProviderToken | undefined;
  return {
    at(now) {
      // A clock that was set back must not keep a token for longer.
      if (current === undefined || Math.abs(now - current.issuedAt) >= 50 * minute) {
        const iat = Math.floor(now / 1000);
        current = { text: jwt({ alg: "ES256", kid: keyId }, { iss: teamId, iat }, key), issuedAt: now };
      }
      return current;
    },
    expired(token, now) {
      if (token !== current) return true;
      if (Math.abs(now - token.issuedAt) < 20 * minute) return false;
      current = undefined;
      return true;
    },
  };
}
