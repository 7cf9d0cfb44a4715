import { secretsOfHeader, secretsOfUrl } from "../../dispatch/index.ts";
import type { Outcome } from "../../store/index.ts";
import type { Authorization, Authorizer } from "./auth.ts";
import type { HttpClient } from "./request.ts";
import { targetUrl } from "./url.ts";

/** Client credentials (RFC 6749, 4.4). */
export interface OAuth2 {
  readonly kind: "oauth2";
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string | undefined;
  readonly audience?: string | undefined;
  /** Where id and secret go: an authorization header, or the form. @default "header" */
  readonly credentials?: "header" | "form" | undefined;
}

interface Token {
  readonly authorization: Authorization;
  /** ms since 1970 after which it is not used any more, some time before it ends. */
  readonly until: number;
}

/** Of its life that a token is used, as clocks differ and requests take time; the last minute never. */
const used = 0.9;
const spared = 60_000;
/** What a token lives if its answer does not say, in seconds. */
const assumed = 300;

/** Tokens of before that a receiver may still repeat. */
const remembered = 4;

/** Keeps one token; while one is asked for, nobody else asks. */
export function oauth2(options: OAuth2, client: HttpClient): Authorizer {
  const url = targetUrl(options.tokenUrl, "the token URL");
  const basic = `Basic ${Buffer.from(`${formEncoded(options.clientId)}:${formEncoded(options.clientSecret)}`).toString("base64")}`;
  let token: Token | undefined;
  /** Tokens of before, newest first. */
  let before: readonly string[] = [];
  let asking: Promise<Token | { outcome: Outcome }> | undefined;

  const ask = async (now: number): Promise<Token | { outcome: Outcome }> => {
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
    const said = await client.exchange({ method: "POST", url, headers, body: form.toString(), journal: false });
    if ("outcome" in said) {
      const { outcome } = said;
      const reason = outcome.kind === "delivered" ? "" : outcome.reason;
      return { outcome: trouble(`no token from ${url.host}: ${reason}`, outcome.kind === "rejected") };
    }
    const { status, text } = said.got;
    const answer = objectOf(text);
    const { access_token: value, token_type: type, expires_in: seconds, error } = answer;
    const line = said.response?.statusLine ?? "";
    if (status !== 200) {
      const why = typeof error === "string" ? `${line}, ${error.slice(0, 100)}` : line;
      return { outcome: trouble(`no token from ${url.host}: ${why}`, status >= 300 && status < 500 && status !== 429) };
    }
    if (typeof value !== "string" || !/^[\x21-\x7e]+$/.test(value)) {
      return { outcome: trouble(`the answer of ${url.host} has no access_token`, true) };
    }
    if (typeof type === "string" && type.toLowerCase() !== "bearer") {
      return { outcome: trouble(`the token of ${url.host} is of the type ${type.slice(0, 50)}, not bearer`, true) };
    }
    const life = (Number(seconds) > 0 ? Number(seconds) : assumed) * 1000;
    const authorization = { headers: { authorization: `Bearer ${value}` }, before };
    before = [value, ...before].slice(0, remembered);
    return {
      authorization,
      until: now + Math.min(life * used, Math.max(life - spared, life / 2)),
    };
  };

  return {
    names: new Set(["authorization"]),
    secrets: [options.clientSecret, ...secretsOfHeader(basic), ...secretsOfUrl(url.href)],
    authorize(now, signal) {
      if (token !== undefined && now < token.until) return token.authorization;
      asking ??= ask(now).finally(() => {
        asking = undefined;
      });
      return orStopped(asking, signal).then((got) => {
        if ("outcome" in got) return got;
        token = got;
        return got.authorization;
      });
    },
    refused() {
      token = undefined;
    },
  };
}

/** Everything of the channel has to wait; if it is the operator who has to act, no attempt is counted. */
const trouble = (reason: string, isOperators: boolean): Outcome => ({
  kind: "retry",
  reason,
  holdScope: "channel",
  ...(isOperators && { countsAsAttempt: false }),
});

/** RFC 6749, 2.3.1: encoded as in a form, before it is Base64. */
const formEncoded = (text: string): string => new URLSearchParams({ "": text }).toString().slice(1);

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Whatever comes first: others may still need what is asked for. */
function orStopped<T>(asked: Promise<T>, signal: AbortSignal): Promise<T | { outcome: Outcome }> {
  const outcome: Outcome = { kind: "retry", reason: "this process was stopped during the attempt" };
  return new Promise((resolve, reject) => {
    const stop = () => resolve({ outcome });
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    asked.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
