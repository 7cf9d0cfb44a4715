import type { Channel, Dispatcher } from "../dispatch/index.ts";
import type { LintOptions, TemplateOptions } from "../index.ts";
import type { Health } from "../observe/index.ts";
import type { Engine, ProgramStore } from "../triggers/index.ts";

export interface ServiceOptions {
  readonly engine: Engine;
  readonly store: ProgramStore;
  readonly dispatcher: Dispatcher;
  /** By name; only names and kinds are told. */
  readonly channels: { readonly [name: string]: Channel };
  /** For previews. */
  readonly templates?: TemplateOptions | undefined;
  /** What holds for lint unless a request says otherwise. */
  readonly lint?: LintOptions | undefined;
  /** ms since 1970. @default Date.now */
  readonly clock?: (() => number) | undefined;
  readonly limits?: Partial<ServiceLimits> | undefined;
  /** Told of every request, by its route, and of what failed here; never of who it was about. @default none */
  readonly log?: ServiceLog | undefined;
  /** What the document says. */
  readonly version: string;
  /** `/healthz`. @default whether the store answers */
  readonly health?: Health | undefined;
  /** `/metrics`, which needs a key unless `openMetrics`. @default none */
  readonly metrics?: { readonly contentType: string; text(): Promise<string> } | undefined;
  /** @default false */
  readonly openMetrics?: boolean | undefined;
  /** `/openapi.json` and the page `/docs`, without a key. @default true */
  readonly docs?: boolean | undefined;
  /**
   * Addresses of proxies whose `X-Forwarded-For` is believed, as CIDR or names such as `loopback`. If there is one that is not
   * named here, all that comes through it counts as one address: that is warned of when it is seen, and at the start of a
   * service on a loopback address unless the list is given, be it empty. @default none
   */
  readonly proxies?: readonly string[] | undefined;
}

/** As pino's. */
export interface ServiceLog {
  info(about: object, message: string): void;
  warn(about: object, message: string): void;
  error(about: object, message: string): void;
}

export interface ServiceLimits {
  /** Bytes of a body, inflated. @default 1 MiB */
  readonly body: number;
  /** The same of what is collected, and of profiles in bulk. @default 10 MiB */
  readonly bulk: number;
  /** Requests of one key, or signed ones of one stream: at most `count` in `per` ms. @default 6,000 a minute */
  readonly rate: { readonly count: number; readonly per: number };
  /** Requests without a key that holds, of one address. @default 120 a minute */
  readonly strangers: { readonly count: number; readonly per: number };
  /** How long answers to requests with an idempotency key are kept, in ms. @default 24 h */
  readonly answers: number;
  /** How long a request may take to come in, in ms. @default 60,000 */
  readonly request: number;
  /** How long `close` waits for requests, in ms. @default 10,000 */
  readonly grace: number;
}

export const defaultLimits: ServiceLimits = {
  body: 2 ** 20,
  bulk: 10 * 2 ** 20,
  rate: { count: 6_000, per: 60_000 },
  strangers: { count: 120, per: 60_000 },
  answers: 86_400_000,
  request: 60_000,
  grace: 10_000,
};

/** What routes go by: the options with their defaults. */
export interface Surroundings extends Omit<ServiceOptions, "clock" | "limits"> {
  readonly clock: () => number;
  readonly limits: ServiceLimits;
}
