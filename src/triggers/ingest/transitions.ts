import type { Json } from "../../base/json.ts";
import type { Change } from "../../profiles/index.ts";
import type { Cause, Fields, MemberSince, MembershipsWriter, Profile, ProfilesWriter } from "../../store/index.ts";
import type { Audience, Catalog } from "../definition/catalog.ts";
import type { Trigger } from "../definition/trigger.ts";
import type { FiringContext } from "../fire/fire.ts";

/** Names a trigger that fires for a profile, and why. */
export interface TriggerMatch {
  readonly trigger: Trigger;
  readonly profile: Profile;
  readonly cause: Cause;
}

/** Tracks the memberships of the profiles of one transaction, and how they change. */
export class MembershipChanges {
  readonly #now: number;
  readonly #known = new Map<string, Map<string, number>>();
  readonly #changes = new Map<string, { audience: string; profile: string; since: number | undefined }>();

  constructor(now: number) {
    this.#now = now;
  }

  async read(memberships: Pick<MembershipsWriter, "of">, profiles: Iterable<string>): Promise<void> {
    const ids = [...new Set(profiles)].filter((id) => !this.#known.has(id));
    if (ids.length === 0) return;
    const all = await memberships.of(ids);
    ids.forEach((id, i) => {
      this.#known.set(id, new Map(all[i]!.map(({ audience, since }) => [audience, since])));
    });
  }

  /**
   * Returns a writer that reads the memberships of profiles before they are merged away, for this tracker and for the
   * stored merge.
   */
  recordingWriter(writer: ProfilesWriter, memberships: Pick<MembershipsWriter, "of">): ProfilesWriter {
    const since = (id: string): MemberSince => Object.fromEntries(this.of(id));
    return {
      get: (ids) => writer.get(ids),
      find: (identifiers) => writer.find(identifiers),
      list: (query) => writer.list(query),
      merges: (id) => writer.merges(id),
      splitPairs: (ids) => writer.splitPairs(ids),
      put: (profiles) => writer.put(profiles),
      remove: (ids) => writer.remove(ids),
      split: (profile, at, merges) => writer.split(profile, at, merges),
      pruneMerges: (before, limit) => writer.pruneMerges(before, limit),
      absorb: async (pairs) => {
        await this.read(
          memberships,
          pairs.flatMap(({ from, into }) => [from, into]),
        );
        const whole = pairs.map(({ merge, ...pair }) => ({
          ...pair,
          merge: merge && { ...merge, memberships: since(pair.from), intoMemberships: since(pair.into) },
        }));
        await writer.absorb(whole);
      },
    };
  }

  of(profile: string): Map<string, number> {
    const known = this.#known.get(profile) ?? new Map<string, number>();
    this.#known.set(profile, known);
    return known;
  }

  /** Returns since when the profile, or one that was merged into it, has been in the audience. */
  since(profile: string, absorbed: readonly Profile[], audience: string): number | undefined {
    let since = this.of(profile).get(audience);
    for (const { id } of absorbed) {
      const one = this.of(id).get(audience);
      if (one !== undefined && (since === undefined || one < since)) since = one;
    }
    return since;
  }

  /** Changes a membership. @param since when it began @default now */
  set(profile: string, audience: string, is: boolean, since: number = this.#now): void {
    const known = this.of(profile);
    if (known.has(audience) === is) return;
    if (is) known.set(audience, since);
    else known.delete(audience);
    const key = `${audience} ${profile}`;
    this.#changes.delete(key);
    this.#changes.set(key, { audience, profile, since: is ? since : undefined });
  }

  /** Discards the changes of a profile that was merged into another. */
  forget(profile: string): void {
    for (const [key, change] of this.#changes) if (change.profile === profile) this.#changes.delete(key);
  }

  async write(memberships: Pick<MembershipsWriter, "change">): Promise<void> {
    if (this.#changes.size > 0) await memberships.change([...this.#changes.values()]);
    this.#changes.clear();
  }
}

/**
 * Determines which audiences a profile entered and left by a change, and returns the triggers that match, in the order
 * of the catalog.
 * @param membershipChanges knows the memberships of the surviving profile and of those that were merged into it; is
 * updated
 */
export function transitions(
  context: EvaluationContext,
  catalog: Catalog,
  change: Change,
  membershipChanges: MembershipChanges,
): TriggerMatch[] {
  const { before, after, mergedFrom, changed } = change;
  const isNew = before === undefined || mergedFrom.length > 0;
  const audiences = isNew ? catalog.audiences.values() : catalog.audiencesFor(changed);
  const matches: TriggerMatch[] = [];
  for (const { id } of mergedFrom) membershipChanges.forget(id);
  for (const audience of audiences) {
    const is = isIn(context, audience, after.fields);
    const since = membershipChanges.since(after.id, mergedFrom, audience.name);
    if (is === undefined) {
      membershipChanges.set(after.id, audience.name, since !== undefined, since);
      continue;
    }
    const was = wasIn(context, audience, since !== undefined, before, mergedFrom);
    membershipChanges.set(after.id, audience.name, is, is && was ? since : undefined);
    if (is !== was) matches.push(...entering(catalog, audience.name, is, after));
  }
  if (before !== undefined && changed.size > 0) {
    for (const trigger of catalog.onChange) {
      const { on } = trigger.definition;
      if (!("change" in on)) continue;
      const fields = on.change.filter((field) => changed.has(field));
      if (fields.length === 0) continue;
      if (on.audience !== undefined && !membershipChanges.of(after.id).has(on.audience)) continue;
      matches.push({
        trigger,
        profile: after,
        cause: { kind: "change", fields, before: some(before.fields, fields) },
      });
    }
  }
  return matches;
}

/**
 * Reports whether the profile was a member before. During a silent re-evaluation the stored membership may follow the
 * old condition, so the new condition is evaluated for the profile as it was.
 */
function wasIn(
  context: EvaluationContext,
  audience: Audience,
  recorded: boolean,
  before: Profile | undefined,
  absorbed: readonly Profile[],
): boolean {
  if (audience.status.reevaluation?.silent !== true) return recorded;
  const all = [...(before === undefined ? [] : [before]), ...absorbed];
  return all.some(({ fields }) => isIn(context, audience, fields) ?? recorded);
}

type EvaluationContext = Pick<FiringContext, "budget" | "pendingEvents">;

/**
 * Reports whether the audience's condition holds; undefined if it ran out of time, which changes no membership. @throws
 * OverBudget
 */
export function isIn(
  { budget, pendingEvents }: EvaluationContext,
  { name, test }: Audience,
  fields: Fields,
): boolean | undefined {
  const { matches, limit, problem = "" } = budget.evaluate(test, fields);
  if (limit !== "time") return matches;
  pendingEvents.push({ type: "undecided", audience: name, reason: problem });
  return undefined;
}

export function entering(catalog: Catalog, audience: string, is: boolean, profile: Profile): TriggerMatch[] {
  const kind = is ? "enter" : "exit";
  const triggers = catalog.on.get(`${kind} ${audience}`) ?? [];
  return triggers.map((trigger) => ({ trigger, profile, cause: { kind, audience } }));
}

function some(fields: Fields, names: readonly string[]): { readonly [field: string]: Json } {
  return Object.fromEntries(names.flatMap((name) => (Object.hasOwn(fields, name) ? [[name, fields[name]!]] : [])));
}
