import { GuardError } from "../../guard/index.ts";
import type { Outcome } from "../../store/index.ts";

/** Describes the error codes of Node and undici for the journal. Other codes are shown with the error's message. */
const descriptions: { readonly [code: string]: string } = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was reset",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
  ENOTFOUND: "the name was not found",
  EAI_AGAIN: "the name could not be resolved now",
  EPIPE: "the connection was closed",
  CERT_HAS_EXPIRED: "its certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is signed by an unknown authority",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate is signed by an unknown authority",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is signed by an unknown authority",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: "it speaks no TLS 1.2",
  ERR_SSL_UNSUPPORTED_PROTOCOL: "it speaks no TLS 1.2",
  ERR_SSL_WRONG_VERSION_NUMBER: "it speaks no TLS on this port",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "it speaks no TLS on this port",
  UND_ERR_CONNECT_TIMEOUT: "connecting took too long",
  UND_ERR_HEADERS_TIMEOUT: "no response headers in time",
  UND_ERR_BODY_TIMEOUT: "the response stalled",
  UND_ERR_HEADERS_OVERFLOW: "the headers of the response are too large",
};

/** Reports bytes that are not an HTTP response. The client converts undici's error to it, so that others need not load undici. */
export class HttpParseError extends Error {}

/**
 * Returns the outcome of an attempt that got no response, from the error of connecting or sending: a refusal by the guard and an
 * invalid request are rejected, network errors are retried. Rethrows any other error: it is a bug.
 */
export function failureOutcome(error: unknown): Outcome {
  if (error instanceof GuardError) return { kind: "rejected", reason: error.message };
  const reason = failureReason(error);
  if (reason === undefined) throw error;
  return codeOf(error) === "UND_ERR_INVALID_ARG" ? { kind: "rejected", reason } : { kind: "retry", reason };
}

/** Describes a network error in words and with its code. Undefined for any other error. */
export function failureReason(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof HttpParseError) return `its response is not HTTP (${error.message})`;
  const code = codeOf(error);
  if (code === undefined) return undefined;
  const known = descriptions[code];
  return known === undefined ? `${error.message || "failed"} (${code})` : `${known} (${code})`;
}

/** Returns the code of a network error. Bugs have no code, or one of Node's argument checks, and give undefined. */
function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && !code.startsWith("ERR_INVALID_ARG") ? code : undefined;
}
