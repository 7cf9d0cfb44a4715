/**
 * Sends webhooks as Standard Webhooks 1.0.0 asks. In: an alert and a URL. Out: one signed HTTP request per attempt, with the same bytes
 * each time except for timestamp and signature. Receivers use `verify` and keys from here, too.
 */
import { createHash } from "node:crypto";
import type { Json } from "../base/json.ts";
import { type AttemptContext, type Channel, DestinationError } from "../dispatch/index.ts";
import { secretsOfUrl, shownUrl } from "../dispatch/secrets/url.ts";
import { createGuard } from "../guard/index.ts";
import type { AttemptResult, Delivery } from "../store/index.ts";
import { authorizer } from "./http/auth.ts";
import { httpClient } from "./http/client.ts";
import { headerValue, secretsInHeaders } from "./http/header.ts";
import { responseOutcome } from "./http/response-outcome.ts";
import { targetUrl } from "./http/url.ts";
import {
  bodilessMethods,
  checkWebhookOptions,
  renderHeaders,
  splitHeaders,
  type WebhookOptions,
} from "./webhook/options.ts";
import { checkDeliveryOptions, cloudEventBatchType, cloudEventType, renderPayload } from "./webhook/payload.ts";
import { signatureHeaders } from "./webhook/signature.ts";

export { DestinationError } from "../dispatch/index.ts";
export { GuardError, type GuardPolicy } from "../guard/index.ts";
export type { HttpAuth } from "./http/auth.ts";
export type { HttpOptions, HttpTls } from "./http/client.ts";
export type { OAuth2 } from "./http/oauth2.ts";
export { generateKeyPair, generateSecret } from "./webhook/keys.ts";
export type { WebhookOptions } from "./webhook/options.ts";
export type { PayloadOptions, Renderer } from "./webhook/payload.ts";
export { SignatureError, signatureHeaders, type VerifyOptions, verify } from "./webhook/signature.ts";

