import { TimeoutError } from "p-queue";
import { GuardError } from "../../guard/index.ts";
import type { Outcome } from "../../store/index.ts";
import { failureReason } from "../http/failure.ts";

/** What nodemailer says of a failure: at which command, with which answer. */
export interface SmtpFailure extends Error {
  readonly code?: string;
  readonly originalCode?: string;
  readonly command?: string;
  readonly responseCode?: number;
  readonly response?: string;
}

/** Nothing an alert or its recipient could be at fault for: everything waits until an operator has seen to it. */
const operators = (reason: string): Outcome => ({
  kind: "retry",
  reason,
  holdScope: "channel",
  countsAsAttempt: false,
});

/** RFC 3463: no such mailbox, a mailbox that moved, a domain that takes no mail, a mailbox that is disabled. */
const goneCodes = /^5\d\d[ -]5\.(?:1\.1|1\.6|1\.10|2\.1)\b/;
/** For servers without enhanced codes. */
const goneWords =
  /\bno such (?:user|mailbox|recipient|account)|\b(?:user|mailbox|recipient|account) (?:is )?(?:unknown|not found|does(?:n't| not) exist)|\bunknown (?:user|mailbox|recipient|account)/i;
const enhanced = /^\d\d\d[ -]\d\.\d{1,3}\.\d{1,3}\b/;

/** Answers about our login or TLS, at whatever command they come (RFC 4954, RFC 3207). */
const loginCodes: ReadonlySet<number> = new Set([530, 534, 535, 538]);
const operatorCodes: ReadonlySet<string> = new Set(["ECONFIG", "ENOAUTH", "EAUTH"]);
const tlsCode = /CERT|ISSUER|SIGNATURE|CRL|^ERR_SSL|^ERR_TLS|^EPROTO$/;

/** When it failed. */
export interface Stage {
  /** This process has to stop. */
  readonly stopped: boolean;
  /** The server had taken the envelope and was being given the message. */
  readonly handedOver: boolean;
  /** The address needs SMTPUTF8. */
  readonly international: boolean;
}

/** What became of a message, from what sending it threw. Throws again what is a bug. */
export function smtpOutcome(error: SmtpFailure, { stopped, handedOver, international }: Stage): Outcome {
  if (error instanceof GuardError) return operators(`the mail server may not be connected to: ${error.message}`);
  const { code = "", originalCode, command = "", responseCode, response = "" } = error;
  if (responseCode !== undefined) {
    const said = oneLine(response);
    if (code === "EAUTH" || loginCodes.has(responseCode))
      return operators(`the mail server refuses our login: ${said}`);
    if (code === "ETLS" || command === "STARTTLS") return operators(`no TLS with the mail server: ${said}`);
    // 503: the session was in the wrong state, which says nothing of the message.
    if (responseCode < 500 || responseCode === 503) return { kind: "retry", reason: said };
    if (command === "CONN" || command === "EHLO" || command === "HELO") {
      return operators(`the mail server refuses us: ${said}`);
    }
    const aboutSize = responseCode === 552 || /^\d\d\d[ -]5\.(?:2\.3|3\.4)\b/.test(response);
    // Only the sender is known then, unless the recipient had us ask for SMTPUTF8.
    if (command === "MAIL FROM" && !aboutSize && !international) return operators(`the sender was refused: ${said}`);
    const gone = goneCodes.test(response) || (!enhanced.test(response) && goneWords.test(response));
    return { kind: gone && command !== "MAIL FROM" ? "gone" : "rejected", reason: said };
  }
  // Refused before it was sent: by the size the server announced, or an address it cannot be given.
  if (code === "EMESSAGE" || code === "EENVELOPE") return { kind: "rejected", reason: error.message };
  const cause = originalCode === undefined ? error : Object.assign(new Error(error.message), { code: originalCode });
  const reason = failureReason(cause);
  if (operatorCodes.has(code)) return operators(reason ?? error.message);
  if (code === "ETLS" || (originalCode !== undefined && tlsCode.test(originalCode))) {
    return operators(`no TLS with the mail server: ${reason}`);
  }
  const late = error instanceof TimeoutError;
  const what = stopped ? "this process was stopped during the attempt" : late ? "no answer in time" : reason;
  if (what === undefined) throw error;
  return {
    kind: "retry",
    reason: handedOver ? `${what}; the message had been handed over and may have been taken` : what,
  };
}

/** An answer as the journal keeps it. */
export const oneLine = (answer: string): string =>
  answer
    .slice(0, 2000)
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, 1000);
