import type { Channel, Dispatcher } from "../dispatch/index.ts";
import type { TemplateOptions } from "../index.ts";
import type { LintOptions } from "../lint/index.ts";
import type { Health } from "../observe/index.ts";
import type { EngineStore } from "../store/index.ts";
import type { Engine } from "../triggers/index.ts";
import type { WorkerPool } from "../workers/index.ts";
import type { Evaluation } from "./evaluation.ts";

export interface ServiceOptions {
  readonly engine: Engine;
  readonly store: EngineStore;
  readonly dispatcher: Dispatcher;
  /** Channels by name. The API shows their names and kinds only. */
  readonly channels: { readonly [name: string]: Channel };
  /**
   * Options of templates for previews. Previews run in workers, under `previewLimits` of the library or lower limits of these options.
   * With functions of your own, which a worker has no code for, or with `random`, they run on the event loop under the same limits.
   */
  readonly templates?: TemplateOptions | undefined;
  /** Options of lint that a request may override. */
  readonly lint?: LintOptions | undefined;
  /** Evaluates templates of callers and parses large bodies. The service does not close it. @default a pool of its own, by `limits.workers` */
  readonly workers?: WorkerPool | undefined;
  /** Returns the time in ms since 1970. @default Date.now */
  readonly clock?: (() => number) | undefined;
  readonly limits?:
    | (Partial<Omit<ServiceLimits, "workers">> & { readonly workers?: Partial<WorkerLimits> })
    | undefined;
  /** Receives every request with its route, and internal failures; never a path, profile or address of a customer. @default none */
  readonly log?: ServiceLog | undefined;
  /** Version in the OpenAPI document. */
  readonly version: string;
  /** Health for `/healthz`. @default whether the store responds */
  readonly health?: Health | undefined;
  /** Text of `/metrics`, which needs a key unless `publicMetrics`. @default none */
  readonly metrics?: { readonly contentType: string; text(): Promise<string> } | undefined;
  /** Serves `/metrics` without a key. @default false */
  readonly publicMetrics?: boolean | undefined;
  /** Serves `/openapi.json` and the page `/docs`, without a key. @default true */
  readonly docs?: boolean | undefined;
  /**
   * Addresses of proxies whose `X-Forwarded-For` is trusted, as CIDR blocks or names such as `loopback`. All requests through a proxy
   * that is missing here count as one address. The service warns when it sees such a proxy, and when it starts on a loopback
   * address without a list, even an empty one. @default none
   */
  readonly trustedProxies?: readonly string[] | undefined;
}

/** Accepts log lines, as pino does. */
export interface ServiceLog {
  info(about: object, message: string): void;
  warn(about: object, message: string): void;
  error(about: object, message: string): void;
}

export interface ServiceLimits {
  /** Maximum bytes of a body, decoded, and of each of several payloads. @default 1 MiB */
  readonly body: number;
  /** Maximum bytes of a body with collected events, or with profiles in bulk. @default 10 MiB */
  readonly bulk: number;
  /** Requests of one key, or signed requests of one stream: at most `count` in `per` ms. @default 6,000 a minute */
  readonly rate: { readonly count: number; readonly per: number };
  /**
   * 4xx responses to one address without a valid key or signature: at most `count` in `per` ms, then 429. IPv6 addresses of one /64
   * count as one. @default 120 a minute
   */
  readonly unauthenticated: { readonly count: number; readonly per: number };
  /**
   * Bodies of all requests in flight: at most `count`, and at most `bytes` in all, counting the bytes that have arrived, the decoded
   * ones, and 64 for each JSON value. Beyond, 503 with `Retry-After`. @default 1,000 and 64 MiB
   */
  readonly inFlight: { readonly count: number; readonly bytes: number };
  /**
   * Limits signed bodies whose signature is not verified yet, which takes the whole body. One has to arrive within `time` ms.
   * When there are more than `count`, the oldest is ended if it has taken more than 1 s. @default 32, 8 MiB, 10,000 ms
   */
  readonly unverified: { readonly count: number; readonly bytes: number; readonly time: number };
  /** Time in ms for which responses to requests with an idempotency key are kept. @default 24 h */
  readonly idempotencyTtl: number;
  /** Maximum time for a request to arrive, in ms. @default 60,000 */
  readonly request: number;
  /** Maximum time that `close` waits for requests, in ms. @default 10,000 */
  readonly shutdownTimeout: number;
  /** Limits of worker threads. */
  readonly workers: WorkerLimits;
}

export interface WorkerLimits {
  /** Number of threads; each takes about 40 MiB once it was used. 0: everything runs on the event loop. @default 2 */
  readonly size: number;
  /** Maximum bytes of one thread, including about 20 MiB of its own. @default 128 MiB */
  readonly memory: number;
  /** Maximum CPU time of one request, in ms. @default 5,000 */
  readonly time: number;
  /** Maximum number of requests that wait for a thread; beyond, 503. @default 50 */
  readonly queue: number;
}

export const defaultLimits: ServiceLimits = {
  body: 2 ** 20,
  bulk: 10 * 2 ** 20,
  rate: { count: 6_000, per: 60_000 },
  unauthenticated: { count: 120, per: 60_000 },
  inFlight: { count: 1_000, bytes: 64 * 2 ** 20 },
  unverified: { count: 32, bytes: 8 * 2 ** 20, time: 10_000 },
  idempotencyTtl: 86_400_000,
  request: 60_000,
  shutdownTimeout: 10_000,
  workers: { size: 2, memory: 128 * 2 ** 20, time: 5_000, queue: 50 },
};

/** Dependencies of routes: the options with their defaults. */
export interface RouteDeps extends Omit<ServiceOptions, "clock" | "limits" | "workers"> {
  readonly clock: () => number;
  readonly limits: ServiceLimits;
  /** Evaluates templates of callers. */
  readonly evaluation: Evaluation;
  /** Undefined if everything runs on the event loop. */
  readonly workers: WorkerPool | undefined;
}
