import { secretsOfHeader } from "../../dispatch/secrets/header.ts";
import type { Outcome } from "../../store/index.ts";
import type { HttpClient } from "./client.ts";
import { headerNameError, headerValue } from "./header.ts";
import { type OAuth2, oauth2 } from "./oauth2.ts";

/** Selects how a sender authenticates, besides signatures and certificates. */
export type HttpAuth =
  | { readonly kind: "basic"; readonly user: string; readonly password: string }
  | { readonly kind: "bearer"; readonly token: string }
  /** A custom header such as `x-api-key`; the journal never keeps its value. */
  | { readonly kind: "header"; readonly name: string; readonly value: string }
  | OAuth2;

/** Holds the headers to send, or the outcome of an attempt that could not get them. */
export type Authorization =
  | {
      readonly headers: Readonly<Record<string, string>>;
      /** Secret values sent earlier, which a receiver may still repeat. */
      readonly previousSecrets?: readonly string[] | undefined;
    }
  | { readonly outcome: Outcome };

export interface Authorizer {
  /** Names of secret headers, in lower case. */
  readonly headerNames: ReadonlySet<string>;
  /** Secrets of every delivery: passwords, keys. */
  readonly secrets: readonly string[];
  authorize(now: number, signal: AbortSignal): Authorization | Promise<Authorization>;
  /** Drops the current credentials, because the receiver did not accept them (401). */
  invalidate(): void;
}

/**
 * Creates what authenticates the requests of a channel.
 * @param client requests tokens, behind the same guard
 * @throws TypeError for options that cannot be sent
 */
export function authorizer(auth: HttpAuth | undefined, client: HttpClient): Authorizer {
  if (auth === undefined) return fixed({});
  switch (auth.kind) {
    case "basic":
      if (auth.user.includes(":")) throw new TypeError("auth.user must not contain a colon (RFC 7617)");
      return fixed({ authorization: `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString("base64")}` });
    case "bearer":
      return fixed({ authorization: `Bearer ${auth.token}` });
    case "header": {
      const problem = headerNameError(auth.name);
      if (problem !== undefined) throw new TypeError(problem);
      return fixed({ [auth.name.toLowerCase()]: auth.value });
    }
    case "oauth2":
      return oauth2(auth, client);
    default:
      throw new TypeError(
        `unknown auth.kind ${JSON.stringify((auth as { kind: unknown }).kind)}; use basic, bearer, header or oauth2`,
      );
  }
}

function fixed(headers: Readonly<Record<string, string>>): Authorizer {
  for (const name in headers) headerValue(name, headers[name]!);
  const authorization = { headers };
  const secrets = Object.values(headers).flatMap(secretsOfHeader);
  return { headerNames: new Set(Object.keys(headers)), secrets, authorize: () => authorization, invalidate: () => {} };
}
