import { newId } from "../../base/id.ts";
import type { Json } from "../../base/json.ts";
import { applyUpdates, type Change, type IdentityMode, identityModeOf, type Update } from "../../profiles/index.ts";
import type { RawEvent } from "../../store/index.ts";
import type { Catalog } from "../definition/catalog.ts";
import { type Collected, NotFoundError, type Updated } from "../engine.ts";
import type { Budget } from "../fire/budget.ts";
import { hasEnqueued } from "../fire/enqueue.ts";
import { type FiringContext, fire } from "../fire/fire.ts";
import { queueRevisits } from "./revisit-merged.ts";
import { MembershipChanges, type TriggerMatch, transitions } from "./transitions.ts";

/** Holds an update of a profile, or an event of a stream. */
export type IngestItem =
  | { readonly kind: "update"; readonly update: Update }
  | {
      readonly kind: "event";
      readonly stream: string;
      readonly payload: Json;
      /** Key given by the sender, for a stream without a template for its key. */
      readonly key?: string | undefined;
      /** See `CollectOptions`. */
      readonly signed?: boolean | undefined;
    };

/** Results of one transaction, in the order of its items. */
export interface IngestResult {
  readonly results: readonly (Updated | Collected)[];
  /** Something was added to the outbox. */
  readonly enqueued: boolean;
  readonly next: Budget["next"];
}

/** Ingests items within a transaction: items → profiles → transitions → firings. */
export async function ingest(
  context: FiringContext,
  catalog: Catalog,
  items: readonly IngestItem[],
): Promise<IngestResult> {
  const { transaction, now, budget } = context;
  const reads = await readEvents(context, catalog, items);
  const updates: Update[] = [];
  const modes: IdentityMode[] = [];
  const from: number[] = [];
  items.forEach((item, i) => {
    const update = item.kind === "update" ? item.update : reads[i]?.update;
    if (update === undefined) return;
    updates.push(update);
    modes.push(modeOf(item, catalog));
    from.push(i);
  });
  const membershipChanges = new MembershipChanges(now);
  const writer = membershipChanges.recordingWriter(transaction.profiles, transaction.memberships);
  const applied = await applyUpdates(writer, updates, catalog.settings, now, modes);
  await membershipChanges.read(transaction.memberships, stored(applied));

  const changes: (Change | undefined)[] = items.map(() => undefined);
  const problems: (string | undefined)[] = items.map((_, i) => reads[i]?.problem);
  const confidential = new Set<number>();
  applied.forEach((one, j) => {
    const i = from[j]!;
    if ("problem" in one) {
      problems[i] = one.problem;
      if (one.confidential) confidential.add(i);
    } else changes[i] = one;
  });
  const resolveId = idResolver(changes);
  const matches: (TriggerMatch & { readonly item: number })[] = [];
  const events: RawEvent[] = [];
  items.forEach((item, i) => {
    const change = changes[i];
    if (change !== undefined) {
      const some = budget.measure(i, () => transitions(context, catalog, change, membershipChanges));
      matches.push(...some.map((one) => ({ ...one, item: i })));
    }
    const event = reads[i]?.event;
    if (item.kind !== "event" || event === undefined) return;
    const profile = change?.after;
    const problem = problems[i];
    events.push({
      ...event,
      ...(profile && { profile: resolveId(profile.id) }),
      ...(problem !== undefined && { problem }),
      ...notesOf(change, modeOf(item, catalog)),
    });
    if (profile === undefined) return;
    for (const trigger of catalog.on.get(`event ${item.stream}`) ?? []) {
      const cause = { kind: "event", stream: item.stream, event: event.id, payload: item.payload } as const;
      matches.push({ trigger, profile, cause, item: i });
    }
  });
  if (events.length > 0) await transaction.events.add(events);
  await membershipChanges.write(transaction.memberships);
  const merged = changes.flatMap((change) => (change?.mergedFrom.length ? [resolveId(change.after.id)] : []));
  if (merged.length > 0) await queueRevisits(transaction, new Set(merged), membershipChanges);
  const kept = matches.map((one) => ({ ...one, profile: { ...one.profile, id: resolveId(one.profile.id) } }));
  const enqueued = await fireAll(context, kept);
  const results = items.map((item, i) => {
    const result = resultOf(item, reads[i], changes[i], problems[i]);
    if (item.kind === "update") return result;
    const notes = notesOf(changes[i], modeOf(item, catalog));
    return { ...(result as Collected), ...notes, ...(confidential.has(i) && { confidential: true as const }) };
  });
  items.forEach((item, i) => {
    const result = reads[i]?.duplicate ? "duplicate" : problems[i] === undefined ? "kept" : "problem";
    context.pendingEvents.push({ type: "ingested", ...(item.kind === "event" && { stream: item.stream }), result });
  });
  return { results, enqueued, next: budget.next };
}

