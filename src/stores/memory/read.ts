import type { DeliveryState, DeliverySummary, DestinationHealth, ListQuery, Page } from "../../store/index.ts";
import { stateOf, summaryOf } from "./entry.ts";
import type { OutboxState } from "./outbox-state.ts";

export function list(
  shelf: OutboxState,
  { state, channel, destination, limit = 100, after }: ListQuery,
): Page<DeliverySummary> {
  const items = [...shelf.items.values()]
    .reverse()
    .filter(
      (item) =>
        (state === undefined || stateOf(item) === state) &&
        (channel === undefined || item.entry.channel === channel) &&
        (destination === undefined || item.destination.name === destination) &&
        (after === undefined || item.seq < Number(after)),
    );
  const page = items.slice(0, limit).map(summaryOf);
  return items.length > limit ? { items: page, next: `${items[limit - 1]!.seq}` } : { items: page };
}

export function statsOf(shelf: OutboxState) {
  const none = (): Record<DeliveryState, number> => ({ pending: 0, delivered: 0, dead: 0, cancelled: 0, aborted: 0 });
  const channels: Record<string, Record<DeliveryState, number>> = Object.create(null);
  const total = none();
  for (const item of shelf.items.values()) {
    const state = stateOf(item);
    channels[item.entry.channel] ??= none();
    channels[item.entry.channel]![state]++;
    total[state]++;
  }
  const dues = [...shelf.busy].flatMap(({ queues }) => queues.flatMap(({ first }) => first?.due ?? []));
  const oldestDue = dues.reduce((least, due) => Math.min(least, due), Number.POSITIVE_INFINITY);
  return { channels, total, ...(dues.length === 0 ? {} : { oldestDue }) };
}

export function troublesOf(shelf: OutboxState, limit: number, after: number): Page<DestinationHealth> {
  const held = (place: { heldUntil: number; heldReason: string | undefined }) =>
    place.heldUntil === 0 ? {} : { heldUntil: place.heldUntil, reason: place.heldReason };
  const destinations = [...shelf.destinations.values()]
    .filter(({ heldUntil, disabled, failures }) => heldUntil > 0 || disabled !== undefined || failures > 0)
    .map((one): DestinationHealth => {
      const { channel, name, failures, disabled } = one;
      const why = disabled === undefined ? {} : { disabled };
      return { channel: channel.name, destination: name, failures, ...held(one), ...why };
    });
  const page = destinations.slice(after, after + limit);
  const whole = [...shelf.channels.values()]
    .filter(({ heldUntil }) => heldUntil > 0)
    .map((one): DestinationHealth => ({ channel: one.name, failures: 0, ...held(one) }));
  const items = after === 0 ? [...whole, ...page] : page;
  return destinations.length > after + limit ? { items, next: `${after + limit}` } : { items };
}
