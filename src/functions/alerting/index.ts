/**
 * What alerts need and Go and Sprig lack, on `Intl` alone: small, since an alert rendered in a browser brings all of it.
 */
import type { FunctionSet } from "../../template/index.ts";
import { sprig } from "../sprig.ts";
import { abort } from "./abort.ts";

export const alerting = {
  default: sprig.default,
  abort,
} satisfies FunctionSet;
