import type { Outcome } from "../../store/index.ts";

/** Says what a response means for the delivery, and for the whole push service. */
export interface PushResult {
  readonly outcome: Outcome;
  /** `wait`: the service asked for a pause. `token`: it rejected our VAPID token. */
  readonly service?: "wait" | "token" | undefined;
}

/**
 * Decides what a push service's response means, by RFC 8030, RFC 8292 section 4, and the bodies of Mozilla (`errno`), Apple (`reason`)
 * and Google (a sentence).
 *
 * @param retryAfter ms
 */
export function pushResult(status: number, text: string, retryAfter?: number): PushResult {
  if (status >= 200 && status < 300) return { outcome: { kind: "delivered" } };
  const { errno, message } = parseBody(text);
  const reason = message === "" ? `${status}` : `${status}: ${message}`;
  const retry = { kind: "retry", reason, ...(retryAfter !== undefined && { retryAfter }) } as const;
  const rejected = { kind: "rejected", reason } as const;
  switch (status) {
    case 404:
    case 410:
      return { outcome: { kind: "gone", reason } };
    case 400:
    case 401:
    case 403:
      // The subscription was made with another VAPID key: Google and Apple report it with 403, Mozilla with 401.
      if (/mismatch|not correspond/i.test(message)) return { outcome: rejected };
      if (status !== 401 && !isTokenProblem(message)) return { outcome: rejected };
      return { outcome: retry, service: "token" };
    case 408:
    case 425:
      return { outcome: retry };
    case 429:
      return { outcome: { ...retry, holdScope: "destination" } };
    case 503:
      // Mozilla documents errno 202 as "retry immediately".
      if (errno === 202) return { outcome: { ...retry, retryAfter: retryAfter ?? 0 } };
      return {
        outcome: { ...retry, holdScope: "destination" },
        service: retryAfter === undefined ? undefined : "wait",
      };
    default:
      return { outcome: status >= 500 ? retry : rejected };
  }
}

/** Recognizes `BadJwtToken`, `ExpiredJwtToken`, `invalid JWT provided`, `UnauthorizedRegistration`, `Invalid VAPID token`. */
function isTokenProblem(message: string): boolean {
  if (/jwt|vapid|unauthorized/i.test(message)) return true;
  const token = message.search(/token/i);
  return token >= 0 && /expired/i.test(message.slice(token));
}

/** Limits the characters of a response that a reason repeats. */
const maxMessageLength = 300;

function parseBody(text: string): { readonly errno?: unknown; readonly message: string } {
  let body: unknown;
  try {
    // Google's body is text.
    if (text.startsWith("{")) body = JSON.parse(text);
  } catch {
    // The body is text although it begins with a brace.
  }
  const fields: Readonly<Record<string, unknown>> = typeof body === "object" && body !== null ? { ...body } : {};
  const { errno, reason, error } = fields;
  const message = [fields.message, reason, error].find((field) => typeof field === "string") ?? text;
  const code = typeof errno === "number" ? ` (${errno})` : "";
  return { errno, message: `${String(message).replace(/\s+/g, " ").trim().slice(0, maxMessageLength)}${code}`.trim() };
}
