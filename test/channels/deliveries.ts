import { attempt } from "../../src/dispatch/attempt.ts";
import type { AttemptContext, Channel } from "../../src/dispatch/index.ts";
import type { AttemptResult, Delivery } from "../../src/store/index.ts";

/** A delivery as the dispatcher hands it to a channel. */
export function delivery(of: Partial<Delivery> & Pick<Delivery, "to">): Delivery {
  return {
    id: "msg_01k0000000abcdefghjkmnpqrs",
    channel: "push",
    destination: "",
    alert: { title: "Hey" },
    createdAt: Date.now(),
    attempt: 1,
    ...of,
  };
}

export function attempting(now = Date.now(), signal = new AbortController().signal): AttemptContext {
  return { now, signal };
}

/** One attempt, as the journal keeps it. */
export async function journaled(channel: Channel, one: Delivery, at = attempting()): Promise<AttemptResult> {
  const [sent] = await attempt(channel, [one], at, (error) => {
    throw error;
  });
  return sent!;
}
