import { toText } from "../../../grammar/index.ts";
import { type Builtin, payFor, type Run, sprint } from "../../template/index.ts";
import { marshal } from "../html/marshal.ts";

/** As it would be printed. */
function printed(run: Run, value: unknown): string {
  if (value === undefined || value === null) return "<no value>";
  return typeof value === "string" ? value : sprint([value], run.printing);
}

/** A function of one value, whose result is written: under `missingKey: "required"` nothing absent may be given. */
function writer(write: (run: Run, value: unknown) => string): Builtin {
  const apply1 = (run: Run, value: unknown): string => {
    payFor(run, value);
    return write(run, value);
  };
  return { params: ["any"], variadic: false, prints: true, apply: (run, [value]) => apply1(run, value), apply1 };
}

/** Runs that have written something in the list or object they are in, where the text alone does not tell. */
const begun = new WeakSet<Run>();

const teller = (tell: (run: Run) => string): Builtin => ({ params: [], variadic: false, apply: tell });

/** What the trees of a JSON template call. No text can name them. */
export const functions: Readonly<Record<string, Builtin>> = {
  _json_value: writer((run, value) => marshal(value, run)),
  _json_string: writer((run, value) => marshal(printed(run, value), run).slice(1, -1)),
  _json_key: writer((run, value) => marshal(printed(run, value), run)),
  /** What a function of the template made, which says that it is JSON. */
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