/** Returns what an item may do to existing profiles: everything for an operator's update, what its stream allows for an event. */
function modeOf(item: IngestItem, catalog: Catalog): IdentityMode {
  if (item.kind === "update") return "merge";
  return identityModeOf(catalog.streams.get(item.stream)!.definition, item.signed === true);
}

/** Limits the notes that are stored with an event. */
const maxNotes = 20;

/** Returns the parts of an event that were refused because the event may not merge. */
function notesOf(change: Change | undefined, mode: IdentityMode): Pick<RawEvent, "refused"> {
  if (change === undefined || mode === "merge") return {};
  const { refused, withheld = [] } = change;
  const notes = [
    ...withheld.map((path) => `field ${path}: it is protected: only streams with identity: merge may change it`),
    ...refused.map(({ identifier, reason }) => `identifier ${identifier.kind}: ${reason}`),
  ];
  return notes.length === 0 ? {} : { refused: notes.slice(0, maxNotes) };
}

/**
 * Returns a function that resolves the id of a profile that a later item of the same transaction merged into another.
 */
function idResolver(changes: readonly (Change | undefined)[]): (id: string) => string {
  const into = new Map<string, string>();
  for (const change of changes) for (const { id } of change?.mergedFrom ?? []) into.set(id, change!.after.id);
  const resolveId = (id: string): string => {
    const next = into.get(id);
    return next === undefined ? id : resolveId(next);
  };
  return resolveId;
}

/** Fires all matching triggers. @returns whether something was added to the outbox */
export async function fireAll(
  context: FiringContext,
  matches: readonly (TriggerMatch & { readonly item: number })[],
): Promise<boolean> {
  let sent = false;
  for (const { trigger, profile, cause, item } of matches) {
    context.budget.item = item;
    if (hasEnqueued(await fire(context, trigger, profile, cause))) sent = true;
  }
  return sent;
}

/** Holds an event as its stream's mapping reads it; a duplicate is not processed further. */
interface EventRead {
  readonly event?: RawEvent;
  readonly duplicate?: true;
  readonly update?: Update | undefined;
  readonly problem?: string | undefined;
}

async function readEvents(
  { transaction: { events }, budget, now }: FiringContext,
  catalog: Catalog,
  items: readonly IngestItem[],
): Promise<readonly (EventRead | undefined)[]> {
  const mapped = items.map((item, i) => {
    if (item.kind !== "event") return undefined;
    const stream = catalog.streams.get(item.stream);
    if (stream === undefined) throw new NotFoundError("stream", item.stream);
    return budget.measure(i, () => budget.evaluate(stream.mapping, item.payload));
  });
  const keys = new Map<string, Set<string>>();
  items.forEach((item, i) => {
    if (item.kind !== "event") return;
    const key = mapped[i]?.key ?? item.key;
    if (key === undefined) return;
    keys.set(item.stream, (keys.get(item.stream) ?? new Set()).add(key));
  });
  const known = new Map<string, Set<string>>();
  for (const [stream, some] of keys) known.set(stream, new Set(await events.known(stream, [...some])));
  return items.map((item, i) => {
    if (item.kind !== "event") return undefined;
    const { key = item.key, update, problem } = mapped[i]!;
    if (key !== undefined) {
      const before = known.get(item.stream)!;
      if (before.has(key)) return { duplicate: true };
      before.add(key);
    }
    const { stream, payload } = item;
    const event: RawEvent = {
      id: newId(now, "evt"),
      stream,
      receivedAt: now,
      payload,
      ...(key !== undefined && { key }),
    };
    return { event, update, problem };
  });
}

/** Yields the profiles that existed before: new ones have no memberships. */
function* stored(applied: readonly (Change | { readonly problem: string })[]): Generator<string> {
  for (const one of applied) if ("after" in one && one.before !== undefined) yield one.after.id;
}

function resultOf(
  item: IngestItem,
  read: EventRead | undefined,
  change: Change | undefined,
  problem: string | undefined,
): Updated | Collected {
  if (item.kind === "update") return change ?? { problem: problem! };
  if (read?.duplicate) return { duplicate: true };
  return {
    id: read!.event!.id,
    ...(change && { profile: change.after.id }),
    ...(problem !== undefined && { problem }),
  };
}
