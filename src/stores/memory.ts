import {
  type Added,
  type Entry,
  type Outbox,
  type Page,
  priorities,
  type Settlement,
  type State,
  type Trouble,
} from "../dispatch/outbox.ts";
import { type Store, StoreError } from "../dispatch/store.ts";
import { claim } from "./memory/claim.ts";
import type { Destination } from "./memory/destination.ts";
import { type Item, isSettled, keptOf, stateOf, summaryOf } from "./memory/item.ts";
import { Shelf } from "./memory/shelf.ts";
import { defaultRetention, type Retention } from "./retention.ts";

/** A store for tests and trials: it ends with the process. Keeps to the same contract as the others. */
export function memoryStore(options: { readonly retention?: Partial<Retention> | undefined } = {}): Store {
  const retention = { ...defaultRetention, ...options.retention };
  let shelf = new Shelf();
  let closed = false;
  let turn: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  /** In turn, so that nothing comes between the steps of a transaction. */
  function write<Result>(run: () => Result | Promise<Result>): Promise<Result> {
    if (closed) return Promise.reject(new StoreError("closed", "the store is closed"));
    waiting++;
    const result = turn.then(run).finally(() => waiting--);
    turn = result.catch(() => {});
    return result;
  }

  async function read<Result>(run: () => Result): Promise<Result> {
    if (closed) throw new StoreError("closed", "the store is closed");
    return run();
  }

  function stage(entry: Entry, staged: Map<string, Added>): { added: Added; item?: Item } {
    const { idempotencyKey } = entry;
    const known = idempotencyKey === undefined ? undefined : shelf.byKey.get(idempotencyKey);
    if (known !== undefined) {
      const reason = isSettled(known) ? known.reason : undefined;
      return { added: { id: known.entry.id, state: stateOf(known), reason, duplicate: true } };
    }
    const earlier = idempotencyKey === undefined ? undefined : staged.get(idempotencyKey);
    if (earlier !== undefined) return { added: { ...earlier, duplicate: true } };
    const item = itemOf(entry, shelf);
    const reason = isSettled(item) ? item.reason : undefined;
    const added = { id: entry.id, state: stateOf(item), reason, duplicate: false };
    if (idempotencyKey !== undefined) staged.set(idempotencyKey, added);
    return { added, item };
  }

  function keep(items: readonly Item[]): void {
    for (const item of items) {
      shelf.items.set(item.entry.id, item);
      if (item.entry.idempotencyKey !== undefined) shelf.byKey.set(item.entry.idempotencyKey, item);
      if (!isSettled(item)) shelf.enter(item);
    }
  }

  function stager() {
    const staged = new Map<string, Added>();
    const items: Item[] = [];
    const ids = new Set<string>();
    const add = (entries: readonly Entry[]): Added[] =>
      entries.map((entry) => {
        const { added, item } = stage(entry, staged);
        if (item !== undefined) {
          if (shelf.items.has(entry.id) || ids.has(entry.id))
            throw new StoreError("other", `${entry.id} is kept already`);
          ids.add(entry.id);
          items.push(item);
        }
        return added;
      });
    return { add, items };
  }

  const each = (ids: readonly string[], act: (item: Item) => boolean) =>
    write(() => {
      return ids.filter((id) => {
        const item = shelf.items.get(id);
        return item !== undefined && act(item);
      });
    });

  const outbox: Outbox = {
    add: (entries) =>
      write(() => {
        const { add, items } = stager();
        const added = add(entries);
        keep(items);
        return added;
      }),
    claim: (request) => write(() => claim(shelf, request)),
    settle: (settlements) => write(() => settlements.map((one) => settle(shelf, one))),
    release: (claims, now) =>
      write(() => {
        for (const { id, claim } of claims) {
          const item = shelf.held(id, claim);
          if (item === undefined) continue;
          item.attempt--;
          if (item.destination.trialUntil !== undefined) item.destination.trialUntil = 0;
          putBack(shelf, item, Math.min(item.due, now));
        }
      }),
    renew: (claims, until) =>
      write(() =>
        claims.map(({ id, claim }) => {
          const item = shelf.held(id, claim);
          if (item !== undefined) item.lease = until;
          return item !== undefined;
        }),
      ),
    find: (id) =>
      read(() => {
        const item = shelf.items.get(id);
        return item === undefined ? undefined : keptOf(item);
      }),
    list: ({ state, channel, destination, limit = 100, after } = {}) =>
      read(() => {
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
      }),
    stats: () => read(() => statsOf(shelf)),
    replay: (ids, now) =>
      each(ids, (item) => {
        if (!isSettled(item) || item.stage === "aborted" || item.body === undefined) return false;
        Object.assign(item, { rank: item.rank % 3, due: now, since: now, attempt: 0 });
        Object.assign(item, { settledAt: undefined, reason: undefined, stage: "behind" });
        shelf.enter(item);
        return true;
      }),
    cancel: (ids, now, reason) =>
      each(ids, (item) => {
        if (item.stage !== "waiting" && item.stage !== "behind") return false;
        item.destination.queues[item.rank]!.remove(item);
        shelf.settle(item, "cancelled", now, reason);
        return true;
      }),
    erase: (ids) =>
      each(ids, (item) => {
        if (!isSettled(item)) return false;
        item.body = item.source = undefined;
        item.size = 0;
        item.journal = item.journal.map(({ text }) => {
          const { number, startedAt, endedAt, outcome } = JSON.parse(text);
          return { text: JSON.stringify({ number, startedAt, endedAt, outcome }) };
        });
        return true;
      }),
    prune: (now, limit) => write(() => prune(shelf, retention, now, limit)),
    hold: ({ channel, destination }, until, reason) =>
      write(() => {
        const place = destination === undefined ? shelf.channel(channel) : shelf.destination(channel, destination);
        place.heldUntil = until;
        place.heldReason = reason;
      }),
    disable: ({ channel, destination }, reason) =>
      write(() => {
        shelf.destination(channel, destination).disabled = reason;
      }),
    enable: ({ channel, destination }) =>
      write(() => {
        const place = shelf.destination(channel, destination);
        Object.assign(place, {
          disabled: undefined,
          heldUntil: 0,
          heldReason: undefined,
          failures: 0,
          trialUntil: undefined,
        });
      }),
    troubles: ({ limit = 100, after } = {}) => read(() => troublesOf(shelf, limit, Number(after ?? 0))),
  };

  return {
    outbox,
    transaction: (work) =>
      write(async () => {
        const { add, items } = stager();
        const result = await work({ outbox: { add: async (entries) => add(entries) } });
        keep(items);
        return result;
      }),
    async close() {
      closed = true;
      while (waiting > 0) await turn;
      shelf = new Shelf();
    },
  };
}