/** Describes the content that `compose` makes. */
interface Content {
  readonly [name: string]: Json;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

const maxAcceptedUrls = 1_000;

/**
 * Creates a channel that sends webhooks. `to` is a URL, or null for the URL of the options. Options of a delivery: `type`, `subject`
 * (CloudEvents), `data` (further fields beside title, subtitle, body, html).
 * @throws TypeError for invalid options; DestinationError for an invalid URL
 */
export function webhook(options: WebhookOptions = {}): Channel {
  checkWebhookOptions(options);
  const { method = "POST", batch } = options;
  const guard = createGuard(options.guard);
  const fixedUrl = options.url === undefined ? undefined : targetUrl(options.url, "the channel's url");
  const hasSecrets = options.auth !== undefined || options.tls?.key !== undefined;
  const { statics, templates, secretNames } = splitHeaders(options.headers ?? {}, options.secretHeaders);
  const isBatched = batch !== undefined;
  if (isBatched && templates.length > 0)
    throw new TypeError("batch cannot be used with header templates: one request has several alerts");
  const single = options.cloudEvents === undefined ? (options.contentType ?? "application/json") : cloudEventType;
  const contentType = isBatched && options.cloudEvents !== undefined ? cloudEventBatchType : single;
  const fixedHeaders = {
    "user-agent": "tocsin",
    ...(!bodilessMethods.has(method) && { "content-type": headerValue("content-type", contentType) }),
    ...statics,
  };
  const client = httpClient(options);
  const auth = authorizer(options.auth, client);
  const secretHeaders = new Set([...secretNames, ...auth.headerNames]);
  const fixedKeys = Array.isArray(options.keys) ? options.keys : [];

  const parseTarget = (to: Json): URL => {
    if (to !== null) return hasSecrets && fixedUrl !== undefined ? sameOrigin(targetUrl(to), fixedUrl) : targetUrl(to);
    if (fixedUrl === undefined) throw new DestinationError("no URL to send to: set `to`, or the channel's url");
    return fixedUrl;
  };
  /** Checked URLs by `to`, because most deliveries go where others went. */
  const acceptedUrls = new Map<Json, URL>();

  const checkTarget = (to: Json): URL => {
    const url = parseTarget(to);
    try {
      guard.check(url.hostname, Number(url.port) || (url.protocol === "https:" ? 443 : 80));
    } catch (error) {
      throw new DestinationError((error as Error).message, { cause: error });
    }
    if (acceptedUrls.size >= maxAcceptedUrls) acceptedUrls.clear();
    acceptedUrls.set(to, url);
    return url;
  };

  /** Sends one request, under one id, for deliveries to one URL. */
  const post = async (
    to: Json,
    id: string,
    content: Content,
    { now, signal }: AttemptContext,
  ): Promise<AttemptResult> => {
    const url = acceptedUrls.get(to) ?? checkTarget(to);
    // Awaited only if it is a promise, which saves a turn of the event loop for fixed credentials.
    const pending = auth.authorize(now, signal);
    const authorization = pending instanceof Promise ? await pending : pending;
    if ("outcome" in authorization)
      return { request: { line: `${method} ${shownUrl(url.href)}` }, outcome: authorization.outcome };
    const keys = typeof options.keys === "function" ? options.keys(url.href) : options.keys;
    const seconds = Math.floor(now / 1000);
    const body = bodilessMethods.has(method) ? undefined : content.body;
    const exchange = await client.exchange({
      method,
      url,
      headers: {
        ...fixedHeaders,
        ...content.headers,
        ...authorization.headers,
        ...(keys === undefined || keys.length === 0
          ? { "webhook-id": id, "webhook-timestamp": `${seconds}` }
          : signatureHeaders(id, seconds, body ?? "", keys)),
      },
      body,
      signal,
      secrets: secretHeaders,
    });
    const { previousSecrets = [] } = authorization;
    const secrets = [...(exchange.secrets ?? []), ...previousSecrets, ...(keys ?? []).flatMap(secretsOfKey)];
    if ("outcome" in exchange) return { ...exchange, secrets };
    const { request, response, httpResponse } = exchange;
    if (httpResponse.status === 401) auth.invalidate();
    const outcome = responseOutcome(httpResponse, response?.statusLine ?? "", now, options.permanentStatuses);
    return { request: request!, response: response!, outcome, secrets };
  };

  /** Makes an attempt. It is rejected if the options no longer allow what they allowed when the delivery was queued. */
  const attempt = async (to: Json, id: string, content: Content, context: AttemptContext): Promise<AttemptResult> => {
    try {
      return await post(to, id, content, context);
    } catch (error) {
      if (!(error instanceof DestinationError)) throw error;
      return { outcome: { kind: "rejected", reason: error.message } };
    }
  };

  const sendBatch = async (
    deliveries: readonly Delivery[],
    context: AttemptContext,
  ): Promise<readonly AttemptResult[]> => {
    const [first] = deliveries;
    if (first === undefined) return [];
    const bodies = deliveries.map(({ content }) => (content as Content).body);
    const content = { headers: {}, body: `[${bodies.join(",")}]` };
    const result = await attempt(first.to, batchId(deliveries), content, context);
    return deliveries.map(() => result);
  };

  return {
    kind: "webhook",
    secrets: [
      ...auth.secrets,
      ...fixedKeys.flatMap(secretsOfKey),
      ...secretsInHeaders(statics, secretHeaders),
      ...(options.url === undefined ? [] : secretsOfUrl(options.url)),
      ...(options.tls?.passphrase === undefined ? [] : [options.tls.passphrase]),
    ],
    retry: options.retry,
    limits: options.limits,
    accept(to, deliveryOptions = {}) {
      checkDeliveryOptions(deliveryOptions);
      const url = acceptedUrls.get(to) ?? checkTarget(to);
      return { destination: url.href };
    },
    withTrigger: (given, trigger) => ({ ...given, data: { ...(given?.data as object | undefined), trigger } }),
    compose(draft): Content {
      const secretTemplates = templates.map(([name]) => name).filter((name) => secretNames.has(name));
      return {
        headers: renderHeaders(templates, draft, options),
        ...(secretTemplates.length > 0 && { secretHeaders: secretTemplates }),
        body: renderPayload(draft, options, isBatched),
      };
    },
    async send(delivery, context) {
      if (isBatched) return (await sendBatch([delivery], context))[0]!;
      return attempt(delivery.to, delivery.id, delivery.content as Content, context);
    },
    ...(isBatched && { batch, sendBatch }),
    close: () => client.close(),
  };
}

/** Returns the id of a batch: the same for the same deliveries, and a single delivery's own. */
function batchId(deliveries: readonly Delivery[]): string {
  const ids = deliveries.map(({ id }) => id);
  return ids.length === 1 ? ids[0]! : `batch_${createHash("sha256").update(ids.join(" ")).digest("hex").slice(0, 32)}`;
}

/** Returns a key as it is written, and without its prefix. */
const secretsOfKey = (key: string): readonly string[] => [key, key.slice(key.indexOf("_") + 1)];

function sameOrigin(url: URL, allowed: URL): URL {
  if (url.origin === allowed.origin) return url;
  throw new DestinationError(
    `this channel has secrets for ${allowed.origin}, so it does not send to ${url.origin}; use another channel`,
  );
}
