import { TimeoutError } from "p-queue";
import { GuardError } from "../../guard/index.ts";
import type { Outcome } from "../../store/index.ts";
import { failureReason } from "../http/failure-outcome.ts";

/** Describes an error of nodemailer, with the command that failed and the server's response. */
export interface SmtpFailure extends Error {
  readonly code?: string;
  readonly originalCode?: string;
  readonly command?: string;
  readonly responseCode?: number;
  readonly response?: string;
}

/** Returns the outcome of a problem that is not due to an alert or its recipient: the channel is held until an operator has solved it. */
const operatorProblem = (reason: string): Outcome => ({
  kind: "retry",
  reason,
  holdScope: "channel",
  countsAsAttempt: false,
});

/** Matches codes of RFC 3463: no such mailbox, a moved mailbox, a domain that accepts no mail, a disabled mailbox. */
const goneCodes = /^5\d\d[ -]5\.(?:1\.1|1\.6|1\.10|2\.1)\b/;
/** Matches messages of servers without enhanced codes. */
const goneMessages =
  /\bno such (?:user|mailbox|recipient|account)|\b(?:user|mailbox|recipient|account) (?:is )?(?:unknown|not found|does(?:n't| not) exist)|\bunknown (?:user|mailbox|recipient|account)/i;
const enhancedStatus = /^\d\d\d[ -]\d\.\d{1,3}\.\d{1,3}\b/;

/** Codes about our login or TLS, in response to any command (RFC 4954, RFC 3207). */
const loginCodes: ReadonlySet<number> = new Set([530, 534, 535, 538]);
const operatorErrorCodes: ReadonlySet<string> = new Set(["ECONFIG", "ENOAUTH", "EAUTH"]);
const tlsCode = /CERT|ISSUER|SIGNATURE|CRL|^ERR_SSL|^ERR_TLS|^EPROTO$/;

/** Says at which point an attempt failed. */
export interface AttemptStage {
  /** This process is stopping. */
  readonly stopped: boolean;
  /** The server had accepted the envelope and was receiving the message. */
  readonly messageSent: boolean;
  /** The address needs SMTPUTF8. */
  readonly international: boolean;
}

/** Returns the outcome of an attempt from the error that sending threw. Rethrows a bug. */
export function smtpOutcome(error: SmtpFailure, { stopped, messageSent, international }: AttemptStage): Outcome {
  if (error instanceof GuardError) return operatorProblem(`the guard refused the mail server: ${error.message}`);
  const { code = "", originalCode, command = "", responseCode, response = "" } = error;
  if (responseCode !== undefined) {
    const reason = sanitizeResponse(response);
    if (code === "EAUTH" || loginCodes.has(responseCode))
      return operatorProblem(`the mail server refused the login: ${reason}`);
    if (code === "ETLS" || command === "STARTTLS") return operatorProblem(`no TLS with the mail server: ${reason}`);
    // 503: the session was in the wrong state, which says nothing about the message.
    if (responseCode < 500 || responseCode === 503) return { kind: "retry", reason };
    if (command === "CONN" || command === "EHLO" || command === "HELO") {
      return operatorProblem(`the mail server refused the connection: ${reason}`);
    }
    const isAboutSize = responseCode === 552 || /^\d\d\d[ -]5\.(?:2\.3|3\.4)\b/.test(response);
    // At this point the server knows only the sender, unless the recipient's address required SMTPUTF8.
    if (command === "MAIL FROM" && !isAboutSize && !international)
      return operatorProblem(`the mail server refused the sender: ${reason}`);
    const gone = goneCodes.test(response) || (!enhancedStatus.test(response) && goneMessages.test(response));
    return { kind: gone && command !== "MAIL FROM" ? "gone" : "rejected", reason };
  }
  // Refused before sending: for the size that the server announced, or an address that it does not support.
  if (code === "EMESSAGE" || code === "EENVELOPE") return { kind: "rejected", reason: error.message };
  const cause = originalCode === undefined ? error : Object.assign(new Error(error.message), { code: originalCode });
  const reason = failureReason(cause);
  if (operatorErrorCodes.has(code)) return operatorProblem(reason ?? error.message);
  if (code === "ETLS" || (originalCode !== undefined && tlsCode.test(originalCode))) {
    return operatorProblem(`no TLS with the mail server: ${reason}`);
  }
  const isTimeout = error instanceof TimeoutError;
  const reasonText = stopped
    ? "this process was stopped during the attempt"
    : isTimeout
      ? "no response in time"
      : reason;
  if (reasonText === undefined) throw error;
  return {
    kind: "retry",
    reason: messageSent ? `${reasonText}; the message had been sent and may have been accepted` : reasonText,
  };
}

/** Returns a server's response on one line and shortened, as the journal keeps it. */
export const sanitizeResponse = (response: string): string =>
  response
    .slice(0, 2000)
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, 1000);
