import { Agent, buildConnector, errors } from "undici";
import { shownUrl } from "../../dispatch/secrets/url.ts";
import { createGuard, type GuardPolicy } from "../../guard/index.ts";
import type { AttemptResult, Exchange, Outcome } from "../../store/index.ts";
import { failureOutcome, failureReason, HttpParseError } from "./failure-outcome.ts";
import { journalHeaders, secretsInHeaders } from "./header.ts";
import { ResponseCollector } from "./response-collector.ts";

/** Configures TLS; texts are PEM. */
export interface HttpTls {
  /** Authorities to trust instead of the system's. */
  readonly ca?: string | readonly string[] | undefined;
  /** Certificate and key of the client, for receivers that ask for them (mTLS). */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly passphrase?: string | undefined;
}

export interface HttpOptions {
  readonly guard?: GuardPolicy | undefined;
  readonly tls?: HttpTls | undefined;
  /**
   * Keeps connections for the next request. Only for trusted receivers: HTTP/1.1 has no request ids, so a hostile receiver could
   * send the response to a request before it was made. @default false
   */
  readonly keepAlive?: boolean | undefined;
  /** Limits the connections to one origin. @default unlimited, because the dispatcher limits the concurrency of a destination */
  readonly connections?: number | undefined;
  /** ms for a whole exchange, from resolving the name to the last byte. @default 20 s */
  readonly timeout?: number | undefined;
  /** ms for resolving, connecting and TLS. @default 5 s */
  readonly connectTimeout?: number | undefined;
  /** ms from the end of the request to the end of the response's headers, and between two chunks of its body. @default 15 s */
  readonly responseTimeout?: number | undefined;
  /** Limits the bytes of a response's body that are read; then the connection is closed. @default 64 KiB */
  readonly maxResponseBytes?: number | undefined;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  /** Names are checked with `headerNameError` and values with `headerValue` where users set them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  /** Ends the attempt as a retry. */
  readonly signal?: AbortSignal | undefined;
  /** The URL as the journal has it. @default its `shownUrl`, because the path of a webhook may be a secret */
  readonly shown?: string | undefined;
  /** Names, in lower case, of headers that the journal must mask, besides those whose names say that they are secret. */
  readonly secrets?: ReadonlySet<string> | undefined;
  /** The body as the journal has it. `false` keeps none, because it holds secrets. @default the body, if it is text */
  readonly journal?: string | false | undefined;
}

/** Holds the receiver's response, maybe with a status and headers only. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body as far as it was received and read, as UTF-8. */
  readonly text: string;
  /** Reason why `text` is not the whole body. */
  readonly truncatedBy?: string | undefined;
}

/** Holds the request and its secrets for the journal, and the response, or the outcome if there was none. */
export type HttpExchange = Exchange &
  Pick<AttemptResult, "secrets"> &
  ({ readonly httpResponse: HttpResponse } | { readonly outcome: Outcome });

export interface HttpClient {
  /** Sends a request. Never follows a redirect, never decompresses, never retries. Throws only for a bug. */
  exchange(request: HttpRequest): Promise<HttpExchange>;
  close(): Promise<void>;
}

/** Limits the characters of a body that the journal keeps. */
const maxJournalBody = 16 * 1024;

