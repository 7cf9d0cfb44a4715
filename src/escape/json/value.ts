import { toText } from "../../../grammar/index.ts";
import {
  type Builtin,
  elementsOf,
  floatOf,
  intOf,
  kindOf,
  type Run,
  sortedEntries,
  sprint,
} from "../../template/index.ts";

/**
 * A value as JSON, as `encoding/json` writes it: keys in order, nothing and nil as null. HTML's characters stay.
 * @throws Error for what JSON cannot say, in Go's words
 */
function jsonOf(value: unknown, run: Run, depth = 0): string {
  const { numbers, limits } = run.settings;
  switch (kindOf(value, numbers)) {
    case "invalid":
      return "null";
    case "bool":
      return String(value);
    case "int":
    case "uint":
      return String(intOf(value));
    case "float": {
      const float = floatOf(value);
      if (!Number.isFinite(float)) throw new Error(`json: unsupported value: ${sprint([value], run.printing)}`);
      return Object.is(float, -0) ? "-0" : String(float);
    }
    case "string":
      return quoted(value as string);
    case "time":
      if (Number.isNaN((value as Date).getTime())) throw new Error("json: unsupported value: a date that is none");
      return JSON.stringify(value);
    case "list":
    case "map":
      break;
    default:
      throw new Error(`json: unsupported type: a ${kindOf(value, numbers)}`);
  }
  if (depth >= limits.depth) run.stop("depth");
  let text = "";
  const write = (more: string) => {
    text += text === "" ? more : `,${more}`;
    if (text.length > limits.output) run.stop("output");
  };
  if (kindOf(value, numbers) === "list") {
    const elements = elementsOf(value);
    for (let i = 0; i < elements.length; i++) {
      run.spend(1);
      write(jsonOf(elements[i], run, depth + 1));
    }
    return `[${text}]`;
  }
  for (const [key, one] of sortedEntries(value as object)) {
    run.spend(1);
    write(`${quoted(key)}:${jsonOf(one, run, depth + 1)}`);
  }
  return `{${text}}`;
}

const quoted = (text: string): string => JSON.stringify(toText(text));

/** As it would be printed. */
function printed(run: Run, value: unknown): string {
  if (value === undefined || value === null) return "<no value>";
  return typeof value === "string" ? value : sprint([value], run.printing);
}

/** A function of one value, whose result is written: under `missingKey: "required"` nothing absent may be given. */
function writer(write: (run: Run, value: unknown) => string): Builtin {
  const apply1 = (run: Run, value: unknown): string => {
    if (typeof value === "string" && value.length > 16) run.spend(value.length >> 4);
    return write(run, value);
  };
  return { params: ["any"], variadic: false, prints: true, apply: (run, [value]) => apply1(run, value), apply1 };
}

/** Runs that have written something in the list or object they are in, where the text alone does not tell. */
const begun = new WeakSet<Run>();

const teller = (tell: (run: Run) => string): Builtin => ({ params: [], variadic: false, apply: tell });

/** What the trees of a JSON template call. No text can name them. */
export const functions: Readonly<Record<string, Builtin>> = {
  _json_value: writer((run, value) => jsonOf(value, run)),
  _json_string: writer((run, value) => quoted(printed(run, value)).slice(1, -1)),
  _json_key: writer((run, value) => quoted(printed(run, value))),
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
