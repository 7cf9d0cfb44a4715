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

/** Describes a delivery to send. It has either an `alert`, or a `template` and a `profile` for `DispatcherOptions.render`. */
export interface SendRequest {
  /** Name of the channel, as the dispatcher knows it. */
  readonly channel: string;
  /** The destination, as the channel documents it. */
  readonly to: Json;
  /** A rendered alert. An aborted one becomes an `aborted` delivery, which is never sent. */
  readonly alert?: Rendered | undefined;
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

/** Identifies the delivery that was enqueued, or the earlier one with the same idempotency key. */
export type SendResult = EnqueueResult;

export interface RenderEntryOptions {
  readonly channels: Channels;
  readonly render: Render | undefined;
  readonly keepSource: boolean;
}

type Channels = { readonly [name: string]: Channel };

/** Holds a rendered alert, or why its template aborted, and the destination. */
export interface ComposeRequest extends Omit<SendRequest, "alert" | "template" | "keepSource"> {
  readonly alert: Rendered;
  /** The profile and the template that the alert was rendered from, if they are kept. */
  readonly source?: Entry["source"];
  readonly replayOf?: string | undefined;
}

/**
 * Makes an entry of a request: checks the destination, renders and composes, so that afterwards only sending can fail. The destination
 * is checked first, so nothing is rendered for a destination that its channel refuses.
 * @throws DestinationError, and what rendering and composing throw
 */
export async function renderEntry(
  request: SendRequest,
  { channels, render: renderer, keepSource }: RenderEntryOptions,
  now: number,
  replayOf?: string,
): Promise<Entry> {
  const { alert: _alert, template, keepSource: keeps = keepSource, ...common } = request;
  const accepted = await accept(request, channels);
  const alert = await render(request, renderer);
  const source =
    keeps && template !== undefined ? { profile: common.profile as Json, template: template as Json } : undefined;
  return compose({ ...common, alert, source, replayOf }, accepted, now);
}

/**
 * Checks the destination of a rendered alert, and composes it. An aborted one becomes an entry that is never sent.
 * @throws DestinationError, and what composing throws
 */
export async function composeEntry(request: ComposeRequest, channels: Channels, now: number): Promise<Entry> {
  return compose(request, await accept(request, channels), now);
}

/** Holds a channel that accepted a destination, and the destination's name in the journal. */
interface Accepted {
  readonly channel: Channel;
  readonly destination: string;
}

async function accept(request: Omit<SendRequest, "alert">, channels: Channels): Promise<Accepted> {
  const { channel: name, to, options } = request;
  const channel = Object.hasOwn(channels, name) ? channels[name] : undefined;
  if (channel === undefined) {
    const names = Object.keys(channels).join(", ");
    throw new DestinationError(`there is no channel "${name}"; there are: ${names}`);
  }
  check(request);
  const { destination } = await withoutSecretsIn(channel, () => channel.accept(to, options));
  return { channel, destination: shownSealed(sealed(shownUrl(destination), channel.secrets)) };
}

async function compose(request: ComposeRequest, accepted: Accepted, now: number): Promise<Entry> {
  const { channel: name, to, alert, profile, options, source, orderingKey, replayOf } = request;
  const { priority, idempotencyKey, notBefore } = request;
  const { channel, destination } = accepted;
  const { secrets } = channel;
  const id = newId(now);
  const entry = {
    id,
    channel: name,
    destination,
    to: sealed(to, secrets),
    createdAt: now,
    due: notBefore,
    priority,
    idempotencyKey,
    options,
    orderingKey,
    source,
    replayOf,
  };
  if (isAborted(alert)) return { ...entry, aborted: alert.aborted };
  const draft = { id, channel: name, to, destination, createdAt: now, alert, options, profile };
  const content = await withoutSecretsIn(channel, () => channel.compose?.(draft));
  return { ...entry, alert, content: sealed(content, secrets) };
}

const isAborted = (alert: Rendered): alert is { readonly aborted: string } =>
  "aborted" in alert && alert.aborted !== undefined;

/** Runs a verb of a channel while a delivery is enqueued, and takes the channel's secrets out of its errors. */
async function withoutSecretsIn<T>(channel: Channel, run: () => T | Promise<T>): Promise<T> {
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
    if (isAborted(alert)) return alert;
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
