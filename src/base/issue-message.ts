import type { z } from "zod";
import { similar } from "./similar.ts";

/**
 * Words an issue of zod's for people: what was expected, or which key was meant. Give it to `safeParse` as `error`; a message that
 * a schema declares wins over it.
 */
export const issueMessage: z.core.$ZodErrorMap = (issue) => {
  const prefix = issue.input === undefined ? "missing: expected" : "expected";
  switch (issue.code) {
    case "invalid_type":
      return `${prefix} ${describeSchema(issue.schema) ?? describeType(issue.expected)}`;
    case "invalid_value":
      return `${prefix} ${issue.values.length === 1 ? "" : "one of "}${issue.values.map(String).join(", ")}`;
    case "too_big":
      return `${prefix} ${describeSchema(issue.schema) ?? `at most ${count(issue.maximum)}`}`;
    case "too_small":
      return `${prefix} ${describeSchema(issue.schema) ?? `at least ${count(issue.minimum)}`}`;
    case "unrecognized_keys":
      return unknownKeys(issue.keys, keysOf(issue.schema));
    case "invalid_union":
      return describeUnion(issue, prefix);
    case "invalid_key":
      return issue.issues[0]?.message ?? "this name is not allowed";
    case "invalid_format":
      return `${prefix} ${issue.format === "regex" ? `text that matches ${issue.pattern}` : `a valid ${issue.format}`}`;
    case "not_multiple_of":
      return `${prefix} a multiple of ${issue.divisor}`;
    default:
      return "not a valid value";
  }
};

function describeUnion(issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidUnion>, prefix: string): string {
  const { options } = issue as { readonly options?: readonly unknown[] };
  if (issue.discriminator !== undefined && options !== undefined) return `expected one of ${options.join(", ")}`;
  const def = issue.schema?._zod.def as { readonly options?: readonly z.core.$ZodType[] } | undefined;
  const forms = new Set(def?.options?.map((option) => describeSchema(option)));
  if (forms.size === 0 || forms.has(undefined)) return "not a valid value";
  return `${prefix} ${[...forms].join(" or ")}`;
}

/** Names the keys that are unknown, and those that were probably meant, or all that there are if these are few. */
function unknownKeys(unknown: readonly string[], known: readonly string[]): string {
  const shown = unknown.slice(0, maxKeys);
  const meant = shown.flatMap((key) => similar(key, known).slice(0, 1));
  const keys = `unknown key${unknown.length === 1 ? "" : "s"} ${shown.join(", ")}`;
  if (meant.length > 0) return `${keys}; did you mean ${meant.join(", ")}?`;
  return known.length === 0 || known.length > maxKeys ? keys : `${keys}; expected ${known.join(", ")}`;
}

/** Limits how many keys a message names. */
const maxKeys = 20;

function keysOf(schema: z.core.$ZodType | undefined): string[] {
  const { shape } = (schema?._zod.def ?? {}) as { readonly shape?: object };
  return Object.keys(shape ?? {});
}

/** Describes the values that a schema takes, as in `a whole number from 1 to 500`. */
function describeSchema(schema: z.core.$ZodType | undefined): string | undefined {
  if (schema === undefined) return undefined;
  const { def } = schema._zod;
  const { minimum, maximum, exclusiveMinimum, format } = boundsOf(def as Checked);
  switch (def.type) {
    case "number": {
      const isWhole = format !== undefined && /int/.test(format);
      return `${isWhole ? "a whole number" : "a number"}${range(minimum, maximum, exclusiveMinimum)}`;
    }
    case "string":
      return `text${size(minimum, maximum, "character")}`;
    case "array":
      return `a list${size(minimum, maximum, "item")}`;
    case "optional":
    case "nullable":
    case "default":
    case "prefault":
    case "readonly":
      return describeSchema((def as unknown as { readonly innerType: z.core.$ZodType }).innerType);
    case "object":
    case "record":
    case "boolean":
    case "null":
      return describeType(def.type);
    default:
      return undefined;
  }
}

interface Bounds {
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  format?: string;
}

/** Definition of a check, or of a schema that is a check itself, as `z.int()`. */
interface Check {
  readonly check?: string;
  readonly value?: number;
  readonly inclusive?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
}

interface Checked extends Check {
  readonly checks?: readonly { readonly _zod: { readonly def: Check } }[];
}

/** Collects the bounds that the checks of a schema set. */
function boundsOf(def: Checked): Bounds {
  const bounds: Bounds = {};
  for (const { check, value, inclusive, minimum, maximum, format } of [
    def,
    ...(def.checks ?? []).map((one) => one._zod.def),
  ]) {
    switch (check) {
      case "greater_than":
        bounds[inclusive ? "minimum" : "exclusiveMinimum"] = value!;
        break;
      case "less_than":
        bounds.maximum = value!;
        break;
      case "min_length":
        bounds.minimum = minimum!;
        break;
      case "max_length":
        bounds.maximum = maximum!;
        break;
      case "number_format":
        bounds.format = format!;
        break;
    }
  }
  return bounds;
}

function range(min: number | undefined, max: number | undefined, above: number | undefined): string {
  const lower = min === undefined || min === Number.MIN_SAFE_INTEGER ? undefined : min;
  const upper = max === undefined || max === Number.MAX_SAFE_INTEGER ? undefined : max;
  if (above !== undefined)
    return upper === undefined ? ` above ${count(above)}` : ` above ${count(above)}, up to ${count(upper)}`;
  if (lower !== undefined && upper !== undefined) return ` from ${count(lower)} to ${count(upper)}`;
  if (lower !== undefined) return ` of at least ${count(lower)}`;
  return upper === undefined ? "" : ` of at most ${count(upper)}`;
}

function size(min: number | undefined, max: number | undefined, unit: string): string {
  const units = `${unit}${(max ?? min) === 1 ? "" : "s"}`;
  if (max !== undefined)
    return min === undefined ? ` of at most ${count(max)} ${units}` : ` of ${count(min)} to ${count(max)} ${units}`;
  return min === undefined ? "" : ` of at least ${count(min)} ${units}`;
}

const count = (number: number | bigint): string => number.toLocaleString("en-US");

function describeType(type: string): string {
  return types[type] ?? `a ${type}`;
}

const types: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  null: "null",
  object: "an object",
  record: "an object",
  string: "text",
};
