import { checkContextOptions } from "./context.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import type { MissingKey, Settings } from "./run.ts";
import type { LanguageOptions } from "./template.ts";
import type { Numbers } from "./value.ts";

/** Makes the settings that all renders share of the options. @throws TypeError for invalid options */
export function settingsOf(options: LanguageOptions): Settings {
  const { numbers = "int", missingKey = "default" } = options;
  if (!missingKeys.includes(missingKey)) throw new TypeError(`unrecognized option: missingkey=${missingKey}`);
  if (!policies.includes(numbers)) throw new TypeError(`unrecognized option: numbers=${numbers}`);
  const limits = checkLimits(options.limits);
  const { output, depth } = limits;
  const { monotonicClock = () => performance.now() } = options;
  if (typeof monotonicClock !== "function")
    throw new TypeError("the monotonicClock is a function that gives milliseconds");
  return {
    numbers,
    missingKey,
    limits,
    printing: { numbers, output, depth },
    contextOptions: checkContextOptions(options),
    firstCheck: Math.floor(output / 3),
    monotonicClock,
  };
}

const missingKeys: readonly MissingKey[] = ["default", "zero", "error", "required"];
const policies: readonly Numbers[] = ["int", "float64"];

function checkLimits(given: LanguageOptions["limits"] = {}): Limits {
  const limits: { -readonly [L in keyof Limits]: number } = { ...defaultLimits };
  for (const name of Object.keys(limits) as (keyof Limits)[]) {
    const value = given[name];
    if (value === undefined) continue;
    if (typeof value !== "number" || !(value >= 0))
      throw new TypeError(`the ${name} limit is ${value}, not a number from 0`);
    limits[name] = value;
  }
  return limits;
}
