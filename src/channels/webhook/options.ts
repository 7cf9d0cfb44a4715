import type { Channel, DestinationLimits, Draft, RetryPolicy } from "../../dispatch/index.ts";
import type { HttpAuth } from "../http/auth.ts";
import type { HttpOptions } from "../http/client.ts";
import { headerNameError, headerValue } from "../http/header.ts";
import { parseKey } from "./keys.ts";
import { checkPayloadOptions, makesJson, type PayloadOptions, type Renderer, templateData } from "./payload.ts";

export interface WebhookOptions extends HttpOptions, PayloadOptions {
  /** URL for deliveries whose `to` is null. Others go to the URL in their `to`. */
  readonly url?: string | undefined;
  /**
   * Keys that all sign: `whsec_…` (HMAC-SHA256) or `whsk_…` (ed25519). A function returns the keys of one URL, for receivers with
   * keys of their own. @default none, and so no signature
   */
  readonly keys?: readonly string[] | ((url: string) => readonly string[]) | undefined;
  /** @default "POST" */
  readonly method?: string | undefined;
  /**
   * Further headers: texts, or templates with the data of the body's template. Headers of HTTP itself and `webhook-*` are reserved.
   * The journal keeps a value unless its name says that it is a secret (`x-api-key`, `x-token`), or `secretHeaders` lists it.
   */
  readonly headers?: Readonly<Record<string, string | Renderer>> | undefined;
  /** Names of `headers` whose values are secrets although the names do not say so. @default none */
  readonly secretHeaders?: readonly string[] | undefined;
  /** Needs `url` or the guard's `hosts`, so that secrets are sent only to permitted hosts. */
  readonly auth?: HttpAuth | undefined;
  /** Status codes that are not retried. @default 400, 405, 413, 414, 415, 422, 431 */
  readonly permanentStatuses?: readonly number[] | undefined;
  /** Sends several alerts in one request, as a JSON array of their payloads, each with its id. @default none */
  readonly batch?: Channel["batch"];
  readonly retry?: RetryPolicy | undefined;
  readonly limits?: DestinationLimits | undefined;
}

/** Methods without a body. */
export const bodilessMethods: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/** Checks options as far as possible before anything is sent. Throws TypeError. */
export function checkWebhookOptions(options: WebhookOptions): void {
  const { method = "POST", keys, auth, tls, url, guard, batch } = options;
  if (!/^[A-Z]+$/.test(method) || method === "CONNECT" || method === "TRACE") {
    throw new TypeError(`method: ${JSON.stringify(method)} cannot be used; write POST, PUT, PATCH, DELETE or GET`);
  }
  checkPayloadOptions(options);
  if (Array.isArray(keys)) keys.forEach(checkSigningKey);
  if ((auth !== undefined || tls?.key !== undefined) && url === undefined && guard?.hosts === undefined) {
    throw new TypeError("auth and tls.key need url or guard.hosts, so that secrets are sent to no other host");
  }
  if (batch !== undefined && (!makesJson(options) || bodilessMethods.has(method))) {
    throw new TypeError("batch needs a JSON body: remove contentType, or use a method with a body");
  }
}

function checkSigningKey(text: string): void {
  const key = parseKey(text);
  if (key.secret === undefined) throw new TypeError("a whpk_ key cannot sign; use its whsk_ key");
}

type HeaderTemplates = readonly (readonly [name: string, template: Renderer])[];

/** Splits headers into fixed ones and templates, which are rendered for each delivery. Throws TypeError. */
export function splitHeaders(
  headers: Readonly<Record<string, string | Renderer>>,
  secretHeaders: readonly string[] = [],
) {
  const statics: Record<string, string> = {};
  const templates: (readonly [name: string, template: Renderer])[] = [];
  for (const [key, value] of Object.entries(headers)) {
    const name = key.toLowerCase();
    const problem =
      name === "content-type" ? "headers: set content-type with the option contentType" : headerNameError(name);
    if (problem !== undefined) throw new TypeError(problem);
    if (typeof value === "string") statics[name] = headerValue(name, value);
    else templates.push([name, value]);
  }
  return { statics, templates, secretNames: new Set(secretHeaders.map((name) => name.toLowerCase())) };
}

/** Renders the header templates for a delivery. Throws DestinationError, and errors of the templates. */
export function renderHeaders(
  templates: HeaderTemplates,
  draft: Draft,
  options: PayloadOptions,
): { readonly [name: string]: string } {
  if (templates.length === 0) return {};
  const data = templateData(draft, options);
  return Object.fromEntries(templates.map(([name, template]) => [name, headerValue(name, template.render(data))]));
}
