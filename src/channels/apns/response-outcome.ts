import type { Outcome } from "../../store/index.ts";

/** Says what a response of Apple means. `token`: our provider token was rejected. */
export interface ApnsResult {
  readonly outcome: Outcome;
  readonly token?: "expired" | undefined;
}

const minute = 60_000;
const operatorProblem = { holdScope: "channel", countsAsAttempt: false } as const;

/**
 * Maps each reason that Apple documents ("Handling notification responses from APNs") to its meaning; other reasons go by the status.
 * A problem that the operator has to solve holds the whole channel and counts no attempts.
 */
const meaningsByReason: Readonly<Record<string, "rejected" | "gone" | Partial<Extract<Outcome, { kind: "retry" }>>>> = {
  BadCollapseId: "rejected",
  // Not gone: it may be a token of the sandbox, or the channel may talk to another environment than the app.
  BadDeviceToken: "rejected",
  BadExpirationDate: "rejected",
  BadMessageId: "rejected",
  BadPriority: "rejected",
  BadTopic: operatorProblem,
  DeviceTokenNotForTopic: "rejected",
  DuplicateHeaders: "rejected",
  IdleTimeout: {},
  InvalidPushType: "rejected",
  MissingDeviceToken: "rejected",
  MissingTopic: operatorProblem,
  PayloadEmpty: "rejected",
  TopicDisallowed: operatorProblem,
  BadCertificate: operatorProblem,
  BadCertificateEnvironment: operatorProblem,
  ExpiredProviderToken: operatorProblem,
  Forbidden: "rejected",
  InvalidProviderToken: operatorProblem,
  MissingProviderToken: operatorProblem,
  UnrelatedKeyIdInToken: operatorProblem,
  BadEnvironmentKeyIdInToken: operatorProblem,
  BadPath: "rejected",
  MethodNotAllowed: "rejected",
  ExpiredToken: "gone",
  Unregistered: "gone",
  PayloadTooLarge: "rejected",
  TooManyProviderTokenUpdates: { ...operatorProblem, retryAfter: 20 * minute },
  // Too many requests to one device, says Apple.
  TooManyRequests: { holdScope: "destination" },
  InternalServerError: { retryAfter: 15 * minute },
  ServiceUnavailable: { retryAfter: 15 * minute },
  // This server is shutting down; the next connection leads to another.
  Shutdown: {},
};

/**
 * Decides what a response means.
 * @param retryAfter ms, if the response has that header
 * @param registeredAt ms since 1970 at which the app last registered this token
 */
export function apnsResult(status: number, text: string, retryAfter?: number, registeredAt?: number): ApnsResult {
  if (status === 200) return { outcome: { kind: "delivered" } };
  const { reason: name, timestamp } = parseBody(text);
  const reason = name === undefined ? `${status}` : `${status} ${name}`;
  const known = name !== undefined && Object.hasOwn(meaningsByReason, name);
  const meaning = known ? meaningsByReason[name]! : meaningOfStatus(status);
  if (meaning === "rejected") return { outcome: { kind: "rejected", reason } };
  if (meaning === "gone") {
    if (registeredAt === undefined || timestamp === undefined || registeredAt <= timestamp) {
      return { outcome: { kind: "gone", reason } };
    }
    const since = new Date(timestamp).toISOString();
    return { outcome: { kind: "retry", reason: `${reason} since ${since}, but it was registered again after that` } };
  }
  const outcome: Outcome = { kind: "retry", reason, ...meaning, ...(retryAfter !== undefined && { retryAfter }) };
  return name === "ExpiredProviderToken" ? { outcome, token: "expired" } : { outcome };
}

function meaningOfStatus(status: number): (typeof meaningsByReason)[string] {
  if (status === 410) return "gone";
  if (status === 429) return { holdScope: "destination" };
  return status >= 500 || status === 408 ? {} : "rejected";
}

/** Parses the body of a response, or the debug data of the GOAWAY that ends a connection. */
export function parseBody(text: string): { readonly reason?: string; readonly timestamp?: number } {
  let body: { readonly reason?: unknown; readonly timestamp?: unknown } | null;
  try {
    body = JSON.parse(text);
  } catch {
    return {};
  }
  const { reason, timestamp } = body ?? {};
  return {
    ...(typeof reason === "string" && /^\w{1,64}$/.test(reason) && { reason }),
    // The range of Date.
    ...(typeof timestamp === "number" && Math.abs(timestamp) <= 8.64e15 && { timestamp }),
  };
}
