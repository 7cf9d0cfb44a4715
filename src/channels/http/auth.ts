import { secretsOfHeader } from "../../dispatch/index.ts";
import type { Outcome } from "../../store/index.ts";
import { headerValue, nameRefusal } from "./header.ts";
import { type OAuth2, oauth2 } from "./oauth2.ts";
import type { HttpClient } from "./request.ts";

/** How a sender shows who it is, besides signatures and certificates. */
export type HttpAuth =
  | { readonly kind: "basic"; readonly user: string; readonly password: string }
  | { readonly kind: "bearer"; readonly token: string }
  /** A header of its own, such as `x-api-key`; the journal never keeps its value. */
  | { readonly kind: "header"; readonly name: string; readonly value: string }
  | OAuth2;

/** What to send, or why that is not known now. */
export type Authorization =
  | {
      readonly headers: Readonly<Record<string, string>>;
      /** Secret values of before: a receiver may still repeat one. */
      readonly before?: readonly string[] | undefined;
    }
  | { readonly outcome: Outcome };

export interface Authorizer {
  /** Names in lower case of headers that are secret. */
  readonly names: ReadonlySet<string>;
  /** Lists what is secret in every delivery: passwords, keys. */
  readonly secrets: readonly string[];
  authorize(now: number, signal: AbortSignal): Authorization | Promise<Authorization>;
  /** The receiver did not accept it (401): ask for a new one next time. */
  refused(): void;
}

/**
 * @param client for the token, behind the same guard
 * @throws TypeError for what cannot be sent
 */
export function authorizer(auth: HttpAuth | undefined, client: HttpClient): Authorizer {
  if (auth === undefined) return fixed({});
  switch (auth.kind) {
    case "basic":
      if (auth.user.includes(":")) throw new TypeError("the user of basic auth has no colon (RFC 7617)");
      return fixed({ authorization: `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString("base64")}` });
    case "bearer":
      return fixed({ authorization: `Bearer ${auth.token}` });
    case "header": {
      const why = nameRefusal(auth.name);
      if (why !== undefined) throw new TypeError(why);
      return fixed({ [auth.name.toLowerCase()]: auth.value });
    }
    case "oauth2":
      return oauth2(auth, client);
    default:
      throw new TypeError(`there is no auth of the kind ${JSON.stringify((auth as { kind: unknown }).kind)}`);
  }
}

function fixed(headers: Readonly<Record<string, string>>): Authorizer {
  for (const name in headers) headerValue(name, headers[name]!);
  const authorization = { headers };
  const secrets = Object.values(headers).flatMap(secretsOfHeader);
  return { names: new Set(Object.keys(headers)), secrets, authorize: () => authorization, refused: () => {} };
}
