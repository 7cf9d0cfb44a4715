import type { Outcome } from "../../store/index.ts";

/** What an answer means for the delivery, and for all of that push service. */
export interface PushAnswer {
  readonly outcome: Outcome;
  /** `wait`: it asked to be left alone. `token`: it does not believe our VAPID token. */
  readonly service?: "wait" | "token" | undefined;
}

/**
 * What a push service's answer means: RFC 8030, RFC 8292 section 4, and what Mozilla's (`errno`), Apple's (`reason`) and
 * Google's (a sentence) say in the body.
 *
 * @param retryAfter ms
 */
export function pushAnswer(status: number, text: string, retryAfter?: number): PushAnswer {
  if (status >= 200 && status < 300) return { outcome: { kind: "delivered" } };
  const { errno, said } = bodyOf(text);
  const reason = said === "" ? `${status}` : `${status}: ${said}`;
  const later = { kind: "retry", reason, ...(retryAfter !== undefined && { retryAfter }) } as const;
  const never = { kind: "rejected", reason } as const;
  switch (status) {
    case 404:
    case 410:
      return { outcome: { kind: "gone", reason } };
    case 400:
    case 401:
    case 403:
      // Made with another VAPID key than ours: Google and Apple say so with 403, Mozilla with 401.
      if (/mismatch|not correspond/i.test(said)) return { outcome: never };
      if (status !== 401 && !isTokenTrouble(said)) return { outcome: never };
      return { outcome: later, service: "token" };
    case 408:
    case 425:
      return { outcome: later };
    case 429:
      return { outcome: { ...later, holdScope: "destination" } };
    case 503:
      // Mozilla's 202 is a hiccup: "retry immediately".
      if (errno === 202) return { outcome: { ...later, retryAfter: retryAfter ?? 0 } };
      return {
        outcome: { ...later, holdScope: "destination" },
        service: retryAfter === undefined ? undefined : "wait",
      };
    default:
      return { outcome: status >= 500 ? later : never };
  }
}

/** `BadJwtToken`, `ExpiredJwtToken`, `invalid JWT provided`, `UnauthorizedRegistration`, `Invalid VAPID token`. */
function isTokenTrouble(said: string): boolean {
  if (/jwt|vapid|unauthorized/i.test(said)) return true;
  const token = said.search(/token/i);
  return token >= 0 && /expired/i.test(said.slice(token));
}

/** Characters of an answer that a reason repeats. */
const repeated = 300;

function bodyOf(text: string): { readonly errno?: unknown; readonly said: string } {
  let body: unknown;
  try {
    // Google's is text.
    if (text.startsWith("{")) body = JSON.parse(text);
  } catch {
    // Then it is text after all.
  }
  const fields: Readonly<Record<string, unknown>> = typeof body === "object" && body !== null ? { ...body } : {};
  const { errno, message, reason, error } = fields;
  const said = [message, reason, error].find((one) => typeof one === "string") ?? text;
  const code = typeof errno === "number" ? ` (${errno})` : "";
  return { errno, said: `${String(said).replace(/\s+/g, " ").trim().slice(0, repeated)}${code}`.trim() };
}
