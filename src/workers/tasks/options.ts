import { alerting, alertmanager, content, type FunctionSet, sprig } from "../../functions/index.ts";
import type { LintOptions, TemplateOptions } from "../../index.ts";
import type { Portable, SetName } from "../portable.ts";

const known: Readonly<Record<SetName, FunctionSet>> = { alerting, alertmanager, content, sprig };

/** Makes the options again, in a worker. */
export function fromPortable({ functions, sets, now, rest }: Portable): TemplateOptions & LintOptions {
  return {
    ...rest,
    ...(functions && { functions: functions.map((name) => known[name]) }),
    ...(sets && { sets: Object.fromEntries(sets.map(([as, name]) => [as, known[name]])) }),
    ...(now !== undefined && { clock: () => new Date(now) }),
  };
}
