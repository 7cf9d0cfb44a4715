import { secretsOfHeader } from "../../dispatch/secrets/header.ts";
import { secretsOfUrl } from "../../dispatch/secrets/url.ts";
import type { Outcome } from "../../store/index.ts";
import type { Authorization, Authorizer } from "./auth.ts";
import type { HttpClient } from "./client.ts";
import { targetUrl } from "./url.ts";

/** Authenticates with the OAuth 2.0 client credentials grant (RFC 6749, 4.4). */
export interface OAuth2 {
  readonly kind: "oauth2";
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string | undefined;
  readonly audience?: string | undefined;
  /** Selects where id and secret are sent: in an authorization header, or in the form. @default "header" */
  readonly credentials?: "header" | "form" | undefined;
}

interface Token {
  readonly authorization: Authorization;
  /** ms since 1970 at which the token is renewed, some time before it expires. */
  readonly renewAt: number;
}

/** Reuses a token for this fraction of its lifetime, because clocks differ and requests take time; never its last minute. */
const reuseFraction = 0.9;
const expiryMargin = 60_000;
/** Sets the lifetime of a token whose response states none, in s. */
const defaultLifetime = 300;

/** Limits the earlier tokens that are kept, because a receiver may still repeat them. */
const maxPreviousTokens = 4;

/** Creates an authorizer that keeps one token. Concurrent attempts share one request for a new one. */
export function oauth2(options: OAuth2, client: HttpClient): Authorizer {
  const url = targetUrl(options.tokenUrl, "the token URL");
  const basic = `Basic ${Buffer.from(`${formEncoded(options.clientId)}:${formEncoded(options.clientSecret)}`).toString("base64")}`;
  let token: Token | undefined;
  /** Earlier tokens, newest first. */
  let previous: readonly string[] = [];
  let pending: Promise<Token | { outcome: Outcome }> | undefined;

  const requestToken = async (now: number): Promise<Token | { outcome: Outcome }> => {
    const form = new URLSearchParams({ grant_type: "client_credentials" });
    if (options.scope !== undefined) form.set("scope", options.scope);
    if (options.audience !== undefined) form.set("audience", options.audience);
    const headers: Record<string, string> = {
      "content-type": "application/x-www-form-urlencoded",
      accept: "application/json",
    };
    if (options.credentials === "form") {
      form.set("client_id", options.clientId);
      form.set("client_secret", options.clientSecret);
    } else headers.authorization = basic;
    const exchange = await client.exchange({ method: "POST", url, headers, body: form.toString(), journal: false });
    if ("outcome" in exchange) {
      const { outcome } = exchange;
      const reason = outcome.kind === "delivered" ? "" : outcome.reason;
      return { outcome: tokenFailure(`no token from ${url.host}: ${reason}`, outcome.kind === "rejected") };
    }
    const { status, text } = exchange.httpResponse;
    const { access_token: value, token_type: type, expires_in: seconds, error } = parseObject(text);
    const statusLine = exchange.response?.statusLine ?? "";
    if (status !== 200) {
      const reason = typeof error === "string" ? `${statusLine}, ${error.slice(0, 100)}` : statusLine;
      const isOperators = status >= 300 && status < 500 && status !== 429;
      return { outcome: tokenFailure(`no token from ${url.host}: ${reason}`, isOperators) };
    }
    if (typeof value !== "string" || !/^[\x21-\x7e]+$/.test(value)) {
      return { outcome: tokenFailure(`the response of ${url.host} has no access_token`, true) };
    }
    if (typeof type === "string" && type.toLowerCase() !== "bearer") {
      return {
        outcome: tokenFailure(
          `the token of ${url.host} has the type ${type.slice(0, 50)}; only bearer is supported`,
          true,
        ),
      };
    }
    const lifetime = (Number(seconds) > 0 ? Number(seconds) : defaultLifetime) * 1000;
    const authorization = { headers: { authorization: `Bearer ${value}` }, previous };
    previous = [value, ...previous].slice(0, maxPreviousTokens);
    return {
      authorization,
      renewAt: now + Math.min(lifetime * reuseFraction, Math.max(lifetime - expiryMargin, lifetime / 2)),
    };
  };

  return {
    headerNames: new Set(["authorization"]),
    secrets: [options.clientSecret, ...secretsOfHeader(basic), ...secretsOfUrl(url.href)],
    authorize(now, signal) {
      if (token !== undefined && now < token.renewAt) return token.authorization;
      pending ??= requestToken(now).finally(() => {
        pending = undefined;
      });
      return orAborted(pending, signal).then((result) => {
        if ("outcome" in result) return result;
        token = result;
        return result.authorization;
      });
    },
    invalidate() {
      token = undefined;
    },
  };
}

/** Returns an outcome that holds the whole channel. If the operator has to act, no attempt is counted. */
const tokenFailure = (reason: string, isOperators: boolean): Outcome => ({
  kind: "retry",
  reason,
  holdScope: "channel",
  ...(isOperators && { countsAsAttempt: false }),
});

/** Encodes a credential as in a form before Base64, as RFC 6749, 2.3.1 asks. */
const formEncoded = (text: string): string => new URLSearchParams({ "": text }).toString().slice(1);

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Waits for the token or the signal, whichever comes first. The request goes on, because other attempts may wait for it. */
function orAborted<T>(pending: Promise<T>, signal: AbortSignal): Promise<T | { outcome: Outcome }> {
  const outcome: Outcome = { kind: "retry", reason: "this process was stopped during the attempt" };
  return new Promise((resolve, reject) => {
    const stop = () => resolve({ outcome });
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    pending.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
