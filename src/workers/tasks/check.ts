import { type Checked, type CheckInput, check as checkDefinitions } from "../../triggers/index.ts";
import type { Portable } from "../portable.ts";
import { fromPortable } from "./options.ts";

/** Compiles and lints definitions: see `Checker.check` of the engine. */
export const check = ({ input, options }: { readonly input: CheckInput; readonly options: Portable }): Checked =>
  checkDefinitions(input, fromPortable(options));