/** Creates a client for HTTP/1.1 over connections made by the guard. */
export function httpClient(options: HttpOptions = {}): HttpClient {
  const { timeout = 20_000, connectTimeout = 5_000, responseTimeout = 15_000, maxResponseBytes = 64 * 1024 } = options;
  const agent = new Agent({
    allowH2: false,
    pipelining: options.keepAlive === true ? 1 : 0,
    connections: options.connections ?? null,
    headersTimeout: responseTimeout,
    bodyTimeout: responseTimeout,
    connect: guardedConnector(options, connectTimeout),
  });

  return {
    async exchange({ method, url, shown = shownUrl(url.href), headers, body, signal, secrets: names, journal }) {
      const shownBody = journal === false ? undefined : (journal ?? (typeof body === "string" ? body : undefined));
      const request: Exchange["request"] = {
        line: `${method} ${shown}`,
        headers: journalHeaders(headers, names),
        ...(shownBody !== undefined && { body: truncated(shownBody) }),
      };
      const secrets = secretsInHeaders(headers, names);
      if (signal?.aborted) return { request, secrets, outcome: stopped };
      const collector = new ResponseCollector(maxResponseBytes);
      const timer = setTimeout(() => collector.end(new DeadlineError(timeout)), timeout);
      const running = signal === undefined ? undefined : collectorsOf(signal);
      running?.add(collector);
      try {
        const { origin, pathname, search } = url;
        agent.dispatch({ origin, path: pathname + search, method, headers, body: body ?? null }, collector);
        const collected = await collector.response;
        const { status, truncatedBy } = collected;
        const text = collected.body.toString();
        const statusLine = `${status} ${collected.statusText}`.slice(0, 200).trimEnd();
        const response = { statusLine, headers: journalHeaders(collected.headers), body: truncated(text) };
        const httpResponse = {
          status,
          headers: collected.headers,
          text,
          ...(truncatedBy && { truncatedBy: truncationReason(truncatedBy, maxResponseBytes) }),
        };
        return { request, response, secrets, httpResponse };
      } catch (error) {
        return {
          request,
          secrets,
          outcome: error instanceof AbortedError ? stopped : failureOutcome(converted(error)),
        };
      } finally {
        clearTimeout(timer);
        running?.delete(collector);
      }
    },
    close: () => agent.destroy(),
  };
}

/** Returns a connector for undici over sockets of the guard. */
function guardedConnector({ guard: policy, tls }: HttpOptions, timeout: number): buildConnector.connector {
  const guard = createGuard(policy);
  const { ca, ...others } = tls ?? {};
  const secure = buildConnector({
    ...(others as object),
    ...(ca !== undefined && { ca: ca as string | string[] }),
    allowH2: false,
    minVersion: "TLSv1.2",
    timeout,
  });
  return (options, done) => {
    const isSecure = options.protocol === "https:";
    const port = Number(options.port) || (isSecure ? 443 : 80);
    guard.connect({ host: options.hostname, port, timeout }).then(
      (socket) => (isSecure ? secure({ ...options, httpSocket: socket }, done) : done(null, socket)),
      (error: Error) => done(error, null),
    );
  };
}

function truncationReason(truncatedBy: Error | "long", max: number): string {
  if (truncatedBy === "long") return `only its first ${max} bytes were read`;
  return truncatedBy instanceof AbortedError
    ? "this process was stopped"
    : (failureReason(converted(truncatedBy)) ?? truncatedBy.message);
}

const converted = (error: unknown): unknown =>
  error instanceof errors.HTTPParserError ? new HttpParseError(error.message, { cause: error }) : error;

const collectorsBySignal = new WeakMap<AbortSignal, Set<ResponseCollector>>();

/** Returns the collectors that a signal ends. All attempts of a process share one signal; a listener for each would cost more. */
function collectorsOf(signal: AbortSignal): Set<ResponseCollector> {
  let running = collectorsBySignal.get(signal);
  if (running === undefined) {
    const all = new Set<ResponseCollector>();
    running = all;
    collectorsBySignal.set(signal, all);
    signal.addEventListener("abort", () => {
      for (const collector of all) collector.end(new AbortedError());
    });
  }
  return running;
}

const truncated = (text: string): string =>
  text.length <= maxJournalBody ? text : `${text.slice(0, maxJournalBody)}… (${text.length} characters)`;

class DeadlineError extends Error {
  readonly code = "ETIMEDOUT";
  constructor(ms: number) {
    super(`no complete response within ${ms} ms`);
  }
}

class AbortedError extends Error {}

const stopped: Outcome = { kind: "retry", reason: "this process was stopped during the attempt" };
