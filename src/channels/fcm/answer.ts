import type { Outcome } from "../../store/index.ts";

/** What Google's answer means. `token`: it is our access token that is refused. */
export interface FcmAnswer {
  readonly outcome: Outcome;
  readonly token?: "refused" | undefined;
}

/** Google asks for this where it does not say how long, and never to be asked sooner; ms. */
const quotaWait = 60_000;
const leastWait = 10_000;

/**
 * What to do for each `errorCode` that Google documents (FCM HTTP v1, ErrorCode), else for the status of its API.
 *
 * @param retryAfter ms, if the answer has that header
 */
export function fcmAnswer(status: number, text: string, retryAfter?: number): FcmAnswer {
  if (status >= 200 && status < 300) return { outcome: { kind: "delivered" } };
  const { code, message } = errorOf(text);
  const reason = [status, code, message].filter((one) => one !== undefined).join(" ");
  const rejected = { outcome: { kind: "rejected", reason } } as const;
  const later = (more: Partial<Extract<Outcome, { kind: "retry" }>>): FcmAnswer => ({
    outcome: { kind: "retry", reason, ...more },
  });
  switch (code ?? codes[status]) {
    case "UNREGISTERED":
      return { outcome: { kind: "gone", reason } };
    case "QUOTA_EXCEEDED":
    case "RESOURCE_EXHAUSTED": {
      // There are three quotas: for a device, for a topic, and for all that we send.
      const holdScope = /\b(?:device|topic)\b/i.test(message ?? "") ? "destination" : "channel";
      return later({ retryAfter: retryAfter ?? quotaWait, holdScope });
    }
    case "UNAVAILABLE":
      if (retryAfter === undefined) return later({ retryAfter: leastWait });
      return later({ retryAfter: Math.max(retryAfter, leastWait), holdScope: "channel" });
    case "INTERNAL":
      return later({ retryAfter: Math.max(retryAfter ?? 0, leastWait) });
    case "THIRD_PARTY_AUTH_ERROR":
      // The project's key for Apple or for web push: pushes to other devices go on.
      return later({ holdScope: "destination", countsAsAttempt: false });
    case "UNAUTHENTICATED":
      return { ...later({ holdScope: "channel", countsAsAttempt: false }), token: "refused" };
    case "PERMISSION_DENIED":
      return later({ holdScope: "channel", countsAsAttempt: false });
    default:
      // INVALID_ARGUMENT, SENDER_ID_MISMATCH, NOT_FOUND without UNREGISTERED (then it is no token), and what is new.
      return status >= 500 || status === 408 ? later({ retryAfter: Math.max(retryAfter ?? 0, leastWait) }) : rejected;
  }
}

/** For answers without a body of Google's API. */
const codes: Readonly<Record<number, string>> = {
  401: "UNAUTHENTICATED",
  429: "RESOURCE_EXHAUSTED",
  503: "UNAVAILABLE",
};

/** `errorCode` of an FcmError in the details, else the status; the message, capped. */
function errorOf(text: string): { readonly code?: string; readonly message?: string } {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return {};
  }
  const error = fieldsOf(fieldsOf(body).error);
  const { status, message, details } = error;
  const fcm = (Array.isArray(details) ? details : [])
    .map(fieldsOf)
    .find((one) => one["@type"] === "type.googleapis.com/google.firebase.fcm.v1.FcmError")?.errorCode;
  const code = [fcm, status].find(
    (one) => typeof one === "string" && /^[A-Z_]{1,64}$/.test(one) && one !== unspecified,
  );
  return {
    ...(typeof code === "string" && { code }),
    ...(typeof message === "string" && message !== "" && { message: message.replace(/\s+/g, " ").slice(0, 300) }),
  };
}

const unspecified = "UNSPECIFIED_ERROR";

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
