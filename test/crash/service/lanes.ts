import { setTimeout as sleep } from "node:timers/promises";
import type { Instance } from "./instance.ts";

/** Holds the accepted orders of one person, in their order. */
export interface Person {
  readonly user: string;
  /** Tells whether orders come as events, or as updates of the profile. */
  readonly way: "event" | "update";
  readonly orders: { readonly order: number; readonly score: number }[];
}

export interface Fleet {
  /** Any of those that run; waits until one does. */
  any(): Promise<Instance>;
  readonly isOver: boolean;
  /** Lists responses that no service may give. */
  readonly faults: string[];
}

/**
 * Posts orders of its people one after another, each again until it is answered that it is on disk, until the fleet is over.
 * @returns what was accepted
 */
export async function lane(fleet: Fleet, key: string, name: string, random: () => number): Promise<Person[]> {
  const people = Array.from(
    { length: 6 },
    (_, i): Person => ({
      user: `${name}-${i}`,
      way: i % 3 === 2 ? "update" : "event",
      orders: [],
    }),
  );
  while (!fleet.isOver) {
    const way = random() < 0.3 ? "update" : "event";
    const chosen = people.filter((one) => one.way === way && random() < 0.7);
    if (chosen.length === 0) continue;
    const orders = chosen.flatMap(({ user, orders }) =>
      // Updates have no key: only the newest can be brought again without going back to it.
      Array.from({ length: way === "update" ? 1 : 1 + Math.floor(random() * 3) }, (_, i) => ({
        user,
        order: orders.length + i,
        score: Math.floor(random() * 100),
      })),
    );
    await insist(fleet, key, way, orders);
    for (const { user, ...order } of orders) chosen.find((one) => one.user === user)!.orders.push(order);
    await sleep(random() * 20);
  }
  return people;
}

type Order = Person["orders"][number] & { readonly user: string };

const level = (score: number): string => (score >= 75 ? "gold" : "plain");

/** Posts until it is answered that all is on disk. */
async function insist(fleet: Fleet, key: string, way: Person["way"], orders: readonly Order[]): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const [path, body] =
    way === "event"
      ? ["/v1/collect/orders", orders]
      : [
          "/v1/profiles",
          {
            updates: orders.map(({ user, order, score }) => ({
              identifiers: { user },
              fields: { user, order, score, level: level(score) },
            })),
          },
        ];
  while (fleet.faults.length < 100) {
    const { url } = await fleet.any();
    try {
      const answer = await fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
      const text = await answer.text();
      if (answer.ok) {
        const { results } = JSON.parse(text) as { results: readonly { readonly problem?: string }[] };
        if (results.length !== orders.length) fleet.faults.push(`${orders.length} were posted, ${text} answered`);
        for (const { problem } of results) if (problem !== undefined) fleet.faults.push(problem);
        return;
      }
      // While it stops it may say so.
      if (answer.status !== 503) fleet.faults.push(`${path} was answered with ${answer.status} ${text}`);
    } catch {
      // Killed, before or after it was kept.
    }
    await sleep(5);
  }
}

/** Returns the alerts that must arrive for the accepted orders, whichever processes were killed, and however often. */
export function expected(people: readonly Person[]): {
  readonly exactly: readonly string[];
  readonly entered: Map<string, { times: number; stays: boolean }>;
} {
  const exactly: string[] = [];
  const entered = new Map<string, { times: number; stays: boolean }>();
  for (const { user, way, orders } of people) {
    const high = { times: 0, stays: false };
    entered.set(user, high);
    let before: string | undefined;
    for (const { order, score } of orders) {
      if (way === "event") exactly.push(`ordered ${user} ${order}`);
      const is = score >= 50;
      if (is !== high.stays) exactly.push(`${is ? "entered" : "left"} ${user} ${order}`);
      if (is && !high.stays) high.times++;
      high.stays = is;
      if (before !== undefined && before !== level(score)) exactly.push(`levelled ${user} ${order}`);
      before = level(score);
    }
  }
  return { exactly, entered };
}
