import type { FunctionSet } from "../template/index.ts";
import type { MissingKey } from "../template/run.ts";
import type { Numbers } from "../template/value.ts";
import type { Part, Severity } from "./finding.ts";
import type { Shape } from "./shape.ts";

/** All that `lint` can be told. What concerns rendering means the same as in `compile`. */
export interface LintOptions {
  /** The name that Go's messages and findings carry. @default "template"; for the parts of an alert template their names */
  readonly name?: string | undefined;
  /** @default ["{{", "}}"] */
  readonly delims?: readonly [left: string, right: string] | undefined;
  /** @default "default" */
  readonly missingKey?: MissingKey | undefined;
  /** @default "int" */
  readonly numbers?: Numbers | undefined;
  /** The function sets in use; later ones win. @default [alerting], as for `renderAlert` */
  readonly functions?: readonly FunctionSet[] | undefined;
  /** Sets that an unknown function may be in, by the name to call them. @default { alerting, sprig, alertmanager } */
  readonly sets?: Readonly<Record<string, FunctionSet>> | undefined;
  /** Further templates that can be called, by name. What is wrong with them is found too, under their names. @default {} */
  readonly templates?: Readonly<Record<string, string>> | undefined;

  /** A profile to check against. */
  readonly profile?: unknown;
  /** Many of them, folded into one shape. Wins over `profile`. */
  readonly samples?: readonly unknown[] | undefined;
  /** Profiles folded beforehand, by `shapeOf`, or a JSON Schema read by `shapeOfSchema`. Wins over `schema` and `samples`. */
  readonly shape?: Shape | undefined;
  /** A JSON Schema of the profile (2020-12 or 07). Wins over `samples`. */
  readonly schema?: unknown;

  /** Which part of an alert a bare text is. */
  readonly part?: Part | undefined;
  /** Where alerts go: how much of a title and body is shown there. */
  readonly channel?: "push" | "email" | "sms" | undefined;
  /** Characters that are shown of a part, where that is known better. */
  readonly maxLength?: { readonly [P in Part]?: number | undefined } | undefined;
  /**
   * Findings of one text, or one part of an alert: where there are more, the rest of it is not looked at, and a last finding
   * says so. @default 1000
   */
  readonly maxFindings?: number | undefined;
  /** By rule: another severity, or none of its findings. @default {} */
  readonly rules?: Readonly<Record<string, Severity | "off">> | undefined;
}
