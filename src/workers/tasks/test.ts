import type { ConditionResult } from "../../audiences/index.ts";
import { testAll } from "../../triggers/index.ts";
import type { Portable } from "../portable.ts";
import { fromPortable } from "./options.ts";

interface TestInput {
  readonly where: string;
  readonly profiles: readonly string[];
  readonly options: Portable;
}

/** Tests a condition on profiles: see `Checker.test` of the engine. */
export const test = ({ where, profiles, options }: TestInput): readonly ConditionResult[] =>
  testAll(where, profiles, fromPortable(options));
