import { newId } from "../base/id.ts";
import type { Json } from "../base/json.ts";
import { type Alert, type EnqueueResult, type Entry, type Priority, priorities } from "../store/index.ts";
import { type Channel, DestinationError } from "./channel.ts";
import { redactorOf, withoutSecrets } from "./secrets/of-channel.ts";
import { sealed, shownSealed } from "./secrets/seal.ts";
import { shownUrl } from "./secrets/url.ts";

/**
 * Renders; what the template half is to this one. `aborted` is the template's reason not to send. A promise: it may be done
 * elsewhere, as templates that others write should be. What throws an error whose `limit` is `"time"` is tried twice more.
 */
export type Render = (profile: unknown, template: unknown) => Rendered | Promise<Rendered>;
type Rendered = Alert | { readonly aborted: string };

/** What is to be sent, where to. Either `alert`, or `template` with `profile` for `DispatcherOptions.render`. */
export interface SendRequest {
  /** Name of the channel, as the dispatcher knows it. */
  readonly channel: string;
  /** As the channel documents it. */
  readonly to: Json;
  readonly alert?: Alert | undefined;
  /** With `alert`, only for what the channel composes, such as a body template. */
  readonly profile?: unknown;
  readonly template?: unknown;
  /** Keeps profile and template, so that it can be rendered again. @default DispatcherOptions.keepSource */
  readonly keepSource?: boolean | undefined;
  /** The same key: the same delivery, however often it is handed over. */
  readonly idempotencyKey?: string | undefined;
  /** Deliveries to one destination with the same key go one at a time, in order. */
  readonly orderingKey?: string | undefined;
  /** @default "normal" */
  readonly priority?: Priority | undefined;
  /** As the channel documents them. */
  readonly options?: { readonly [name: string]: Json } | undefined;
  /** ms since 1970. */
  readonly notBefore?: number | undefined;
}

/** The delivery: with an idempotency key that is known, the one that is there. */
export type SendResult = EnqueueResult;

export interface HandoverOptions {
  readonly channels: { readonly [name: string]: Channel };
  readonly render: Render | undefined;
  readonly keepSource: boolean;
}

/**
 * Checks, renders and composes, so that nothing can go wrong later but sending.
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

/** Runs what a channel does at hand-over; what it complains of is said without its secrets. */
async function speaking<T>(channel: Channel, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw withoutSecrets(error, redactorOf(channel));
  }
}

/** What a store cannot keep, or would keep as something else. */
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

/** Pauses before what time ended is rendered again, in ms: one slow moment decides nothing. */
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

/** Renders up to three times. Only what time ended may end in time on another try. */
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