function itemOf(entry: Entry, shelf: Shelf): Item {
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

function putBack(shelf: Shelf, item: Item, due: number): void {
  shelf.leased.delete(item);
  item.lease = undefined;
  item.due = due;
  shelf.wait(item);
}

function settle(shelf: Shelf, settlement: Settlement): boolean {
  const { claim, now, verdict, attempt, hold, disable, health } = settlement;
  const item = shelf.held(claim.id, claim.claim);
  if (item === undefined) return false;
  const { destination } = item;
  if (attempt !== undefined) shelf.note(item, { number: item.attempt, ...attempt });
  if (verdict.state === "pending") {
    if (verdict.uncounted) item.attempt--;
    item.rank = 3 + (item.rank % 3);
    item.reason = attempt !== undefined && "reason" in attempt.outcome ? attempt.outcome.reason : undefined;
    putBack(shelf, item, verdict.due);
  } else {
    shelf.leased.delete(item);
    shelf.settle(item, verdict.state, now, "reason" in verdict ? verdict.reason : undefined);
  }
  if (disable !== undefined) destination.disabled = disable;
  if (health !== undefined) judge(destination, health, now);
  if (hold !== undefined) {
    const place = hold.of === "channel" ? destination.channel : destination;
    place.heldUntil = hold.until;
    place.heldReason = hold.reason;
  }
  return true;
}

function judge(destination: Destination, { ok, failures, rest }: NonNullable<Settlement["health"]>, now: number): void {
  if (ok) {
    destination.failures = 0;
    destination.trialUntil = undefined;
    if (destination.heldUntil <= now) Object.assign(destination, { heldUntil: 0, heldReason: undefined });
    return;
  }
  destination.failures++;
  if (destination.failures < failures) return;
  destination.trialUntil = 0;
  destination.heldUntil = Math.max(destination.heldUntil, now + rest);
  destination.heldReason = `${destination.failures} attempts in a row failed`;
}

function prune(shelf: Shelf, { age, bytes }: Retention, now: number, limit: number): number {
  const settled = shelf.settled();
  let excess = settled.reduce((sum, { size }) => sum + size, 0) - bytes;
  let removed = 0;
  for (const item of settled) {
    if (removed >= limit || (item.entry.createdAt >= now - age && excess <= 0)) break;
    shelf.remove(item);
    excess -= item.size;
    removed++;
  }
  return removed;
}

function statsOf(shelf: Shelf) {
  const none = (): Record<State, number> => ({ pending: 0, delivered: 0, dead: 0, cancelled: 0, aborted: 0 });
  const channels: Record<string, Record<State, number>> = Object.create(null);
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

function troublesOf(shelf: Shelf, limit: number, after: number): Page<Trouble> {
  const held = (place: { heldUntil: number; heldReason: string | undefined }) =>
    place.heldUntil === 0 ? {} : { heldUntil: place.heldUntil, reason: place.heldReason };
  const destinations = [...shelf.destinations.values()]
    .filter(({ heldUntil, disabled, failures }) => heldUntil > 0 || disabled !== undefined || failures > 0)
    .map((one): Trouble => {
      const { channel, name, failures, disabled } = one;
      const why = disabled === undefined ? {} : { disabled };
      return { channel: channel.name, destination: name, failures, ...held(one), ...why };
    });
  const page = destinations.slice(after, after + limit);
  const whole = [...shelf.channels.values()]
    .filter(({ heldUntil }) => heldUntil > 0)
    .map((one): Trouble => ({ channel: one.name, failures: 0, ...held(one) }));
  const items = after === 0 ? [...whole, ...page] : page;
  return destinations.length > after + limit ? { items, next: `${after + limit}` } : { items };
}
