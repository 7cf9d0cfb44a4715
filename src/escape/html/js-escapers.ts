import { goTypeOf, kindOf, type Run } from "../../template/index.ts";
import { marshal, Unmarshalable } from "./marshal.ts";
import { replacing } from "./replace.ts";

/** Escapes values in JavaScript. */

const control = Object.fromEntries(
  Array.from({ length: 0x20 }, (_, code) => [String.fromCharCode(code), `\\u00${code.toString(16).padStart(2, "0")}`]),
);
const everywhere = {
  ...control,
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
  '"': "\\u0022",
  "&": "\\u0026",
  "'": "\\u0027",
  "+": "\\u002b",
  "/": "\\/",
  "<": "\\u003c",
  ">": "\\u003e",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};
const inString = { ...everywhere, "`": "\\u0060", "\\": "\\\\" };

/** Escapes text that is the inside of a string literal already. */
export const normalizeJsString = replacing({ ...everywhere, "`": "\\u0060" });
export const escapeJsString = replacing(inString);
export const escapeJsTemplate = replacing({ ...inString, $: "\\u0024", "{": "\\u007b", "}": "\\u007d" });
export const escapeJsRegexp = replacing({
  ...everywhere,
  ...Object.fromEntries([..."$()*-.?[\\]^{|}"].map((char) => [char, `\\${char}`])),
});

/** Writes a value as JSON, which is a JavaScript expression without side effects. */
export function jsValue(run: Run, value: unknown): string {
  let json: string;
  try {
    // Go writes the text of a Stringer, but the JSON of a time.
    const text = kindOf(value, run.settings.numbers) === "time" ? undefined : goTypeOf(value)?.text;
    json = marshal(text === undefined ? value : text(value), run);
  } catch (error) {
    if (!(error instanceof Unmarshalable)) throw error;
    return ` /* ${error.message} */null `; // the space keeps a `/` before it from starting another comment
  }
  // Words and numbers must not join the text next to them.
  return /^[$\w]|[$\w]$/.test(json) ? ` ${json} ` : json;
}
