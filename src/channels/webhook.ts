/**
 * Webhooks as Standard Webhooks 1.0.0 asks. In: an alert and a URL. Out: one signed HTTP request an attempt, the same bytes
 * each time but for timestamp and signature. Also for receivers: `verify`, and keys.
 */
import { createHash } from "node:crypto";
import type { Json } from "../base/json.ts";
import { type AttemptContext, type Channel, DestinationError, secretsOfUrl, shownUrl } from "../dispatch/index.ts";
import { createGuard } from "../guard/index.ts";
import type { AttemptResult, Delivery } from "../store/index.ts";
import { answerOutcome } from "./http/answer.ts";
import { authorizer } from "./http/auth.ts";
import { headerValue, secretsInHeaders } from "./http/header.ts";
import { httpClient } from "./http/request.ts";
import { targetUrl } from "./http/url.ts";
import { bodiless, checkWebhook, renderHeaders, splitHeaders, type WebhookOptions } from "./webhook/options.ts";
import { checkOptions, cloudEventBatchType, cloudEventType, payloadOf } from "./webhook/payload.ts";
import { signatureHeaders } from "./webhook/signature.ts";

export { DestinationError } from "../dispatch/index.ts";
export { GuardError, type GuardPolicy } from "../guard/index.ts";
export type { HttpAuth } from "./http/auth.ts";
export type { OAuth2 } from "./http/oauth2.ts";
export type { HttpOptions, HttpTls } from "./http/request.ts";
export { generateKeyPair, generateSecret } from "./webhook/keys.ts";
export type { WebhookOptions } from "./webhook/options.ts";
export type { PayloadOptions, Renderer } from "./webhook/payload.ts";
export { SignatureError, signatureHeaders, type VerifyOptions, verify } from "./webhook/signature.ts";

