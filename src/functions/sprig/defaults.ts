import { define, type FunctionSet, truth } from "../../template/index.ts";
import { defaultFunction } from "../default.ts";

/** Tests for empty values: nil, false, 0, and empty texts, lists and dicts. */

export const defaults = {
  /** `all VALUE…`: whether no VALUE is empty. `{{ all 1 "a" 0 }}` → `false` */
  all: define({ params: ["any"], variadic: true, context: true }, (context, ...values) =>
    values.every((value) => truth(value, context)),
  ),
  /** `any VALUE…`: whether at least one VALUE is not empty. `{{ any 0 "a" }}` → `true` */
  any: define({ params: ["any"], variadic: true, context: true }, (context, ...values) =>
    values.some((value) => truth(value, context)),
  ),
  /** `coalesce VALUE…`: the first VALUE that is not empty. `{{ coalesce 0 "" "a" "b" }}` → `a` */
  coalesce: define(
    { params: ["any"], variadic: true, context: true },
    (context, ...values) => values.find((value) => truth(value, context)) ?? null,
  ),
  /** `default DEFAULT VALUE`: VALUE, or DEFAULT if VALUE is empty. `{{ .nickname | default "you" }}` → `you` */
  default: defaultFunction,
  /** `empty VALUE`: whether VALUE is empty. `{{ empty 0 }}` → `true` */
  empty: define({ params: ["any"], returns: "bool", context: true }, (context, value) => !truth(value, context)),
  /** `fail MESSAGE`: nothing: it ends the render with an error. `{{ fail "no items" }}` → `error: no items` */
  fail: define({ params: ["string"] }, (message: string) => {
    throw new Error(message);
  }),
  /** `hello`: Sprig's own test text. `{{ hello }}` → `Hello!` */
  hello: define({ params: [], returns: "string" }, () => "Hello!"),
  /** `ternary YES NO TEST`: YES if TEST is true, else NO. `{{ true | ternary "yes" "no" }}` → `yes` */
  ternary: define({ params: ["any", "any", "bool"] }, (yes, no, test) => (test ? yes : no)),
} satisfies FunctionSet;
