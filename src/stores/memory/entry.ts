import {
  type Attempt,
  type Claimed,
  type DeliveryState,
  type DeliverySummary,
  type Entry,
  type Priority,
  priorities,
  type StoredDelivery,
} from "../../store/index.ts";
import type { Destination } from "./destination.ts";
import type { OutboxState } from "./outbox-state.ts";

export type Stage = "waiting" | "claimed" | "behind" | Exclude<DeliveryState, "pending">;

/** One delivery, as it is kept. */
export interface OutboxEntry {
  readonly seq: number;
  entry: Pick<Entry, "id" | "channel" | "createdAt" | "idempotencyKey" | "orderingKey" | "replayOf">;
  destination: Destination;
  stage: Stage;
  /** 0, 1, 2: first attempts of high, normal and low priority; 3, 4, 5: retries. */
  rank: number;
  due: number;
  since: number;
  lease: number | undefined;
  attempt: number;
  claims: number;
  settledAt: number | undefined;
  reason: string | undefined;
  /** As text, so that nobody changes it from outside. Absent when erased. */
  body: string | undefined;
  source: string | undefined;
  journal: { readonly text: string }[];
  size: number;
}

export const isSettled = ({ stage }: OutboxEntry): boolean =>
  stage !== "waiting" && stage !== "claimed" && stage !== "behind";

export const stateOf = (item: OutboxEntry): DeliveryState =>
  isSettled(item) ? (item.stage as DeliveryState) : "pending";

export const priorityOf = ({ rank }: OutboxEntry): Priority => priorities[rank % 3]!;

export function claimedOf(item: OutboxEntry): Claimed {
  const { disabled } = item.destination;
  return {
    id: item.entry.id,
    channel: item.entry.channel,
    destination: item.destination.name,
    ...JSON.parse(item.body!),
    createdAt: item.entry.createdAt,
    since: item.since,
    attempt: item.attempt,
    claim: item.claims,
    priority: priorityOf(item),
    ...(disabled === undefined ? {} : { disabled }),
  };
}

export function summaryOf(item: OutboxEntry): DeliverySummary {
  const { id, channel, createdAt, idempotencyKey, orderingKey, replayOf } = item.entry;
  const state = stateOf(item);
  return {
    id,
    channel,
    destination: item.destination.name,
    state,
    priority: priorityOf(item),
    attempts: item.attempt,
    createdAt,
    ...(state === "pending" ? { due: item.due } : {}),
    ...(item.lease === undefined ? {} : { leasedUntil: item.lease }),
    ...(item.settledAt === undefined ? {} : { settledAt: item.settledAt }),
    ...(item.reason === undefined ? {} : { reason: item.reason }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(orderingKey === undefined ? {} : { orderingKey }),
    ...(replayOf === undefined ? {} : { replayOf }),
  };
}

export function keptOf(item: OutboxEntry): StoredDelivery {
  return {
    ...summaryOf(item),
    ...(item.body === undefined ? {} : JSON.parse(item.body)),
    ...(item.source === undefined ? {} : { source: JSON.parse(item.source) }),
    erased: item.body === undefined,
    journal: item.journal.map(({ text }): Attempt => JSON.parse(text)),
  };
}

export function itemOf(entry: Entry, shelf: OutboxState): OutboxEntry {
  const { id, channel, createdAt, idempotencyKey, orderingKey, replayOf, to, alert, options, content, source } = entry;
  const destination = shelf.destination(channel, entry.destination);
  const { disabled } = destination;
  const stage = entry.aborted !== undefined ? "aborted" : disabled === undefined ? "waiting" : "dead";
  const due = Math.max(createdAt, entry.due ?? createdAt);
  const body = JSON.stringify({ to, alert, options, content });
  const sourceText = source === undefined ? undefined : JSON.stringify(source);
  return {
    seq: shelf.nextSeq,
    entry: { id, channel, createdAt, idempotencyKey, orderingKey, replayOf },
    destination,
    stage,
    rank: priorities.indexOf(entry.priority ?? "normal"),
    due,
    since: due,
    lease: undefined,
    attempt: 0,
    claims: 0,
    settledAt: stage === "waiting" ? undefined : createdAt,
    reason: entry.aborted ?? (disabled === undefined ? undefined : `destination disabled: ${disabled}`),
    body,
    source: sourceText,
    journal: [],
    size: body.length + (sourceText?.length ?? 0),
  };
}
