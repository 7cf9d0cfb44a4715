import { AssertionError, deepStrictEqual } from "node:assert";
import type { Json } from "../base/json.ts";
import type { AttemptContext, Channel } from "../dispatch/channel.ts";
import type { Delivery, Outcome } from "../store/index.ts";

export interface FakeOptions extends Pick<Channel, "retry" | "limits" | "batch" | "compose"> {
  /** What limits and holds are kept by. @default what `to` is, as text */
  readonly destination?: ((to: Json) => string) | undefined;
  /** How attempts end that nothing was planned for. @default delivered */
  readonly otherwise?: Answer | undefined;
}

export type Answer = Outcome | ((delivery: Delivery, attempting: AttemptContext) => Outcome | Promise<Outcome>);

/** A channel that sends nothing, for tests: it notes each attempt, and ends it as planned. */
export interface FakeChannel extends Channel {
  /** Every attempt, oldest first. */
  readonly attempts: readonly Delivery[];
  /** What was delivered, oldest first. */
  readonly delivered: readonly Delivery[];
  /** How the next attempts end, in order; after that, as `otherwise` says. */
  plan(...answers: readonly Answer[]): void;
  /**
   * Asserts that exactly so many deliveries were delivered that have all of `expected`.
   * @throws AssertionError that lists what was delivered
   */
  assertDelivered(expected: Partial<Delivery>, times?: number): void;
  /** @throws AssertionError that lists what was delivered */
  assertNothingDelivered(): void;
  /** Forgets attempts and plans. */
  clear(): void;
}

export function fake(options: FakeOptions = {}): FakeChannel {
  const { retry, limits, batch, compose, otherwise = { kind: "delivered" } } = options;
  const { destination = (to: Json) => (typeof to === "string" ? to : JSON.stringify(to)) } = options;
  let attempts: Delivery[] = [];
  let delivered: Delivery[] = [];
  let planned: Answer[] = [];

  async function attempt(delivery: Delivery, attempting: AttemptContext) {
    attempts.push(delivery);
    const answer = planned.shift() ?? otherwise;
    const outcome = typeof answer === "function" ? await answer(delivery, attempting) : answer;
    if (outcome.kind === "delivered") delivered.push(delivery);
    return {
      request: { line: `FAKE ${delivery.destination}`, body: JSON.stringify(delivery.alert) },
      response: { statusLine: outcome.kind },
      outcome,
    };
  }

  function assertDelivered(expected: Partial<Delivery>, times = 1): void {
    const matching = delivered.filter((delivery) => matches(delivery, expected));
    if (matching.length === times) return;
    throw new AssertionError({
      message: `expected ${times} deliveries with ${JSON.stringify(expected)}, found ${matching.length} among ${listOf(delivered)}`,
      actual: delivered,
      expected,
      operator: "assertDelivered",
    });
  }

  return {
    kind: "fake",
    retry,
    limits,
    accept: (to) => ({ destination: destination(to) }),
    ...(compose === undefined ? {} : { compose }),
    send: attempt,
    ...(batch === undefined
      ? {}
      : { batch, sendBatch: (some, attempting) => Promise.all(some.map((one) => attempt(one, attempting))) }),
    get attempts() {
      return attempts;
    },
    get delivered() {
      return delivered;
    },
    plan: (...answers) => {
      planned.push(...answers);
    },
    assertDelivered,
    assertNothingDelivered() {
      if (delivered.length === 0) return;
      throw new AssertionError({
        message: `expected nothing to be delivered, found ${listOf(delivered)}`,
        actual: delivered,
        expected: [],
        operator: "assertNothingDelivered",
      });
    },
    clear() {
      attempts = [];
      delivered = [];
      planned = [];
    },
  };
}

function matches(delivery: Delivery, expected: Partial<Delivery>): boolean {
  return (Object.keys(expected) as (keyof Delivery)[]).every((name) => isEqual(delivery[name], expected[name]));
}

function isEqual(a: unknown, b: unknown): boolean {
  try {
    deepStrictEqual(a, b);
    return true;
  } catch {
    return false;
  }
}

const listOf = (deliveries: readonly Delivery[]): string =>
  deliveries.length === 0
    ? "none"
    : deliveries.map(({ channel, to, alert }) => `\n- ${channel} to ${JSON.stringify(to)}: ${alert.title}`).join("");
