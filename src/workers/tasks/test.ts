import type { ConditionResult } from "../../audiences/index.ts";
import { testAll } from "../../triggers/definition/check.ts";
import type { PortableOptions } from "../portable-options.ts";
import { fromPortable } from "./from-portable.ts";

interface TestInput {
  readonly where: string;
  readonly profiles: readonly string[];
  readonly options: PortableOptions;
}

/** Tests a condition on profiles: see `Checker.test` of the engine. */
export const test = ({ where, profiles, options }: TestInput): readonly ConditionResult[] =>
  testAll(where, profiles, fromPortable(options));
