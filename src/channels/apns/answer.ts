import type { Outcome } from "../../store/index.ts";

/** What Apple's answer means. `token`: it is our provider token that is refused. */
export interface ApnsAnswer {
  readonly outcome: Outcome;
  readonly token?: "expired" | undefined;
}

const minute = 60_000;
const operators = { holdScope: "channel", countsAsAttempt: false } as const;

/**
 * What to do for each reason that Apple documents ("Handling notification responses from APNs"); what is not here is said
 * by the status. A reason that is the operator's to mend keeps the whole channel waiting and uses up no attempts.
 */
const meanings: Readonly<Record<string, "rejected" | "gone" | Partial<Extract<Outcome, { kind: "retry" }>>>> = {
  BadCollapseId: "rejected",
  // Not gone: a sandbox token, or all of them if the channel talks to the other environment than the app.
  BadDeviceToken: "rejected",
  BadExpirationDate: "rejected",
  BadMessageId: "rejected",
  BadPriority: "rejected",
  BadTopic: operators,
  DeviceTokenNotForTopic: "rejected",
  DuplicateHeaders: "rejected",
  IdleTimeout: {},
  InvalidPushType: "rejected",
  MissingDeviceToken: "rejected",
  MissingTopic: operators,
  PayloadEmpty: "rejected",
  TopicDisallowed: operators,
  BadCertificate: operators,
  BadCertificateEnvironment: operators,
  ExpiredProviderToken: operators,
  Forbidden: "rejected",
  InvalidProviderToken: operators,
  MissingProviderToken: operators,
  UnrelatedKeyIdInToken: operators,
  BadEnvironmentKeyIdInToken: operators,
  BadPath: "rejected",
  MethodNotAllowed: "rejected",
  ExpiredToken: "gone",
  Unregistered: "gone",
  PayloadTooLarge: "rejected",
  TooManyProviderTokenUpdates: { ...operators, retryAfter: 20 * minute },
  // To one device, says Apple.
  TooManyRequests: { holdScope: "destination" },
  InternalServerError: { retryAfter: 15 * minute },
  ServiceUnavailable: { retryAfter: 15 * minute },
  // This server goes away; the next connection leads to another.
  Shutdown: {},
};

/**
 * @param retryAfter ms, if the answer has that header
 * @param registeredAt ms since 1970 when the app last said that this is its token
 */
export function apnsAnswer(status: number, text: string, retryAfter?: number, registeredAt?: number): ApnsAnswer {
  if (status === 200) return { outcome: { kind: "delivered" } };
  const { reason: name, timestamp } = bodyOf(text);
  const reason = name === undefined ? `${status}` : `${status} ${name}`;
  const known = name !== undefined && Object.hasOwn(meanings, name) ? meanings[name]! : meaningOf(status);
  if (known === "rejected") return { outcome: { kind: "rejected", reason } };
  if (known === "gone") {
    if (registeredAt === undefined || timestamp === undefined || registeredAt <= timestamp) {
      return { outcome: { kind: "gone", reason } };
    }
    const since = new Date(timestamp).toISOString();
    return { outcome: { kind: "retry", reason: `${reason} since ${since}, but it was registered again after that` } };
  }
  const outcome: Outcome = { kind: "retry", reason, ...known, ...(retryAfter !== undefined && { retryAfter }) };
  return name === "ExpiredProviderToken" ? { outcome, token: "expired" } : { outcome };
}

function meaningOf(status: number): (typeof meanings)[string] {
  if (status === 410) return "gone";
  if (status === 429) return { holdScope: "destination" };
  return status >= 500 || status === 408 ? {} : "rejected";
}

/** Of an answer, or of the farewell that ends a connection. */
export function bodyOf(text: string): { readonly reason?: string; readonly timestamp?: number } {
  let body: { readonly reason?: unknown; readonly timestamp?: unknown } | null;
  try {
    body = JSON.parse(text);
  } catch {
    return {};
  }
  const { reason, timestamp } = body ?? {};
  return {
    ...(typeof reason === "string" && /^\w{1,64}$/.test(reason) && { reason }),
    // A Date holds no more.
    ...(typeof timestamp === "number" && Math.abs(timestamp) <= 8.64e15 && { timestamp }),
  };
}
