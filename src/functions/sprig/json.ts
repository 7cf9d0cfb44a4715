import { type Context, define, type FunctionSet } from "../../template/index.ts";
import { decodeJson } from "./json-decode.ts";
import { encodeJson } from "./json-encode.ts";
import { JsonError } from "./json-error.ts";

/** Reads and writes JSON as Go's encoding/json. Every number that it reads is a float64. */

/** Returns `otherwise` for JSON errors, which Sprig drops. Limits of the render pass. */
function orElse<T>(otherwise: T, convert: () => T): T {
  try {
    return convert();
  } catch (error) {
    if (error instanceof JsonError) return otherwise;
    throw error;
  }
}

const encoder = (form: { readonly indent: string; readonly html: boolean }, quiet: boolean) =>
  define({ params: ["any"], context: true }, (context: Context, value) =>
    quiet ? orElse("", () => encodeJson(context, value, form)) : encodeJson(context, value, form),
  );

const compact = { indent: "", html: true };
const pretty = { indent: "  ", html: true };
const raw = { indent: "", html: false };

export const json = {
  /** `fromJson TEXT`: the value that TEXT has as JSON, nil if TEXT is not JSON. `{{ (fromJson "{\"a\": 1.5}").a }}` → `1.5` */
  fromJson: define({ params: ["string"], context: true }, (context, text) =>
    orElse(null, () => decodeJson(context, text, true)),
  ),
  /** `mustFromJson TEXT`: the same as fromJson, but text that is not JSON is an error. `{{ mustFromJson "[1," }}` → `error: unexpected end of JSON input` */
  mustFromJson: define({ params: ["string"], context: true }, (context, text) => decodeJson(context, text)),
  /** `mustToJson VALUE`: the same as toJson, but a value that JSON cannot express is an error. `{{ mustToJson 1i }}` → `error: json: unsupported type: complex128` */
  mustToJson: encoder(compact, false),
  /** `mustToPrettyJson VALUE`: the same as toPrettyJson, but a value that JSON cannot express is an error. `{{ mustToPrettyJson (list 1) }}` → `[⏎  1⏎]` */
  mustToPrettyJson: encoder(pretty, false),
  /** `mustToRawJson VALUE`: the same as toRawJson. `{{ mustToRawJson "<b>" }}` → `"<b>"` */
  mustToRawJson: encoder(raw, false),
  /** `toJson VALUE`: VALUE as JSON that is safe inside HTML; an empty text if JSON cannot express it. `{{ toJson (dict "a" "<b>") }}` → `{"a":"\u003cb\u003e"}` */
  toJson: encoder(compact, true),
  /** `toPrettyJson VALUE`: the same as toJson, indented. `{{ toPrettyJson (dict "a" 1) }}` → `{⏎  "a": 1⏎}` */
  toPrettyJson: encoder(pretty, true),
  /** `toRawJson VALUE`: VALUE as JSON, with `<`, `>` and `&` as they are. `{{ toRawJson "<b>" }}` → `"<b>"` */
  toRawJson: encoder(raw, false),
} satisfies FunctionSet;
