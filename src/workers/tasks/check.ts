import { check as checkDefinitions } from "../../triggers/definition/check.ts";
import type { Checked, CheckInput } from "../../triggers/index.ts";
import type { PortableOptions } from "../portable-options.ts";
import { fromPortable } from "./from-portable.ts";

/** Compiles and lints definitions: see `Checker.check` of the engine. */
export const check = ({ input, options }: { readonly input: CheckInput; readonly options: PortableOptions }): Checked =>
  checkDefinitions(input, fromPortable(options));
