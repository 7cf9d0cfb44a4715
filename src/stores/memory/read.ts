import { type Page, pageOf } from "../../base/page.ts";
import type { DeliveryState, DeliverySummary, DestinationHealth, ListQuery } from "../../store/index.ts";
import { cursorOf } from "../cursor.ts";
import { stateOf, summaryOf } from "./entry.ts";
import type { OutboxState } from "./outbox-state.ts";

export function list(
  outbox: OutboxState,
  { state, channel, destination, limit = 100, after }: ListQuery,
): Page<DeliverySummary> {
  const before = cursorOf(after, Number.POSITIVE_INFINITY);
  const found = [...outbox.entries.values()]
    .reverse()
    .filter(
      (entry) =>
        (state === undefined || stateOf(entry) === state) &&
        (channel === undefined || entry.header.channel === channel) &&
        (destination === undefined || entry.destination.name === destination) &&
        entry.seq < before,
    );
  return pageOf(found, limit, summaryOf);
}

export function statsOf(outbox: OutboxState) {
  const none = (): Record<DeliveryState, number> => ({ pending: 0, delivered: 0, dead: 0, cancelled: 0, aborted: 0 });
  const channels: Record<string, Record<DeliveryState, number>> = Object.create(null);
  const total = none();
  for (const entry of outbox.entries.values()) {
    const state = stateOf(entry);
    channels[entry.header.channel] ??= none();
    channels[entry.header.channel]![state]++;
    total[state]++;
  }
  const dues = [...outbox.readyDestinations].flatMap(({ queues }) => queues.flatMap(({ first }) => first?.due ?? []));
  const oldestDue = dues.reduce((least, due) => Math.min(least, due), Number.POSITIVE_INFINITY);
  return { channels, total, ...(dues.length === 0 ? {} : { oldestDue }) };
}

export function unhealthyOf(outbox: OutboxState, limit: number, after: number): Page<DestinationHealth> {
  const held = (place: { heldUntil: number; heldReason: string | undefined }) =>
    place.heldUntil === 0 ? {} : { heldUntil: place.heldUntil, reason: place.heldReason };
  const destinations = [...outbox.destinations.values()]
    .filter(({ heldUntil, disabled, failures }) => heldUntil > 0 || disabled !== undefined || failures > 0)
    .map((one): DestinationHealth => {
      const { channel, name, failures, disabled } = one;
      const why = disabled === undefined ? {} : { disabled };
      return { channel: channel.name, destination: name, failures, ...held(one), ...why };
    });
  const page = destinations.slice(after, after + limit);
  const whole = [...outbox.channels.values()]
    .filter(({ heldUntil }) => heldUntil > 0)
    .map((one): DestinationHealth => ({ channel: one.name, failures: 0, ...held(one) }));
  const items = after === 0 ? [...whole, ...page] : page;
  return destinations.length > after + limit ? { items, next: `${after + limit}` } : { items };
}
