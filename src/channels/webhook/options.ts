import type { Channel, DestinationLimits, Draft, RetryPolicy } from "../../dispatch/index.ts";
import type { HttpAuth } from "../http/auth.ts";
import { headerValue, nameRefusal } from "../http/header.ts";
import type { HttpOptions } from "../http/request.ts";
import { parseKey } from "./keys.ts";
import { checkPayload, isJson, type PayloadOptions, type Renderer, templateData } from "./payload.ts";

export interface WebhookOptions extends HttpOptions, PayloadOptions {
  /** Where to, for deliveries whose `to` is null. Others go to the URL that their `to` is. */
  readonly url?: string | undefined;
  /**
   * Keys that sign, all of them: `whsec_…` (HMAC-SHA256) or `whsk_…` (ed25519). A function is asked for those of one URL,
   * for receivers with keys of their own. @default none, and so no signature
   */
  readonly keys?: readonly string[] | ((url: string) => readonly string[]) | undefined;
  /** @default "POST" */
  readonly method?: string | undefined;
  /**
   * Further headers: texts, or templates that see what the body's template sees. Not those of HTTP itself, nor `webhook-*`.
   * The journal keeps them unless a name says that its value is a secret (`x-api-key`, `x-token`), or `secretHeaders` has it.
   */
  readonly headers?: Readonly<Record<string, string | Renderer>> | undefined;
  /** Names of `headers` whose values are secrets though the names do not say so. @default none */
  readonly secretHeaders?: readonly string[] | undefined;
  /** Needs `url` or the guard's `hosts`, so that what is secret goes only where it may. */
  readonly auth?: HttpAuth | undefined;
  /** Status codes that are not tried again. @default 400, 405, 413, 414, 415, 422, 431 */
  readonly permanentStatuses?: readonly number[] | undefined;
  /** Several alerts in one request, as a JSON array of what would have been sent, each with its id. @default none */
  readonly batch?: Channel["batch"];
  readonly retry?: RetryPolicy | undefined;
  readonly limits?: DestinationLimits | undefined;
}

/** Methods that carry no body. */
export const bodiless: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/** What of the options can be told to be wrong before anything is sent. Throws TypeError. */
export function checkWebhook(options: WebhookOptions): void {
  const { method = "POST", keys, auth, tls, url, guard, batch } = options;
  if (!/^[A-Z]+$/.test(method) || method === "CONNECT" || method === "TRACE") {
    throw new TypeError(`a webhook is not sent by the method ${JSON.stringify(method)}`);
  }
  checkPayload(options);
  if (Array.isArray(keys)) keys.forEach(checkKey);
  if ((auth !== undefined || tls?.key !== undefined) && url === undefined && guard?.hosts === undefined) {
    throw new TypeError("auth and a client certificate need url or guard.hosts, so that no other host is shown them");
  }
  if (batch !== undefined && (!isJson(options) || bodiless.has(method))) {
    throw new TypeError("a batch is a JSON array, in a body");
  }
}

function checkKey(text: string): void {
  const key = parseKey(text);
  if (key.secret === undefined) throw new TypeError("a whpk_ key cannot sign; its whsk_ can");
}

type HeaderTemplates = readonly (readonly [name: string, template: Renderer])[];

/** Those that are always the same, and those that are rendered for each delivery. Throws TypeError. */
export function splitHeaders(
  headers: Readonly<Record<string, string | Renderer>>,
  secretHeaders: readonly string[] = [],
) {
  const statics: Record<string, string> = {};
  const templates: (readonly [name: string, template: Renderer])[] = [];
  for (const [written, value] of Object.entries(headers)) {
    const name = written.toLowerCase();
    const why = name === "content-type" ? "the content type is the option contentType" : nameRefusal(name);
    if (why !== undefined) throw new TypeError(why);
    if (typeof value === "string") statics[name] = headerValue(name, value);
    else templates.push([name, value]);
  }
  return { statics, templates, secretNames: new Set(secretHeaders.map((name) => name.toLowerCase())) };
}

export function renderHeaders(
  templates: HeaderTemplates,
  draft: Draft,
  options: PayloadOptions,
): { readonly [name: string]: string } {
  if (templates.length === 0) return {};
  const data = templateData(draft, options);
  return Object.fromEntries(templates.map(([name, template]) => [name, headerValue(name, template.render(data))]));
}
