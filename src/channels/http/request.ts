import { Agent, buildConnector } from "undici";
import { shownUrl } from "../../dispatch/index.ts";
import { createGuard, type GuardPolicy } from "../../guard/index.ts";
import type { AttemptResult, Exchange, Outcome } from "../../store/index.ts";
import { failureOutcome, failureReason } from "./failure.ts";
import { journalHeaders, secretsInHeaders } from "./header.ts";
import { ResponseCollector } from "./response-collector.ts";

/** What the client shows and accepts in TLS; texts are PEM. */
export interface HttpTls {
  /** Authorities to trust instead of the system's. */
  readonly ca?: string | readonly string[] | undefined;
  /** The client's own certificate and key, for receivers that ask (mTLS). */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly passphrase?: string | undefined;
}

export interface HttpOptions {
  readonly guard?: GuardPolicy | undefined;
  readonly tls?: HttpTls | undefined;
  /**
   * Keep connections for the next request. Only for receivers that are trusted: HTTP/1.1 has no request ids, so a hostile
   * one could answer a question that was not asked yet. @default false
   */
  readonly keepAlive?: boolean | undefined;
  /** Connections to one origin at once. @default unlimited: a destination's concurrency is the dispatcher's to limit */
  readonly connections?: number | undefined;
  /** ms for a whole exchange, from resolving the name to the last byte. @default 20 s */
  readonly timeout?: number | undefined;
  /** ms for resolving, connecting and TLS. @default 5 s */
  readonly connectTimeout?: number | undefined;
  /** ms from the end of the request to the end of the answer's headers, and between two pieces of its body. @default 15 s */
  readonly responseTimeout?: number | undefined;
  /** Bytes of an answer's body that are read; then the connection is closed. @default 64 KiB */
  readonly maxResponseBytes?: number | undefined;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  /** Their names are checked with `nameRefusal` and their values with `headerValue` where they are not ours. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  /** Ends the attempt as a retry. */
  readonly signal?: AbortSignal | undefined;
  /** The URL as the journal has it. @default `shownUrl` of it: a webhook's path may be a secret */
  readonly shown?: string | undefined;
  /** Names in lower case of headers the journal must not keep, besides those whose names say so. */
  readonly secrets?: ReadonlySet<string> | undefined;
  /** What the journal keeps as the body. `false` for nothing: it holds secrets. @default the body, if it is text */
  readonly journal?: string | false | undefined;
}

/** The receiver answered, if only with a status and headers. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As far as it came and was read, as UTF-8. */
  readonly text: string;
  /** Why `text` is not all of it. */
  readonly truncatedBy?: string | undefined;
}

/** Holds the request with its secrets, and the response, or the outcome if there was none; in the dispatcher's terms. */
export type HttpExchange = Exchange &
  Pick<AttemptResult, "secrets"> &
  ({ readonly got: HttpResponse } | { readonly outcome: Outcome });

export interface HttpClient {
  /** Never follows a redirect, never decompresses, never retries. Only a bug throws. */
  exchange(request: HttpRequest): Promise<HttpExchange>;
  close(): Promise<void>;
}

/** Characters of a body that the journal keeps. */
const journaled = 16 * 1024;

/** HTTP/1.1 over connections that the guard made. */
export function httpClient(options: HttpOptions = {}): HttpClient {
  const { timeout = 20_000, connectTimeout = 5_000, responseTimeout = 15_000, maxResponseBytes = 64 * 1024 } = options;
  const agent = new Agent({
    allowH2: false,
    pipelining: options.keepAlive === true ? 1 : 0,
    connections: options.connections ?? null,
    headersTimeout: responseTimeout,
    bodyTimeout: responseTimeout,
    connect: guarded(options, connectTimeout),
  });

  return {
    async exchange({ method, url, shown = shownUrl(url.href), headers, body, signal, secrets: names, journal }) {
      const said = journal === false ? undefined : (journal ?? (typeof body === "string" ? body : undefined));
      const request: Exchange["request"] = {
        line: `${method} ${shown}`,
        headers: journalHeaders(headers, names),
        ...(said !== undefined && { body: capped(said) }),
      };
      const secrets = secretsInHeaders(headers, names);
      if (signal?.aborted) return { request, secrets, outcome: stopped };
      const asking = new ResponseCollector(maxResponseBytes);
      const timer = setTimeout(() => asking.end(new Late(timeout)), timeout);
      const running = signal === undefined ? undefined : runningOf(signal);
      running?.add(asking);
      try {
        const { origin, pathname, search } = url;
        agent.dispatch({ origin, path: pathname + search, method, headers, body: body ?? null }, asking);
        const { status, statusText, headers: got, body: bytes, truncatedBy } = await asking.response;
        const text = bytes.toString();
        const statusLine = `${status} ${statusText}`.slice(0, 200).trimEnd();
        const response = { statusLine, headers: journalHeaders(got), body: capped(text) };
        const all = {
          status,
          headers: got,
          text,
          ...(truncatedBy && { truncatedBy: cutReason(truncatedBy, maxResponseBytes) }),
        };
        return { request, response, secrets, got: all };
      } catch (error) {
        return { request, secrets, outcome: error instanceof Stopped ? stopped : failureOutcome(error) };
      } finally {
        clearTimeout(timer);
        running?.delete(asking);
      }
    },
    close: () => agent.destroy(),
  };
}

/** The connector of undici, over sockets of the guard. */
function guarded({ guard: policy, tls }: HttpOptions, timeout: number): buildConnector.connector {
  const guard = createGuard(policy);
  const { ca, ...own } = tls ?? {};
  const secure = buildConnector({
    ...(own as object),
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

function cutReason(truncatedBy: Error | "long", max: number): string {
  if (truncatedBy === "long") return `only its first ${max} bytes were read`;
  return truncatedBy instanceof Stopped
    ? "this process was stopped"
    : (failureReason(truncatedBy) ?? truncatedBy.message);
}

const allRunning = new WeakMap<AbortSignal, Set<ResponseCollector>>();

/** What one signal ends. All attempts of a process share it, and a listener for each would cost more than this. */
function runningOf(signal: AbortSignal): Set<ResponseCollector> {
  let running = allRunning.get(signal);
  if (running === undefined) {
    const all = new Set<ResponseCollector>();
    running = all;
    allRunning.set(signal, all);
    signal.addEventListener("abort", () => {
      for (const asking of all) asking.end(new Stopped());
    });
  }
  return running;
}

const capped = (text: string): string =>
  text.length <= journaled ? text : `${text.slice(0, journaled)}… (${text.length} characters)`;

class Late extends Error {
  readonly code = "ETIMEDOUT";
  constructor(ms: number) {
    super(`no complete answer within ${ms} ms`);
  }
}

class Stopped extends Error {}

const stopped: Outcome = { kind: "retry", reason: "this process was stopped during the attempt" };
