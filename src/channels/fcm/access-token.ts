import { createPrivateKey, type KeyObject } from "node:crypto";
import { z } from "zod";
import type { AttemptResult, Outcome } from "../../store/index.ts";
import type { HttpClient, HttpResponse } from "../http/client.ts";
import { jwt } from "../push/jwt.ts";
import { validate } from "../push/validate.ts";

/** Lists the needed fields of the JSON file that Google gives for a service account. */
export interface ServiceAccount {
  readonly project_id: string;
  readonly client_email: string;
  /** PEM of an RSA key. */
  readonly private_key: string;
  readonly private_key_id?: string | undefined;
  /** @default "https://oauth2.googleapis.com/token" */
  readonly token_uri?: string | undefined;
}

export interface AccessToken {
  readonly text: string;
  /** ms since 1970. */
  readonly issuedAt: number;
  /** ms since 1970 at which another token is requested. */
  readonly renewAt: number;
}

export interface AccessTokens {
  /** Returns the token in use or requests one; concurrent attempts share one request. Without a token: the result of the attempt. */
  current(now: number, signal: AbortSignal): Promise<AccessToken | AttemptResult>;
  /** Drops a token that FCM rejected. Returns whether the next one will be another; it is not if this one is younger than a minute. */
  invalidate(token: AccessToken, now: number): boolean;
}

const scope = "https://www.googleapis.com/auth/firebase.messaging";
const minute = 60_000;
/** Renews a token this many ms before it expires, because an attempt may take a while. */
const renewBefore = 5 * minute;

const grantSchema = z.object({ access_token: z.string().regex(/^[\x21-\x7e]+$/), expires_in: z.number() });

/** Creates a source of OAuth 2.0 access tokens for a service account (RFC 7523): a JWT, signed with RS256, is exchanged for a token. */
export function accessTokens(account: ServiceAccount, client: HttpClient): AccessTokens {
  const { client_email: iss, private_key_id: kid, token_uri: aud = "https://oauth2.googleapis.com/token" } = account;
  const key = signingKey(account.private_key);
  let current: AccessToken | undefined;
  let pending: Promise<AccessToken | AttemptResult> | undefined;

  async function requestToken(now: number, signal: AbortSignal): Promise<AccessToken | AttemptResult> {
    const iat = Math.floor(now / 1000);
    const header = { alg: "RS256", typ: "JWT", ...(kid !== undefined && { kid }) } as const;
    const assertion = jwt(header, { iss, scope, aud, iat, exp: iat + 3600 }, key);
    const grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    const exchange = await client.exchange({
      method: "POST",
      url: new URL(aud),
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ grant_type: grantType, assertion }).toString(),
      journal: false,
      signal,
    });
    // Google does not repeat the assertion in its response; another token service may.
    const secrets = [assertion];
    if (!("httpResponse" in exchange)) return { outcome: holdChannel(exchange.outcome), secrets };
    const grant = parseGrant(exchange.httpResponse);
    if (grant === undefined) return { outcome: refusalOutcome(exchange.httpResponse), secrets };
    // Google's tokens last an hour. One with a shorter lifetime is used for at least a minute, so that not every attempt requests one.
    const renewAt = now + Math.max(grant.expires_in * 1000 - renewBefore, minute);
    current = { text: grant.access_token, issuedAt: now, renewAt };
    return current;
  }

  return {
    async current(now, signal) {
      if (current !== undefined && now < current.renewAt && now >= current.issuedAt - minute) return current;
      pending ??= requestToken(now, signal).finally(() => {
        pending = undefined;
      });
      return pending;
    },
    invalidate(token, now) {
      if (token !== current) return true;
      if (Math.abs(now - token.issuedAt) < minute) return false;
      current = undefined;
      return true;
    },
  };
}

/** Makes an outcome hold the whole channel, because nothing can be sent without a token. */
const holdChannel = (outcome: Outcome): Outcome =>
  outcome.kind === "retry"
    ? { ...outcome, reason: `no access token: ${outcome.reason}`, holdScope: "channel" }
    : outcome;

function parseGrant({ status, text }: HttpResponse): z.infer<typeof grantSchema> | undefined {
  if (status !== 200) return undefined;
  try {
    return validate(grantSchema, JSON.parse(text), "the grant");
  } catch {
    return undefined;
  }
}

/** Returns the outcome of a refused grant. 4xx is for the operator to mend: the account was deleted, or the clock is wrong (`invalid_grant`). */
function refusalOutcome({ status, text }: HttpResponse): Outcome {
  // The body of a 200 is not quoted, because it may hold a token.
  const detail = status === 200 ? "without an access token" : text.replace(/\s+/g, " ").slice(0, 300);
  const reason = `${status} ${detail}`.trim();
  const isOperators = status < 500 && status !== 429 && status !== 408;
  return holdChannel({ kind: "retry", reason, ...(isOperators && { countsAsAttempt: false }) });
}

/** Parses the private key. Throws TypeError whose message does not contain the key. */
function signingKey(pem: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(pem);
  } catch {
    // Reported below.
  }
  if (key?.asymmetricKeyType === "rsa") return key;
  throw new TypeError(
    "FCM: serviceAccount: private_key: not an RSA private key in PEM; take it from the account's JSON file",
  );
}
