import type { FunctionSet } from "../functions/index.ts";
import type { LintOptions, TemplateOptions } from "../index.ts";

/**
 * Options of templates or of the linter as they cross into a worker: function sets as names, the clock as the time that it
 * shows, and the rest as it is. Limits of time go by the clock of the worker.
 */
export interface PortableOptions {
  readonly functions?: readonly FunctionSetName[] | undefined;
  readonly sets?: readonly (readonly [as: string, name: FunctionSetName])[] | undefined;
  /** ms since 1970. */
  readonly now?: number | undefined;
  readonly rest: Omit<TemplateOptions & LintOptions, "functions" | "sets" | "clock" | "random" | "monotonicClock">;
}

export type FunctionSetName = "alerting" | "alertmanager" | "content" | "sprig";

const loadFunctionSets = async (): Promise<Readonly<Record<FunctionSetName, FunctionSet>>> => {
  const { alerting, alertmanager, content, sprig } = await import("../functions/index.ts");
  return { alerting, alertmanager, content, sprig };
};

/**
 * Makes options ready for a worker.
 * @returns undefined where they cannot cross: with functions of one's own, which a worker has no code for, or with `random`
 */
export async function toPortable(options: TemplateOptions & LintOptions): Promise<PortableOptions | undefined> {
  const { functions, sets, clock, random, monotonicClock: _ours, ...rest } = options;
  if (random !== undefined) return undefined;
  const known = functions === undefined && sets === undefined ? [] : Object.entries(await loadFunctionSets());
  const nameOf = (set: FunctionSet): FunctionSetName | undefined =>
    known.find(([, one]) => one === set)?.[0] as FunctionSetName;
  const names = functions && [...functions].map(nameOf);
  const named = sets && Object.entries(sets).map(([as, set]) => [as, nameOf(set)] as const);
  if (names?.includes(undefined) || named?.some(([, name]) => name === undefined)) return undefined;
  return {
    ...(names && { functions: names as FunctionSetName[] }),
    ...(named && { sets: named as [string, FunctionSetName][] }),
    ...(clock && { now: clock().getTime() }),
    rest,
  };
}
