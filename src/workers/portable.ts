import type { FunctionSet } from "../functions/index.ts";
import type { LintOptions, TemplateOptions } from "../index.ts";

/**
 * Options of templates or of the linter as they cross into a worker: function sets as names, the clock as the time that it
 * shows, and the rest as it is.
 */
export interface Portable {
  readonly functions?: readonly SetName[] | undefined;
  readonly sets?: readonly (readonly [as: string, name: SetName])[] | undefined;
  /** ms since 1970. */
  readonly now?: number | undefined;
  readonly rest: Omit<TemplateOptions & LintOptions, "functions" | "sets" | "clock" | "random">;
}

export type SetName = "alerting" | "alertmanager" | "content" | "sprig";

const loadSets = async (): Promise<Readonly<Record<SetName, FunctionSet>>> => {
  const { alerting, alertmanager, content, sprig } = await import("../functions/index.ts");
  return { alerting, alertmanager, content, sprig };
};

/**
 * Makes options ready for a worker.
 * @returns undefined where they cannot cross: with functions of one's own, which a worker has no code for, or with `random`
 */
export async function toPortable(options: TemplateOptions & LintOptions): Promise<Portable | undefined> {
  const { functions, sets, clock, random, ...rest } = options;
  if (random !== undefined) return undefined;
  const known = functions === undefined && sets === undefined ? [] : Object.entries(await loadSets());
  const nameOf = (set: FunctionSet): SetName | undefined => known.find(([, one]) => one === set)?.[0] as SetName;
  const names = functions && [...functions].map(nameOf);
  const named = sets && Object.entries(sets).map(([as, set]) => [as, nameOf(set)] as const);
  if (names?.includes(undefined) || named?.some(([, name]) => name === undefined)) return undefined;
  return {
    ...(names && { functions: names as SetName[] }),
    ...(named && { sets: named as [string, SetName][] }),
    ...(clock && { now: clock().getTime() }),
    rest,
  };
}
