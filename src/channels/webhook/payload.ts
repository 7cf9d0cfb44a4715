import type { Json } from "../../base/json.ts";
import { DestinationError, type Draft } from "../../dispatch/index.ts";
import type { Alert } from "../../store/index.ts";

/** Renders data: a compiled template, or any object like it. */
export interface Renderer {
  render(data: unknown): string;
}

/** Configures the body. */
export interface PayloadOptions {
  /** Event type: words (letters, digits, `_`) separated by dots. A delivery's option `type` wins. @default "alert" */
  readonly type?: string | undefined;
  /**
   * Template of the whole body (for CloudEvents: of its `data`). Its data are `{ alert, profile, id, type, timestamp, channel,
   * options }`; compiled with `escape: "json"`, no value can break it. @default `{ type, timestamp, data }` with the alert and the
   * delivery's option `data` as data
   */
  readonly body?: Renderer | undefined;
  /** Content type of a body that a template renders. @default "application/json" */
  readonly contentType?: string | undefined;
  /** Uses the structured mode of CloudEvents 1.0; `source` is a URI reference that identifies the sender. */
  readonly cloudEvents?: { readonly source: string } | undefined;
}

export const cloudEventType = "application/cloudevents+json; charset=utf-8";
export const cloudEventBatchType = "application/cloudevents-batch+json; charset=utf-8";

const eventType = /^[a-zA-Z0-9_]+(?:\.[a-zA-Z0-9_]+)*$/;

/** Checks options of the channel. Throws TypeError. */
export function checkPayloadOptions({ type = "alert", body, contentType, cloudEvents }: PayloadOptions): void {
  if (!eventType.test(type))
    throw new TypeError(`type: ${JSON.stringify(type)} must be words separated by dots, such as order.paid`);
  if (cloudEvents !== undefined && (cloudEvents.source === "" || !URL.canParse(cloudEvents.source, "http://a"))) {
    throw new TypeError("cloudEvents.source must be a URI reference, such as /crm or https://example.com/crm");
  }
  if (cloudEvents !== undefined && contentType !== undefined)
    throw new TypeError("contentType cannot be used with cloudEvents, which have their own content type");
  if (contentType !== undefined && body === undefined) throw new TypeError("contentType needs a body template");
}

/** Checks options of one delivery. Throws DestinationError. */
export function checkDeliveryOptions(options: { readonly [name: string]: Json }): void {
  const unknown = Object.keys(options).find((name) => !["type", "subject", "data"].includes(name));
  if (unknown !== undefined) {
    throw new DestinationError(
      `unknown option ${JSON.stringify(unknown)} of a webhook; its options are type, subject, data`,
    );
  }
  const { type, subject, data } = options;
  if (type !== undefined && (typeof type !== "string" || !eventType.test(type))) {
    throw new DestinationError(`the option type must be words separated by dots, not ${JSON.stringify(type)}`);
  }
  if (subject !== undefined && (typeof subject !== "string" || subject === "")) {
    throw new DestinationError("the option subject must be a text that is not empty");
  }
  if (data === undefined) return;
  if (data === null || typeof data !== "object" || Array.isArray(data)) {
    throw new DestinationError("the option data must be an object");
  }
  const reserved = alertParts.find((part) => Object.hasOwn(data, part));
  if (reserved !== undefined) throw new DestinationError(`the option data must not have ${reserved}: the alert has it`);
}

const alertParts = ["title", "subtitle", "body", "html"] as const satisfies readonly (keyof Alert)[];

/**
 * Renders the body of a webhook as text, the same for all attempts.
 * @param inBatch for an element of a batch, which has its id in it
 * @throws DestinationError for a body that should be JSON and is not; errors of the template
 */
export function renderPayload(draft: Draft, options: PayloadOptions, inBatch: boolean): string {
  const type = typeOf(draft, options);
  const timestamp = timestampOf(draft);
  const custom = options.body?.render(templateData(draft, options));
  if (custom !== undefined && makesJson(options)) checkJson(custom);
  if (options.cloudEvents !== undefined) {
    const subject = draft.options?.subject;
    const { source } = options.cloudEvents;
    const head = { specversion: "1.0", id: draft.id, source, type, time: timestamp, subject };
    const data = custom ?? JSON.stringify(alertData(draft));
    return `${JSON.stringify({ ...head, datacontenttype: "application/json" }).slice(0, -1)},"data":${data}}`;
  }
  if (custom !== undefined) return custom;
  return JSON.stringify({ ...(inBatch && { id: draft.id }), type, timestamp, data: alertData(draft) });
}

const typeOf = ({ options: own }: Draft, { type = "alert" }: PayloadOptions): string =>
  typeof own?.type === "string" ? own.type : type;

const timestampOf = ({ createdAt }: Draft): string => new Date(createdAt).toISOString();

/** Returns the data of a webhook's templates. */
export function templateData(draft: Draft, payload: PayloadOptions): object {
  const { alert, profile = null, id, channel, options = {} } = draft;
  return { alert, profile, id, type: typeOf(draft, payload), timestamp: timestampOf(draft), channel, options };
}

/** Returns the alert's parts, followed by the option `data`. */
function alertData({ alert, options }: Draft): object {
  const { title, subtitle, body, html } = alert;
  return { title, subtitle, body, html, ...(options?.data as object | undefined) };
}

export const makesJson = ({ contentType, cloudEvents }: PayloadOptions): boolean =>
  cloudEvents !== undefined || /^application\/(?:[^;]*\+)?json\b/i.test(contentType ?? "application/json");

function checkJson(text: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    const hint = 'compile it with escape: "json"';
    // Only the position is quoted, because the parser's message repeats a piece of the text.
    const [position] = /\bposition \d+(?: \(line \d+ column \d+\))?/.exec((error as Error).message) ?? [];
    throw new DestinationError(
      `the body template did not render JSON; ${hint}${position === undefined ? "" : ` (at ${position})`}`,
    );
  }
}
