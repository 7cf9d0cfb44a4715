import type { Json } from "../../base/json.ts";
import { DestinationError, type Draft } from "../../dispatch/index.ts";
import type { Alert } from "../../store/index.ts";

/** A compiled template, or anything like it. */
export interface Renderer {
  render(data: unknown): string;
}

/** How the body is made. */
export interface PayloadOptions {
  /** What happened, in words with dots between them: letters, digits, `_`. A delivery's option `type` wins. @default "alert" */
  readonly type?: string | undefined;
  /**
   * The whole body (for CloudEvents: its `data`). The template sees `{ alert, profile, id, type, timestamp, channel,
   * options }`; compiled with `escape: "json"`, no value can break it. @default `{ type, timestamp, data }` with the alert
   * and the delivery's option `data` as data
   */
  readonly body?: Renderer | undefined;
  /** Of a body that a template makes. @default "application/json" */
  readonly contentType?: string | undefined;
  /** Structured mode of CloudEvents 1.0, whose `source` (a URI reference) says who sends. */
  readonly cloudEvents?: { readonly source: string } | undefined;
}

export const cloudEventType = "application/cloudevents+json; charset=utf-8";
export const cloudEventBatchType = "application/cloudevents-batch+json; charset=utf-8";

const eventType = /^[a-zA-Z0-9_]+(?:\.[a-zA-Z0-9_]+)*$/;

/** Throws TypeError. */
export function checkPayload({ type = "alert", body, contentType, cloudEvents }: PayloadOptions): void {
  if (!eventType.test(type))
    throw new TypeError(`the type ${JSON.stringify(type)} is not words with dots between them`);
  if (cloudEvents !== undefined && (cloudEvents.source === "" || !URL.canParse(cloudEvents.source, "http://a"))) {
    throw new TypeError("the source of CloudEvents is a URI reference, such as /crm or https://example.com/crm");
  }
  if (cloudEvents !== undefined && contentType !== undefined)
    throw new TypeError("CloudEvents have their own content type");
  if (contentType !== undefined && body === undefined) throw new TypeError("a contentType goes with a body template");
}

/** What a delivery may ask of this channel. Throws DestinationError. */
export function checkOptions(options: { readonly [name: string]: Json }): void {
  const unknown = Object.keys(options).find((name) => !["type", "subject", "data"].includes(name));
  if (unknown !== undefined) {
    throw new DestinationError(`a webhook has no option ${JSON.stringify(unknown)}; it has type, subject, data`);
  }
  const { type, subject, data } = options;
  if (type !== undefined && (typeof type !== "string" || !eventType.test(type))) {
    throw new DestinationError(`the option type is words with dots between them, not ${JSON.stringify(type)}`);
  }
  if (subject !== undefined && (typeof subject !== "string" || subject === "")) {
    throw new DestinationError("the option subject is a text");
  }
  if (data === undefined) return;
  if (data === null || typeof data !== "object" || Array.isArray(data)) {
    throw new DestinationError("the option data is an object");
  }
  const taken = parts.find((part) => Object.hasOwn(data, part));
  if (taken !== undefined) throw new DestinationError(`the option data has ${taken}, which is the alert's`);
}

const parts = ["title", "subtitle", "body", "html"] as const satisfies readonly (keyof Alert)[];

/**
 * The body of a webhook as text, the same for all of its attempts.
 * @param listed as one of several in a body, so with its id in it
 * @throws DestinationError for a body that is to be JSON and is none; what the template throws
 */
export function payloadOf(draft: Draft, options: PayloadOptions, listed: boolean): string {
  const type = typeOf(draft, options);
  const timestamp = timestampOf(draft);
  const custom = options.body?.render(templateData(draft, options));
  if (custom !== undefined && isJson(options)) checkJson(custom);
  if (options.cloudEvents !== undefined) {
    const subject = draft.options?.subject;
    const { source } = options.cloudEvents;
    const head = { specversion: "1.0", id: draft.id, source, type, time: timestamp, subject };
    const data = custom ?? JSON.stringify(dataOf(draft));
    return `${JSON.stringify({ ...head, datacontenttype: "application/json" }).slice(0, -1)},"data":${data}}`;
  }
  if (custom !== undefined) return custom;
  return JSON.stringify({ ...(listed && { id: draft.id }), type, timestamp, data: dataOf(draft) });
}

const typeOf = ({ options: own }: Draft, { type = "alert" }: PayloadOptions): string =>
  typeof own?.type === "string" ? own.type : type;

const timestampOf = ({ createdAt }: Draft): string => new Date(createdAt).toISOString();

/** What the templates of a webhook see as dot. */
export function templateData(draft: Draft, payload: PayloadOptions): object {
  const { alert, profile = null, id, channel, options = {} } = draft;
  return { alert, profile, id, type: typeOf(draft, payload), timestamp: timestampOf(draft), channel, options };
}

/** The alert's parts first, so that they are found first. */
function dataOf({ alert, options }: Draft): object {
  const { title, subtitle, body, html } = alert;
  return { title, subtitle, body, html, ...(options?.data as object | undefined) };
}

export const isJson = ({ contentType, cloudEvents }: PayloadOptions): boolean =>
  cloudEvents !== undefined || /^application\/(?:[^;]*\+)?json\b/i.test(contentType ?? "application/json");

function checkJson(text: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    const hint = 'compile it with escape: "json"';
    // Where, and not what: the parser repeats a piece of the text.
    const [where] = /\bposition \d+(?: \(line \d+ column \d+\))?/.exec((error as Error).message) ?? [];
    throw new DestinationError(`the body template made no JSON; ${hint}${where === undefined ? "" : ` (at ${where})`}`);
  }
}
