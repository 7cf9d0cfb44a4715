import type { FunctionSet } from "../functions/index.ts";
import type { TemplateOptions } from "../index.ts";
import type { LintOptions } from "../lint/index.ts";

/**
 * Options of templates or of the linter in a form that can be sent to a worker: function sets as names, the clock as its current time,
 * all others unchanged. Time limits use the worker's own clock.
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
 * Converts options to a form that can be sent to a worker.
 * @returns undefined if that is impossible: with custom functions, whose code a worker does not have, or with `random`
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
