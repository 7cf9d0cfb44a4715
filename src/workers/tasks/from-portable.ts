import { alerting, alertmanager, content, type FunctionSet, sprig } from "../../functions/index.ts";
import type { TemplateOptions } from "../../index.ts";
import type { LintOptions } from "../../lint/index.ts";
import type { FunctionSetName, PortableOptions } from "../portable-options.ts";

const functionSets: Readonly<Record<FunctionSetName, FunctionSet>> = { alerting, alertmanager, content, sprig };

/** Restores options, inside a worker. */
export function fromPortable({ functions, sets, now, rest }: PortableOptions): TemplateOptions & LintOptions {
  return {
    ...rest,
    ...(functions && { functions: functions.map((name) => functionSets[name]) }),
    ...(sets && { sets: Object.fromEntries(sets.map(([as, name]) => [as, functionSets[name]])) }),
    ...(now !== undefined && { clock: () => new Date(now) }),
  };
}
