import type { Outcome } from "../../store/index.ts";

/** Says what a response of Google means. `token`: our access token was rejected. */
export interface FcmResult {
  readonly outcome: Outcome;
  readonly token?: "rejected" | undefined;
}

/** Sets the wait after a quota error without `Retry-After`, and the shortest wait before any retry, in ms: both as Google asks. */
const quotaWait = 60_000;
const minWait = 10_000;

/**
 * Decides what a response means: by each `errorCode` that Google documents (FCM HTTP v1, ErrorCode), else by the status of its API.
 *
 * @param retryAfter ms, if the response has that header
 */
export function fcmResult(status: number, text: string, retryAfter?: number): FcmResult {
  if (status >= 200 && status < 300) return { outcome: { kind: "delivered" } };
  const { code, message } = parseError(text);
  const reason = [status, code, message].filter((one) => one !== undefined).join(" ");
  const rejected = { outcome: { kind: "rejected", reason } } as const;
  const retry = (fields: Partial<Extract<Outcome, { kind: "retry" }>>): FcmResult => ({
    outcome: { kind: "retry", reason, ...fields },
  });
  switch (code ?? codesByStatus[status]) {
    case "UNREGISTERED":
      return { outcome: { kind: "gone", reason } };
    case "QUOTA_EXCEEDED":
    case "RESOURCE_EXHAUSTED": {
      // There are three quotas: of a device, of a topic, and of the project.
      const holdScope = /\b(?:device|topic)\b/i.test(message ?? "") ? "destination" : "channel";
      return retry({ retryAfter: retryAfter ?? quotaWait, holdScope });
    }
    case "UNAVAILABLE":
      if (retryAfter === undefined) return retry({ retryAfter: minWait });
      return retry({ retryAfter: Math.max(retryAfter, minWait), holdScope: "channel" });
    case "INTERNAL":
      return retry({ retryAfter: Math.max(retryAfter ?? 0, minWait) });
    case "THIRD_PARTY_AUTH_ERROR":
      // The project's key for Apple or for web push is invalid: pushes to other devices go on.
      return retry({ holdScope: "destination", countsAsAttempt: false });
    case "UNAUTHENTICATED":
      return { ...retry({ holdScope: "channel", countsAsAttempt: false }), token: "rejected" };
    case "PERMISSION_DENIED":
      return retry({ holdScope: "channel", countsAsAttempt: false });
    default:
      // INVALID_ARGUMENT, SENDER_ID_MISMATCH, NOT_FOUND without UNREGISTERED (the token is malformed), and unknown codes.
      return status >= 500 || status === 408 ? retry({ retryAfter: Math.max(retryAfter ?? 0, minWait) }) : rejected;
  }
}

/** Codes for responses without a body of Google's API. */
const codesByStatus: Readonly<Record<number, string>> = {
  401: "UNAUTHENTICATED",
  429: "RESOURCE_EXHAUSTED",
  503: "UNAVAILABLE",
};

/** Returns the `errorCode` of an FcmError in the details, else the status; and the message, shortened. */
function parseError(text: string): { readonly code?: string; readonly message?: string } {
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
