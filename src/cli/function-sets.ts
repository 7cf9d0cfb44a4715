import { InvalidArgumentError } from "commander";
import type { FunctionSet } from "../functions/index.ts";

/** Names the function sets for `--functions` and the configuration. */
const setNames = ["sprig", "alerting", "alertmanager"] as const;
export type SetName = (typeof setNames)[number];

/** Parses `none`, or the names of sets with commas between them. @throws InvalidArgumentError */
export function parseSets(text: string): SetName[] {
  if (text === "none") return [];
  return text.split(",").map((name) => {
    const known = setNames.find((one) => one === name.trim());
    if (known === undefined)
      throw new InvalidArgumentError(`Give ${setNames.join(", ")}, with commas between, or none.`);
    return known;
  });
}

export async function loadSets(names: readonly SetName[]): Promise<FunctionSet[]> {
  const sets = await import("../functions/index.ts");
  return names.map((name) => sets[name]);
}

export async function allSets(): Promise<Readonly<Record<SetName, FunctionSet>>> {
  const { sprig, alerting, alertmanager } = await import("../functions/index.ts");
  return { sprig, alerting, alertmanager };
}
