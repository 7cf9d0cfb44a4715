import { toText } from "../../../grammar/index.ts";
import { type Builtin, payFor, type Run, sprint } from "../../template/index.ts";
import { marshal } from "../html/marshal.ts";

/** Returns the text of a value as it would be printed. */
function printed(run: Run, value: unknown): string {
  if (value === undefined || value === null) return "<no value>";
  return typeof value === "string" ? value : sprint([value], run.printing);
}

/** Makes a function of one value whose result is written: with `missingKey: "required"` the value must be present. */
function writer(write: (run: Run, value: unknown) => string): Builtin {
  const apply1 = (run: Run, value: unknown): string => {
    payFor(run, value);
    return write(run, value);
  };
  return { params: ["any"], variadic: false, prints: true, apply: (run, [value]) => apply1(run, value), apply1 };
}

/** Runs that have written something in their current list or object, where the text alone does not tell. */
const begun = new WeakSet<Run>();

const teller = (tell: (run: Run) => string): Builtin => ({ params: [], variadic: false, apply: tell });

/** Functions that the trees of a JSON template call. No text can name them. */
export const functions: Readonly<Record<string, Builtin>> = {
  _json_value: writer((run, value) => marshal(value, run)),
  _json_string: writer((run, value) => marshal(printed(run, value), run).slice(1, -1)),
  _json_key: writer((run, value) => marshal(printed(run, value), run)),
  /** Writes the result of a function that returns JSON. */
  _json_made: writer((run, value) => {
    const text = toText(printed(run, value));
    try {
      JSON.parse(text);
    } catch (error) {
      throw new Error(`json: not JSON: ${(error as Error).message}`);
    }
    return text;
  }),
  _json_comma: teller((run) => (begun.has(run) ? "," : "")),
  _json_first: teller((run) => {
    begun.delete(run);
    return "";
  }),
  _json_after: teller((run) => {
    begun.add(run);
    return "";
  }),
};
