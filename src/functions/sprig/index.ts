/**
 * Holds the functions of Sprig 3 under their names there. In: checked arguments. Out: what Sprig returns, or an error in its
 * words. Where Sprig asks the process (for its time zone, its clock, random numbers), these functions ask the options of the
 * render.
 */
import type { FunctionSet } from "../../template/index.ts";
import { checksums } from "./checksums.ts";
import { dates } from "./dates.ts";
import { defaults } from "./defaults.ts";
import { dicts } from "./dicts.ts";
import { encoding } from "./encoding.ts";
import { json } from "./json.ts";
import { lists } from "./lists.ts";
import { math } from "./math.ts";
import { paths } from "./paths.ts";
import { random } from "./random.ts";
import { refusals } from "./refused.ts";
import { regex } from "./regex.ts";
import { semver } from "./semver.ts";
import { stringLists } from "./string-lists.ts";
import { strings } from "./strings.ts";
import { types } from "./types.ts";
import { urls } from "./urls.ts";

export const sprig = {
  ...strings,
  ...stringLists,
  ...regex,
  ...math,
  ...dates,
  ...defaults,
  ...encoding,
  ...json,
  ...lists,
  ...dicts,
  ...types,
  ...paths,
  ...semver,
  ...urls,
  ...checksums,
  ...random,
  ...refusals,
} satisfies FunctionSet;