/** What `compose` keeps. */
interface Content {
  readonly [name: string]: Json;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

const mostAccepted = 1_000;

/**
 * `to`: a URL, or null for the one of the options. Options of a delivery: `type`, `subject` (CloudEvents), `data` (further
 * fields beside title, subtitle, body, html).
 * @throws TypeError for options that cannot work; DestinationError for a URL that cannot
 */
export function webhook(options: WebhookOptions = {}): Channel {
  checkWebhook(options);
  const { method = "POST", batch } = options;
  const guard = createGuard(options.guard);
  const fixedUrl = options.url === undefined ? undefined : targetUrl(options.url, "the channel's url");
  const isSecret = options.auth !== undefined || options.tls?.key !== undefined;
  const { statics, templates, secretNames } = splitHeaders(options.headers ?? {}, options.secretHeaders);
  const batched = batch !== undefined;
  if (batched && templates.length > 0) throw new TypeError("one request for several alerts has no header templates");
  const single = options.cloudEvents === undefined ? (options.contentType ?? "application/json") : cloudEventType;
  const contentType = batched && options.cloudEvents !== undefined ? cloudEventBatchType : single;
  const always = {
    "user-agent": "tocsin",
    ...(!bodiless.has(method) && { "content-type": headerValue("content-type", contentType) }),
    ...statics,
  };
  const client = httpClient(options);
  const auth = authorizer(options.auth, client);
  const secretHeaders = new Set([...secretNames, ...auth.names]);
  const fixedKeys = Array.isArray(options.keys) ? options.keys : [];

  const parse = (to: Json): URL => {
    if (to !== null) return isSecret && fixedUrl !== undefined ? sameOrigin(targetUrl(to), fixedUrl) : targetUrl(to);
    if (fixedUrl === undefined) throw new DestinationError("a webhook goes to a URL: `to`, or the channel's url");
    return fixedUrl;
  };
  /** Most deliveries go where others went; what `accept` found out of their URLs is kept. */
  const accepted = new Map<Json, URL>();

  const accept = (to: Json): URL => {
    const url = parse(to);
    try {
      guard.check(url.hostname, Number(url.port) || (url.protocol === "https:" ? 443 : 80));
    } catch (error) {
      throw new DestinationError((error as Error).message, { cause: error });
    }
    if (accepted.size >= mostAccepted) accepted.clear();
    accepted.set(to, url);
    return url;
  };

  /** One request for deliveries of one URL, under one id. */
  const post = async (
    to: Json,
    id: string,
    content: Content,
    { now, signal }: AttemptContext,
  ): Promise<AttemptResult> => {
    const url = accepted.get(to) ?? accept(to);
    const got = auth.authorize(now, signal);
    const authorized = got instanceof Promise ? await got : got;
    if ("outcome" in authorized)
      return { request: { line: `${method} ${shownUrl(url.href)}` }, outcome: authorized.outcome };
    const keys = typeof options.keys === "function" ? options.keys(url.href) : options.keys;
    const seconds = Math.floor(now / 1000);
    const body = bodiless.has(method) ? undefined : content.body;
    const said = await client.exchange({
      method,
      url,
      headers: {
        ...always,
        ...content.headers,
        ...authorized.headers,
        ...(keys === undefined || keys.length === 0
          ? { "webhook-id": id, "webhook-timestamp": `${seconds}` }
          : signatureHeaders(id, seconds, body ?? "", keys)),
      },
      body,
      signal,
      secrets: secretHeaders,
    });
    const secrets = [...(said.secrets ?? []), ...(authorized.before ?? []), ...(keys ?? []).flatMap(secretsOfKey)];
    if ("outcome" in said) return { ...said, secrets };
    const { request, response, got: answered } = said;
    if (answered.status === 401) auth.refused();
    const outcome = answerOutcome(answered, response?.statusLine ?? "", now, options.permanentStatuses);
    return { request: request!, response: response!, outcome, secrets };
  };

  /** Where the options no longer allow what they did at hand-over, that is what the journal says. */
  const attempt = async (
    to: Json,
    id: string,
    content: Content,
    attempting: AttemptContext,
  ): Promise<AttemptResult> => {
    try {
      return await post(to, id, content, attempting);
    } catch (error) {
      if (!(error instanceof DestinationError)) throw error;
      return { outcome: { kind: "rejected", reason: error.message } };
    }
  };

  const sendBatch = async (
    deliveries: readonly Delivery[],
    attempting: AttemptContext,
  ): Promise<readonly AttemptResult[]> => {
    const [first] = deliveries;
    if (first === undefined) return [];
    const bodies = deliveries.map(({ content }) => (content as Content).body);
    const content = { headers: {}, body: `[${bodies.join(",")}]` };
    const sent = await attempt(first.to, batchId(deliveries), content, attempting);
    return deliveries.map(() => sent);
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
    accept(to, asked = {}) {
      checkOptions(asked);
      const url = accepted.get(to) ?? accept(to);
      return { destination: url.href };
    },
    withTrigger: (given, trigger) => ({ ...given, data: { ...(given?.data as object | undefined), trigger } }),
    compose(draft): Content {
      const marked = templates.map(([name]) => name).filter((name) => secretNames.has(name));
      return {
        headers: renderHeaders(templates, draft, options),
        ...(marked.length > 0 && { secretHeaders: marked }),
        body: payloadOf(draft, options, batched),
      };
    },
    async send(delivery, attempting) {
      if (batched) return (await sendBatch([delivery], attempting))[0]!;
      return attempt(delivery.to, delivery.id, delivery.content as Content, attempting);
    },
    ...(batched && { batch, sendBatch }),
    close: () => client.close(),
  };
}

/** The same for the same deliveries, and for one its own. */
function batchId(deliveries: readonly Delivery[]): string {
  const ids = deliveries.map(({ id }) => id);
  return ids.length === 1 ? ids[0]! : `batch_${createHash("sha256").update(ids.join(" ")).digest("hex").slice(0, 32)}`;
}

/** The key as it is written, and without its prefix. */
const secretsOfKey = (key: string): readonly string[] => [key, key.slice(key.indexOf("_") + 1)];

function sameOrigin(url: URL, allowed: URL): URL {
  if (url.origin === allowed.origin) return url;
  throw new DestinationError(`this channel has secrets of ${allowed.origin}, which ${url.origin} must not get`);
}
