import type { Attempting, Channel } from "./channel.ts";
import type { Delivery, Sent } from "./delivery.ts";
import { Redactor } from "./secrets/redactor.ts";
import { MissingSecretError, unsealed } from "./secrets/seal.ts";
import { secretsOfDestination } from "./secrets/url.ts";

/**
 * Sends by a channel, and takes every secret out of what it says: this is the one way from a channel to the journal, to events, logs
 * and reasons. A channel that throws has a bug: the attempts are retries, which end some time.
 * @param some deliveries of one destination
 * @param onError gets what the channel threw
 * @returns for each delivery what became of it, without `secrets`
 */
export async function attempt(
  channel: Channel,
  some: readonly Delivery[],
  attempting: Attempting,
  onError: (error: unknown) => void,
): Promise<readonly Sent[]> {
  let deliveries: readonly Delivery[];
  try {
    deliveries = some.map((delivery) => withSecrets(delivery, channel));
  } catch (error) {
    if (!(error instanceof MissingSecretError)) throw error;
    return some.map(() => ({ outcome: { kind: "retry", reason: error.message, uncounted: true } }));
  }
  const base = new Redactor(secretsOfDestination(deliveries[0]!.to), redactorOf(channel));
  try {
    const all = await send(channel, deliveries, attempting);
    return all.map(({ secrets, ...sent }) => base.with(secrets ?? []).sent(sent));
  } catch (thrown) {
    const error = withoutSecrets(thrown, base);
    onError(error);
    return some.map(() => ({ outcome: { kind: "retry", reason: `channel failed: ${error}` } }));
  }
}

function withSecrets(delivery: Delivery, { secrets }: Channel): Delivery {
  const { to, content } = delivery;
  return {
    ...delivery,
    to: unsealed(to, secrets),
    ...(content !== undefined && { content: unsealed(content, secrets) }),
  };
}

async function send(
  channel: Channel,
  deliveries: readonly Delivery[],
  attempting: Attempting,
): Promise<readonly Sent[]> {
  if (channel.sendBatch === undefined || channel.batch === undefined) {
    return [await channel.send(deliveries[0]!, attempting)];
  }
  const sent = await channel.sendBatch(deliveries, attempting);
  if (sent.length === deliveries.length) return sent;
  throw new Error(`${sent.length} outcomes for ${deliveries.length} deliveries`);
}

const redactors = new WeakMap<object, Redactor>();
const none = new Redactor([]);

/** Returns the redactor of what the channel always has, made once. */
function redactorOf({ secrets }: Channel): Redactor {
  if (secrets === undefined) return none;
  let redactor = redactors.get(secrets);
  if (redactor === undefined) {
    redactor = new Redactor(secrets);
    redactors.set(secrets, redactor);
  }
  return redactor;
}

function withoutSecrets(thrown: unknown, redactor: Redactor): unknown {
  if (!(thrown instanceof Error)) return typeof thrown === "string" ? redactor.text(thrown) : thrown;
  const message = redactor.text(thrown.message);
  const stack = redactor.text(thrown.stack ?? "");
  if (message === thrown.message && stack === thrown.stack) return thrown;
  const { name } = thrown;
  return Object.assign(new Error(message), { name, stack, ...("code" in thrown && { code: thrown.code }) });
}
