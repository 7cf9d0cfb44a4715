import { createPrivateKey, type KeyObject } from "node:crypto";
import { z } from "zod";
import type { AttemptResult, Outcome } from "../../store/index.ts";
import type { HttpClient, HttpResponse } from "../http/request.ts";
import { jwt } from "../push/jwt.ts";
import { checked } from "../push/validated.ts";

/** Of the JSON file that Google gives for a service account, what is needed. */
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
  /** When it was given, and when another is asked for; ms since 1970. */
  readonly since: number;
  readonly until: number;
}

export interface AccessTokens {
  /** The token in use, or one that is asked for: once, however many want it. What becomes of an attempt if there is none. */
  at(now: number, signal: AbortSignal): Promise<AccessToken | AttemptResult>;
  /** FCM does not take this token. Returns whether the next one will be another; not if it is younger than a minute. */
  refused(token: AccessToken, now: number): boolean;
}

const scope = "https://www.googleapis.com/auth/firebase.messaging";
const minute = 60_000;
/** ms before its end at which a token is not used any more: an attempt may take a while. */
const renewBefore = 5 * minute;

const grantSchema = z.object({ access_token: z.string().regex(/^[\x21-\x7e]+$/), expires_in: z.number() });

/** OAuth2 tokens for a service account (RFC 7523): a JWT of our own, signed with RS256, for an access token. */
export function accessTokens(account: ServiceAccount, client: HttpClient): AccessTokens {
  const { client_email: iss, private_key_id: kid, token_uri: aud = "https://oauth2.googleapis.com/token" } = account;
  const key = signingKey(account.private_key);
  let current: AccessToken | undefined;
  let asking: Promise<AccessToken | AttemptResult> | undefined;

  async function ask(now: number, signal: AbortSignal): Promise<AccessToken | AttemptResult> {
    const iat = Math.floor(now / 1000);
    const header = { alg: "RS256", typ: "JWT", ...(kid !== undefined && { kid }) } as const;
    const assertion = jwt(header, { iss, scope, aud, iat, exp: iat + 3600 }, key);
    const grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    const exchange = await client.exchange({
      method: "POST",
      url: new URL(aud),
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ grant_type: grant, assertion }).toString(),
      journal: false,
      signal,
    });
    // Google repeats nothing of it; another token service may.
    const secrets = [assertion];
    if (!("got" in exchange)) return { outcome: withoutToken(exchange.outcome), secrets };
    const given = grantOf(exchange.got);
    if (given === undefined) return { outcome: refusal(exchange.got), secrets };
    // Google's are good for an hour; one that says next to nothing is used for a minute, so as not to ask each time.
    const until = now + Math.max(given.expires_in * 1000 - renewBefore, minute);
    current = { text: given.access_token, since: now, until };
    return current;
  }

  return {
    async at(now, signal) {
      if (current !== undefined && now < current.until && now >= current.since - minute) return current;
      asking ??= ask(now, signal).finally(() => {
        asking = undefined;
      });
      return asking;
    },
    refused(token, now) {
      if (token !== current) return true;
      if (Math.abs(now - token.since) < minute) return false;
      current = undefined;
      return true;
    },
  };
}

/** Nothing goes without a token, so all wait. */
const withoutToken = (outcome: Outcome): Outcome =>
  outcome.kind === "retry"
    ? { ...outcome, reason: `no access token: ${outcome.reason}`, holdScope: "channel" }
    : outcome;

function grantOf({ status, text }: HttpResponse): z.infer<typeof grantSchema> | undefined {
  if (status !== 200) return undefined;
  try {
    return checked(grantSchema, JSON.parse(text), "the grant");
  } catch {
    return undefined;
  }
}

/** 4xx is the account's fault (`invalid_grant`: deleted, or a clock that is wrong), which is the operator's. */
function refusal({ status, text }: HttpResponse): Outcome {
  // What it says for status 200 may be a token.
  const said = status === 200 ? "which has no access token" : text.replace(/\s+/g, " ").slice(0, 300);
  const reason = `${status} ${said}`.trim();
  const mine = status < 500 && status !== 429 && status !== 408;
  return withoutToken({ kind: "retry", reason, ...(mine && { countsAsAttempt: false }) });
}

/** Throws TypeError without a word of the key. */
function signingKey(pem: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(pem);
  } catch {
    // Said below.
  }
  if (key?.asymmetricKeyType === "rsa") return key;
  throw new TypeError("FCM: serviceAccount: private_key: is not an RSA private key as PEM");
}
