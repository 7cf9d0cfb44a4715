import { undoMerge } from "../../profiles/index.ts";
import type { EngineTransaction, MemberSince, Profile } from "../../store/index.ts";
import type { Catalog } from "../definition/catalog.ts";
import { type Split, SplitError } from "../engine.ts";
import type { FiringContext } from "../fire/fire.ts";
import { queueRevisits } from "./revisit-merged.ts";
import { isIn, MembershipChanges } from "./transitions.ts";

/** Limits how long a merge can be undone, in ms. */
export const mergeRetention = 30 * 86_400_000;

/** Implements `Engine.split`, within a transaction. */
export async function split(context: FiringContext, catalog: Catalog, given: string): Promise<Split | undefined> {
  const { transaction, now } = context;
  const { profiles, memberships } = transaction;
  const [survivor] = await profiles.get([given]);
  if (survivor === undefined) return undefined;
  // A merge that is too old may still be stored, because old merges are pruned in steps.
  const merges = await profiles.merges(given);
  const merge = given === survivor.id ? merges.at(-1) : merges.find(({ profile }) => profile.id === given);
  if (merge === undefined || merge.at < now - mergeRetention) throw new SplitError(whyNot(given, survivor));
  const identifiers = merge.profile.identifiers;
  const owners = await profiles.find(identifiers);
  const [all] = await memberships.of([survivor.id]);
  const since: MemberSince = Object.fromEntries(all!.map(({ audience, since }) => [audience, since]));
  const undone = undoMerge(
    survivor,
    since,
    merges,
    merge,
    (identifier) => owners[identifiers.indexOf(identifier)],
    catalog.settings,
    now,
  );
  await profiles.put([undone.rest]);
  await profiles.split(undone.split, now, undone.merges);
  const declared = await declaredAudiences(transaction);
  await memberships.change([
    ...evaluated(context, catalog, declared, undone.split, {}, undone.since),
    ...evaluated(context, catalog, declared, undone.rest, since, undone.restSince),
  ]);
  const membershipChanges = new MembershipChanges(now);
  await membershipChanges.read(memberships, [undone.split.id]);
  await queueRevisits(transaction, new Set([undone.split.id]), membershipChanges);
  return { profile: undone.split, from: undone.rest, reassigned: undone.reassigned };
}

/**
 * Evaluates all audiences again. A profile that is a member and was one before keeps the time it entered.
 * @param recorded memberships as stored
 * @param since memberships before; they decide where an audience is broken or its condition ran out of time
 * @returns the membership changes @throws OverBudget
 */
function* evaluated(
  context: FiringContext,
  catalog: Catalog,
  declared: ReadonlySet<string>,
  { id, fields }: Profile,
  recorded: MemberSince,
  since: MemberSince,
): Generator<{ audience: string; profile: string; since: number | undefined }> {
  for (const name of declared) {
    const audience = catalog.audiences.get(name);
    const is = (audience && isIn(context, audience, fields)) ?? since[name] !== undefined;
    const desired = is ? (since[name] ?? context.now) : undefined;
    if (desired === recorded[name]) continue;
    // Entering an audience again would keep the stored time, so the membership is removed first.
    if (recorded[name] !== undefined) yield { audience: name, profile: id, since: undefined };
    if (desired !== undefined) yield { audience: name, profile: id, since: desired };
  }
}

async function declaredAudiences({ definitions }: EngineTransaction): Promise<ReadonlySet<string>> {
  const all = await definitions.all();
  return new Set(all.filter(({ kind }) => kind === "audience").map(({ name }) => name));
}

function whyNot(given: string, { id }: Profile): string {
  const days = mergeRetention / 86_400_000;
  return given === id
    ? `nothing was merged into ${id} within the last ${days} days`
    : `${given} became part of ${id} more than ${days} days ago, and what it was is not kept any longer`;
}
