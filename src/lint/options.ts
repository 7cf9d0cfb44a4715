import type { FunctionSet } from "../template/index.ts";
import type { MissingKey } from "../template/run.ts";
import type { Numbers } from "../template/value.ts";
import type { Part, Severity } from "./finding.ts";
import type { Shape } from "./shape.ts";

/** Options of `lint`. Those of rendering mean the same as in `compile`. */
export interface LintOptions {
  /** The name that Go's messages and findings carry. @default "template"; for the parts of an alert template their names */
  readonly name?: string | undefined;
  /** @default ["{{", "}}"] */
  readonly delims?: readonly [left: string, right: string] | undefined;
  /** @default "default" */
  readonly missingKey?: MissingKey | undefined;
  /** @default "int" */
  readonly numbers?: Numbers | undefined;
  /** Function sets in use; later ones win. @default [alerting], as for `renderAlert` */
  readonly functions?: readonly FunctionSet[] | undefined;
  /**
   * Sets in which an unknown function is looked up, by the name that messages give them. @default { alerting, sprig,
   * alertmanager }
   */
  readonly sets?: Readonly<Record<string, FunctionSet>> | undefined;
  /** Further templates that can be called, by name. Problems in them are found too, under their names. @default {} */
  readonly templates?: Readonly<Record<string, string>> | undefined;

  /** A profile to check against. */
  readonly profile?: unknown;
  /** Profiles to check against, folded into one shape. Wins over `profile`. */
  readonly samples?: readonly unknown[] | undefined;
  /**
   * A shape made beforehand by `shapeOf` from profiles, or by `shapeOfSchema` from a JSON Schema. Wins over `schema` and
   * `samples`.
   */
  readonly shape?: Shape | undefined;
  /** A JSON Schema of the profile (2020-12 or 07). Wins over `samples`. */
  readonly schema?: unknown;

  /** The part of an alert that a single text is. */
  readonly part?: Part | undefined;
  /** The kind of channel, which decides how much of a title and body is shown. */
  readonly channel?: "push" | "email" | "sms" | undefined;
  /** Characters shown of each part, instead of the usual limits of the channel. */
  readonly maxLength?: { readonly [P in Part]?: number | undefined } | undefined;
  /**
   * Limit of the findings of one text, or one part of an alert: beyond it the rest is not checked, and a last finding says so.
   * @default 1000
   */
  readonly maxFindings?: number | undefined;
  /** Severities by rule; `"off"` turns a rule off. @default {} */
  readonly rules?: Readonly<Record<string, Severity | "off">> | undefined;
}
