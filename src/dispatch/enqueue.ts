import { newId } from "../base/id.ts";
import type { Json } from "../base/json.ts";
import { type Alert, type EnqueueResult, type Entry, type Priority, priorities } from "../store/index.ts";
import { type Channel, DestinationError } from "./channel.ts";
import { redactorOf, withoutSecrets } from "./secrets/of-channel.ts";
import { sealed, shownSealed } from "./secrets/seal.ts";
import { shownUrl } from "./secrets/url.ts";

/**
 * Renders an alert; `aborted` is the template's reason to abort. It may return a promise, so that templates of others can be rendered in
 * a worker. If it throws an error whose `limit` is `"time"`, it is called up to two more times.
 */
export type Render = (profile: unknown, template: unknown) => Rendered | Promise<Rendered>;
type Rendered = Alert | { readonly aborted: string };

/** A delivery to be sent. It has either an `alert`, or a `template` and a `profile` for `DispatcherOptions.render`. */
export interface SendRequest {
  /** Name of the channel, as the dispatcher knows it. */
  readonly channel: string;
  /** The destination, as the channel documents it. */
  readonly to: Json;
  readonly alert?: Alert | undefined;
  /** With `alert` it is used only by the channel's `compose`, such as for a body template. */
  readonly profile?: unknown;
  readonly template?: unknown;
  /** Keeps the profile and the template, so that the delivery can be rendered again. @default DispatcherOptions.keepSource */
  readonly keepSource?: boolean | undefined;
  /** Requests with the same key are one delivery, however often they are sent. */
  readonly idempotencyKey?: string | undefined;
  /** Deliveries to one destination with the same key are sent one at a time, in order. */
  readonly orderingKey?: string | undefined;
  /** @default "normal" */
  readonly priority?: Priority | undefined;
  /** Options of the delivery, as the channel documents them. */
  readonly options?: { readonly [name: string]: Json } | undefined;
  /** When the first attempt may start at the earliest, in ms since 1970. */
  readonly notBefore?: number | undefined;
}

/** The delivery that was enqueued, or the earlier one with the same idempotency key. */
export type SendResult = EnqueueResult;

export interface HandoverOptions {
  readonly channels: { readonly [name: string]: Channel };
  readonly render: Render | undefined;
  readonly keepSource: boolean;
}

/**
 * Makes an entry of a request: checks, renders and composes it, so that afterwards only sending can fail.
 * @throws DestinationError, and what rendering and composing throw
 */
export async function entryOf(
  request: SendRequest,
  options: HandoverOptions,
  now: number,
  replayOf?: string,
): Promise<Entry> {
  const { channel: name, to, profile, template, idempotencyKey, orderingKey, priority, notBefore } = request;
  const channel = Object.hasOwn(options.channels, name) ? options.channels[name] : undefined;
  if (channel === undefined) {
    const names = Object.keys(options.channels).join(", ");
    throw new DestinationError(`there is no channel "${name}"; there are: ${names}`);
  }
  check(request);
  const { secrets } = channel;
  const accepted = await speaking(channel, () => channel.accept(to, request.options));
  const destination = shownSealed(sealed(shownUrl(accepted.destination), secrets));
  const rendered = await render(request, options.render);
  const id = newId(now);
  const common = {
    id,
    channel: name,
    destination,
    to: sealed(to, secrets),
    createdAt: now,
    due: notBefore,
    priority,
    idempotencyKey,
  };
  const keeps = template !== undefined && (request.keepSource ?? options.keepSource);
  const source = keeps ? { profile: profile as Json, template: template as Json } : undefined;
  const entry = { ...common, options: request.options, orderingKey, source, replayOf };
  if ("aborted" in rendered) return { ...entry, aborted: rendered.aborted };
  const draft = {
    id,
    channel: name,
    to,
    destination,
    createdAt: now,
    alert: rendered,
    options: request.options,
    profile,
  };
  return {
    ...entry,
    alert: rendered,
    content: sealed(await speaking(channel, () => channel.compose?.(draft)), secrets),
  };
}

/** Runs a verb of a channel while a delivery is enqueued, and takes the channel's secrets out of its errors. */
async function speaking<T>(channel: Channel, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw withoutSecrets(error, redactorOf(channel));
  }
}

/** Refuses values that a store cannot keep, or would change. @throws TypeError */
function check({ idempotencyKey, orderingKey, priority, notBefore }: SendRequest): void {
  for (const [name, key] of Object.entries({ idempotencyKey, orderingKey })) {
    if (key !== undefined && (typeof key !== "string" || !key.isWellFormed())) {
      throw new TypeError(`send: ${name} has to be a text, without half characters`);
    }
  }
  if (priority !== undefined && !priorities.includes(priority)) {
    throw new TypeError(`send: priority has to be ${priorities.join(", ")}, not ${JSON.stringify(priority)}`);
  }
  if (notBefore !== undefined && !Number.isSafeInteger(notBefore)) {
    throw new TypeError(`send: notBefore has to be whole ms since 1970, not ${notBefore}`);
  }
}

/** Pauses before rendering is tried again after it ran out of time, in ms: the machine may have been busy for a moment. */
const pauses = [100, 1_000];

function render({ alert, profile, template }: SendRequest, render: Render | undefined): ReturnType<Render> {
  if (alert !== undefined) {
    if (template !== undefined) throw new TypeError("send: give either an alert or a template, not both");
    if (typeof alert.title !== "string") throw new TypeError("send: an alert needs a title, a string");
    return alert;
  }
  if (template === undefined) throw new TypeError("send: give an alert, or a template and a profile");
  if (render === undefined) throw new TypeError("send: a template needs a dispatcher made with `render`");
  return renderInTime(() => render(profile, template));
}

/** Renders up to three times, as long as it runs out of time. Any other error would come again. */
async function renderInTime(render: () => ReturnType<Render>): Promise<Rendered> {
  for (const pause of pauses) {
    try {
      return await render();
    } catch (error) {
      if ((error as { readonly limit?: unknown } | undefined)?.limit !== "time") throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return render();
}
