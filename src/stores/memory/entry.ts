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

export interface OutboxEntry {
  readonly seq: number;
  header: Pick<Entry, "id" | "channel" | "createdAt" | "idempotencyKey" | "orderingKey" | "replayOf">;
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
  /** Content as text, so that callers cannot change it. Absent if the delivery is erased. */
  body: string | undefined;
  source: string | undefined;
  journal: { readonly text: string }[];
  size: number;
}

export const isSettled = ({ stage }: OutboxEntry): boolean =>
  stage !== "waiting" && stage !== "claimed" && stage !== "behind";

export const stateOf = (entry: OutboxEntry): DeliveryState =>
  isSettled(entry) ? (entry.stage as DeliveryState) : "pending";

const priorityOf = ({ rank }: OutboxEntry): Priority => priorities[rank % 3]!;

export function claimedOf(entry: OutboxEntry): Claimed {
  const { disabled } = entry.destination;
  return {
    id: entry.header.id,
    channel: entry.header.channel,
    destination: entry.destination.name,
    ...JSON.parse(entry.body!),
    createdAt: entry.header.createdAt,
    since: entry.since,
    attempt: entry.attempt,
    claim: entry.claims,
    priority: priorityOf(entry),
    ...(disabled === undefined ? {} : { disabled }),
  };
}

export function summaryOf(entry: OutboxEntry): DeliverySummary {
  const { id, channel, createdAt, idempotencyKey, orderingKey, replayOf } = entry.header;
  const state = stateOf(entry);
  return {
    id,
    channel,
    destination: entry.destination.name,
    state,
    priority: priorityOf(entry),
    attempts: entry.attempt,
    createdAt,
    ...(state === "pending" ? { due: entry.due } : {}),
    ...(entry.lease === undefined ? {} : { leasedUntil: entry.lease }),
    ...(entry.settledAt === undefined ? {} : { settledAt: entry.settledAt }),
    ...(entry.reason === undefined ? {} : { reason: entry.reason }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(orderingKey === undefined ? {} : { orderingKey }),
    ...(replayOf === undefined ? {} : { replayOf }),
  };
}

export function storedDelivery(entry: OutboxEntry): StoredDelivery {
  return {
    ...summaryOf(entry),
    ...(entry.body === undefined ? {} : JSON.parse(entry.body)),
    ...(entry.source === undefined ? {} : { source: JSON.parse(entry.source) }),
    erased: entry.body === undefined,
    journal: entry.journal.map(({ text }): Attempt => JSON.parse(text)),
  };
}

export function newEntry(entry: Entry, outbox: OutboxState): OutboxEntry {
  const { id, channel, createdAt, idempotencyKey, orderingKey, replayOf, to, alert, options, content, source } = entry;
  const destination = outbox.destination(channel, entry.destination);
  const { disabled } = destination;
  const stage = entry.aborted !== undefined ? "aborted" : disabled === undefined ? "waiting" : "dead";
  const due = Math.max(createdAt, entry.due ?? createdAt);
  const body = JSON.stringify({ to, alert, options, content });
  const sourceText = source === undefined ? undefined : JSON.stringify(source);
  return {
    seq: outbox.nextSeq,
    header: { id, channel, createdAt, idempotencyKey, orderingKey, replayOf },
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
