import type { Page } from "../../../src/base/page.ts";
import type { EngineStore, Firing, Run } from "../../../src/store/index.ts";
import type { Receiver } from "../receiver.ts";
import { expected, type Person } from "./lanes.ts";

interface Differences {
  readonly alerts: number;
  readonly scheduledRuns: number;
  readonly duplicates: number;
  readonly faults: readonly string[];
}

/** Compares what was accepted with what was stored, and that with what arrived. */
export async function differences(
  store: EngineStore,
  people: readonly Person[],
  receiver: Receiver,
  { members, readers }: { readonly members: number; readonly readers: number },
): Promise<Differences> {
  const faults: string[] = [];
  const arrived = new Map<string, string>();
  let duplicates = 0;
  for (const [id, { said, times }] of receiver.received) {
    duplicates += times - 1;
    if (said.size !== 1) faults.push(`${id} said ${[...said].join(" and ")}`);
    const text = JSON.parse([...said][0]!) as string;
    if (arrived.has(text)) faults.push(`"${text}" arrived as ${id} and as ${arrived.get(text)}`);
    arrived.set(text, id);
  }

  const { exactly, entered } = expected(people);
  const welcomed = Array.from({ length: members }, (_, i) => `welcome member${i} (backfill)`);
  const due = new Set([...exactly, ...welcomed]);
  const gathered = new Map<string, number[]>();
  const stayed = new Map<string, number>();
  const papers = new Map<string, number>();
  for (const text of arrived.keys()) {
    const [kind, user, ...rest] = text.trim().split(" ") as [string, string, ...string[]];
    if (kind === "gathered") gathered.set(user, [...(gathered.get(user) ?? []), ...rest.map(Number)]);
    else if (kind === "stayed") stayed.set(user, (stayed.get(user) ?? 0) + 1);
    else if (kind === "paper") papers.set(user, (papers.get(user) ?? 0) + 1);
    else if (!due.has(text)) faults.push(`"${text}" arrived, and was not to`);
  }
  for (const text of due) if (!arrived.has(text)) faults.push(`"${text}" did not arrive`);
  for (const { user, way, orders } of people) {
    const { times, stays } = entered.get(user)!;
    const alerted = stayed.get(user) ?? 0;
    if (alerted > times || (stays && alerted === 0)) faults.push(`${user} entered ${times} times, ${alerted} stayed`);
    if (way === "update") continue;
    const all = (gathered.get(user) ?? []).sort((a, b) => a - b).join();
    const wanted = orders.map(({ order }) => order).join();
    if (all !== wanted) faults.push(`of ${user} was gathered ${all} and not ${wanted}`);
  }

  const runs = await every<Run>((page) => store.runs.list(page));
  const scheduledRuns = runs.filter(({ kind }) => kind === "scheduled");
  if (new Set(scheduledRuns.map(({ scheduledFor }) => scheduledFor)).size !== scheduledRuns.length)
    faults.push("a scheduled run was started twice");
  // The last one may have been paused with its trigger.
  const whole = scheduledRuns.filter(({ state }) => state === "done");
  for (let i = 0; i < readers; i++) {
    const papered = papers.get(`reader${i}`) ?? 0;
    if (papered < whole.length || papered > scheduledRuns.length)
      faults.push(`${whole.length} to ${scheduledRuns.length} scheduled runs, ${papered} papers for reader${i}`);
  }
  const firings = await every<Firing>((page) => store.firings.list(page));
  const fired = new Set(firings.flatMap(({ deliveries }) => deliveries));
  for (const { id, state, reason } of firings) if (state === "failed") faults.push(`${id} failed: ${reason}`);
  const stats = (await store.outbox.stats()).total;
  if (stats.pending !== 0 || stats.dead !== 0) faults.push(`${stats.pending} are pending, ${stats.dead} dead`);
  if (stats.delivered !== arrived.size || fired.size !== arrived.size)
    faults.push(`${fired.size} fired, ${stats.delivered} delivered, ${arrived.size} arrived`);
  const events = await every((page) => store.events.list(page));
  const posted = people.reduce((sum, { way, orders }) => sum + (way === "event" ? orders.length : 0), 0);
  if (events.length !== posted) faults.push(`${posted} events were accepted, ${events.length} are kept`);
  return { alerts: arrived.size, scheduledRuns: scheduledRuns.length, duplicates, faults };
}

async function every<Item>(list: (page: { limit: number; after?: string }) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let after: string | undefined;
  do {
    const page = await list({ limit: 1000, ...(after !== undefined && { after }) });
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return items;
}
