import type { Numbers } from "../src/template/index.ts";

/**
 * Holds a template, its data and options. Data is JSON; values that JSON cannot express are an object with one key:
 *
 * | data                                 | what the template sees                                              |
 * |--------------------------------------|---------------------------------------------------------------------|
 * | `{"$float": 1}`, `{"$float": "NaN"}` | a float64 under both number policies                                |
 * | `{"$int": "9007199254740993"}`       | an int under both number policies                                   |
 * | `{"$bytes": "ff61"}`                 | a string of these bytes (hexadecimal)                               |
 * | `{"$date": "2024-05-06T07:08:09Z"}`  | a point in time, in UTC                                             |
 * | `{"$func": "count"}`                 | one of `dataFunctions`                                              |
 * | `{"$seq": [1, 2]}`                   | an iterator of values                                               |
 * | `{"$seq2": [["a", 1], ["b", 2]]}`    | an iterator of pairs                                                |
 * | `{"$absent": true}`                  | at the top only: no data at all, as when `data` is left out         |
 */
export interface Case {
  /** Only set if `divergences.json` refers to the case. */
  readonly id?: string;
  readonly template: string;
  readonly data?: unknown;
  readonly missingKey?: "default" | "zero" | "error";
  readonly delims?: readonly [string, string];
  /** @default "t" */
  readonly name?: string;
  /** Further templates, `[name, text]`, parsed after the main one in this order. */
  readonly templates?: readonly (readonly [string, string])[];
  /** The template to execute. @default the main one */
  readonly entry?: string;
  /** Whether the functions of `functions.ts` are available, or the name of a set in `functionSets`. @default false */
  readonly functions?: boolean | string;
  /** `"html"`: Go's html/template. @default text/template */
  readonly escape?: "html";
}

/**
 * Holds the result of a case: the output alone; the output before an execution error; or a parse error alone. Anything else is
 * a fault of the engine.
 */
export interface Answer {
  readonly output?: string;
  readonly error?: string;
}

/** Expects one answer for both number policies, or one for each. */
export type Want = Answer | Readonly<Record<Numbers, Answer>>;

export interface RecordedCase extends Case {
  readonly want: Want;
}

export interface CaseFile {
  readonly section: string;
  readonly cases: readonly RecordedCase[];
}

export const policies: readonly Numbers[] = ["int", "float64"];

export function wanted(want: Want, numbers: Numbers): Answer {
  return "int" in want ? want[numbers] : want;
}

export function sameAnswer(a: Answer, b: Answer): boolean {
  return a.output === b.output && a.error === b.error;
}
