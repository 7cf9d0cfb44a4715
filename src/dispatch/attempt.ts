import type { AttemptResult, Delivery } from "../store/index.ts";
import type { AttemptContext, Channel } from "./channel.ts";
import { redactorOf, withoutSecrets } from "./secrets/of-channel.ts";
import { Redactor } from "./secrets/redactor.ts";
import { MissingSecretError, unsealed } from "./secrets/seal.ts";
import { secretsOfDestination } from "./secrets/url.ts";

/**
 * Makes an attempt by a channel, and redacts all secrets in its result: nothing of a channel gets into the journal, events, logs or
 * reasons in another way. A channel that throws has a bug; its attempts are retries, which end some time.
 * @param some deliveries of one destination
 * @param onError receives what the channel threw
 * @returns a result for each delivery, without `secrets`
 */
export async function attempt(
  channel: Channel,
  some: readonly Delivery[],
  attempting: AttemptContext,
  onError: (error: unknown) => void,
): Promise<readonly AttemptResult[]> {
  let deliveries: readonly Delivery[];
  try {
    deliveries = some.map((delivery) => withSecrets(delivery, channel));
  } catch (error) {
    if (!(error instanceof MissingSecretError)) throw error;
    return some.map(() => ({ outcome: { kind: "retry", reason: error.message, countsAsAttempt: false } }));
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
  attempting: AttemptContext,
): Promise<readonly AttemptResult[]> {
  if (channel.sendBatch === undefined || channel.batch === undefined) {
    return [await channel.send(deliveries[0]!, attempting)];
  }
  const sent = await channel.sendBatch(deliveries, attempting);
  if (sent.length === deliveries.length) return sent;
  throw new Error(`${sent.length} outcomes for ${deliveries.length} deliveries`);
}
