import { AssertionError, deepStrictEqual } from "node:assert";
import type { Json } from "../base/json.ts";
import type { AttemptContext, Channel } from "../dispatch/channel.ts";
import type { Delivery, Outcome } from "../store/index.ts";

export interface FakeOptions extends Pick<Channel, "retry" | "limits" | "batch" | "compose"> {
  /** Returns the destination, by which limits and holds are kept. @default `to` as text */
  readonly destination?: ((to: Json) => string) | undefined;
  /** Outcome of attempts without a plan. @default delivered */
  readonly defaultOutcome?: PlannedOutcome | undefined;
}

export type PlannedOutcome = Outcome | ((delivery: Delivery, context: AttemptContext) => Outcome | Promise<Outcome>);

/** Records each attempt, sends nothing, and returns the planned outcome. For tests. */
export interface FakeChannel extends Channel {
  /** Every attempt, oldest first. */
  readonly attempts: readonly Delivery[];
  /** Delivered deliveries, oldest first. */
  readonly delivered: readonly Delivery[];
  /** Plans how the next attempts end, in order; later ones end as `defaultOutcome` says. */
  plan(...outcomes: readonly PlannedOutcome[]): void;
  /**
   * Asserts that exactly `times` deliveries with all fields of `expected` were delivered.
   * @throws AssertionError that lists what was delivered
   */
  assertDelivered(expected: Partial<Delivery>, times?: number): void;
  /** Asserts that nothing was delivered. @throws AssertionError that lists what was delivered */
  assertNothingDelivered(): void;
  /** Forgets attempts and plans. */
  clear(): void;
}

/** Creates a channel for tests. */
export function fake(options: FakeOptions = {}): FakeChannel {
  const { retry, limits, batch, compose, defaultOutcome = { kind: "delivered" } } = options;
  const { destination = (to: Json) => (typeof to === "string" ? to : JSON.stringify(to)) } = options;
  let attempts: Delivery[] = [];
  let delivered: Delivery[] = [];
  let planned: PlannedOutcome[] = [];

  async function attempt(delivery: Delivery, context: AttemptContext) {
    attempts.push(delivery);
    const next = planned.shift() ?? defaultOutcome;
    const outcome = typeof next === "function" ? await next(delivery, context) : next;
    if (outcome.kind === "delivered") delivered.push(delivery);
    return {
      request: { line: `FAKE ${delivery.destination}`, body: JSON.stringify(delivery.alert) },
      response: { statusLine: outcome.kind },
      outcome,
    };
  }

  function assertDelivered(expected: Partial<Delivery>, times = 1): void {
    const matching = delivered.filter((delivery) => matchesAll(delivery, expected));
    if (matching.length === times) return;
    throw new AssertionError({
      message: `expected ${times} deliveries with ${JSON.stringify(expected)}, found ${matching.length} among ${describeDeliveries(delivered)}`,
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
      : {
          batch,
          sendBatch: (deliveries, context) => Promise.all(deliveries.map((delivery) => attempt(delivery, context))),
        }),
    get attempts() {
      return attempts;
    },
    get delivered() {
      return delivered;
    },
    plan: (...outcomes) => {
      planned.push(...outcomes);
    },
    assertDelivered,
    assertNothingDelivered() {
      if (delivered.length === 0) return;
      throw new AssertionError({
        message: `expected nothing to be delivered, found ${describeDeliveries(delivered)}`,
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

function matchesAll(delivery: Delivery, expected: Partial<Delivery>): boolean {
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

const describeDeliveries = (deliveries: readonly Delivery[]): string =>
  deliveries.length === 0
    ? "none"
    : deliveries.map(({ channel, to, alert }) => `\n- ${channel} to ${JSON.stringify(to)}: ${alert.title}`).join("");
