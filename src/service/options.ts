import type { Channel, Dispatcher } from "../dispatch/index.ts";
import type { LintOptions, TemplateOptions } from "../index.ts";
import type { Health } from "../observe/index.ts";
import type { EngineStore } from "../store/index.ts";
import type { Engine } from "../triggers/index.ts";
import type { WorkerPool } from "../workers/index.ts";
import type { Evaluation } from "./evaluation.ts";

export interface ServiceOptions {
  readonly engine: Engine;
  readonly store: EngineStore;
  readonly dispatcher: Dispatcher;
  /** By name; only names and kinds are told. */
  readonly channels: { readonly [name: string]: Channel };
  /**
   * For previews. They run in workers, under `previewLimits` of the library or lower ones of these; with functions of your own, which
   * a worker has no code for, or `random`, on the event loop, under the same limits.
   */
  readonly templates?: TemplateOptions | undefined;
  /** What holds for lint unless a request says otherwise. */
  readonly lint?: LintOptions | undefined;
  /** For what callers ask to be evaluated and for large bodies; is not closed here. @default one of its own, by `limits.workers` */
  readonly workers?: WorkerPool | undefined;
  /** ms since 1970. @default Date.now */
  readonly clock?: (() => number) | undefined;
  readonly limits?:
    | (Partial<Omit<ServiceLimits, "workers">> & { readonly workers?: Partial<WorkerLimits> })
    | undefined;
  /** Told of every request, by its route, and of what failed here; never of who it was about. @default none */
  readonly log?: ServiceLog | undefined;
  /** What the document says. */
  readonly version: string;
  /** `/healthz`. @default whether the store answers */
  readonly health?: Health | undefined;
  /** `/metrics`, which needs a key unless `publicMetrics`. @default none */
  readonly metrics?: { readonly contentType: string; text(): Promise<string> } | undefined;
  /** @default false */
  readonly publicMetrics?: boolean | undefined;
  /** `/openapi.json` and the page `/docs`, without a key. @default true */
  readonly docs?: boolean | undefined;
  /**
   * Addresses of proxies whose `X-Forwarded-For` is believed, as CIDR or names such as `loopback`. If there is one that is not
   * named here, all that comes through it counts as one address: that is warned of when it is seen, and at the start of a
   * service on a loopback address unless the list is given, be it empty. @default none
   */
  readonly trustedProxies?: readonly string[] | undefined;
}

/** As pino's. */
export interface ServiceLog {
  info(about: object, message: string): void;
  warn(about: object, message: string): void;
  error(about: object, message: string): void;
}

export interface ServiceLimits {
  /** Bytes of a body, inflated, and of each of several payloads. @default 1 MiB */
  readonly body: number;
  /** The same of what is collected, and of profiles in bulk. @default 10 MiB */
  readonly bulk: number;
  /** Requests of one key, or signed ones of one stream: at most `count` in `per` ms. @default 6,000 a minute */
  readonly rate: { readonly count: number; readonly per: number };
  /**
   * Requests answered with a 4xx status to one address that had neither a key nor a signature that holds; IPv6 addresses of
   * one /64 are one. @default 120 a minute
   */
  readonly unauthenticated: { readonly count: number; readonly per: number };
  /**
   * Bodies of all requests that are not answered yet: at most `count`, and at most `bytes` of what has come in of them, of
   * what that is inflated, and 64 for each value in it. Beyond, 503 with `Retry-After`. @default 1,000 and 64 MiB
   */
  readonly inFlight: { readonly count: number; readonly bytes: number };
  /**
   * Of these, signed ones whose signature has not been looked at yet, which takes the whole body. One has to come in within
   * `time` ms; once there are more than `count`, the oldest is ended that took more than 1 s. @default 32, 8 MiB, 10,000 ms
   */
  readonly unverified: { readonly count: number; readonly bytes: number; readonly time: number };
  /** How long answers to requests with an idempotency key are kept, in ms. @default 24 h */
  readonly idempotencyTtl: number;
  /** How long a request may take to come in, in ms. @default 60,000 */
  readonly request: number;
  /** How long `close` waits for requests, in ms. @default 10,000 */
  readonly shutdownTimeout: number;
  /** Limits of the threads that evaluate what callers wrote. */
  readonly workers: WorkerLimits;
}

export interface WorkerLimits {
  /** Number of threads; each takes some 40 MiB once it was used. 0: everything runs on the event loop. @default 2 */
  readonly size: number;
  /** Bytes that one may use, a loaded one's own 20 MiB among them. @default 128 MiB */
  readonly memory: number;
  /** CPU time of one request, in ms; then it is ended. @default 5,000 */
  readonly time: number;
  /** Requests that may wait for them together; beyond, they are answered with 503. @default 50 */
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

/** What routes go by: the options with their defaults. */
export interface RouteDeps extends Omit<ServiceOptions, "clock" | "limits" | "workers"> {
  readonly clock: () => number;
  readonly limits: ServiceLimits;
  /** Evaluates what callers wrote. */
  readonly evaluation: Evaluation;
  /** Undefined if everything runs on the event loop. */
  readonly workers: WorkerPool | undefined;
}
