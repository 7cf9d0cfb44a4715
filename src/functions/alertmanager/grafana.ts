import {
  type Context,
  define,
  elementsOf,
  type FunctionSet,
  type GoType,
  goType,
  kindOf,
  Struct,
  signatureOf,
  type TemplateFunction,
  Time,
} from "../../template/index.ts";
import { decodeJson } from "../sprig/json-decode.ts";
import { encodeJson } from "../sprig/json-encode.ts";
import { strval } from "../sprig/text.ts";
import { newList, newMap } from "../sprig/value.ts";
import { goTime } from "../time.ts";

/** Holds the functions of a namespace: `coll` in `coll.Dict`. */
class Namespace extends Struct {
  readonly #type: GoType<Namespace>;
  constructor(name: string, functions: FunctionSet) {
    super();
    const methods: Record<string, () => TemplateFunction> = {};
    for (const [method, fn] of Object.entries(functions)) methods[method] = () => fn;
    this.#type = { name, struct: true, fields: () => ({}), methods };
  }
  get [goType](): GoType<Namespace> {
    return this.#type;
  }
}

function namespace(name: string, functions: FunctionSet): TemplateFunction {
  const value = new Namespace(name, functions);
  const nonDeterministic = Object.values(functions).some((fn) => signatureOf(fn).nonDeterministic);
  return define({ params: [], nonDeterministic }, () => value);
}

const any = { params: ["any"], variadic: true, context: true } as const;

/** Makes a map of pairs. Keys are text; a key without a value gets an empty one. */
function dict(context: Context, ...given: readonly unknown[]): object {
  const map = newMap();
  for (let i = 0; i < given.length; i += 2) {
    context.spend(1);
    const key = given[i] === null ? "nil" : strval(given[i], context);
    map[key] = i + 1 < given.length ? given[i + 1] : "";
  }
  return map;
}

function append(context: Context, value: unknown, list: unknown): unknown[] {
  if (kindOf(list, context.numbers) !== "list") throw new Error("expected an array or slice, but got a reflect.Value");
  const elements = elementsOf(list);
  const longer = newList(context, elements);
  longer.push(value);
  return longer;
}

const toJson = (context: Context, value: unknown, indent: string): string =>
  encodeJson(context, value, { indent, html: true });

/** Holds functions of Grafana's notification templates that Alertmanager does not have. */
export const grafana = {
  /** `coll`: functions for lists and maps. `{{ (coll.Dict "a" 1).a }} {{ coll.Slice 1 "b" }} {{ coll.Append 3 (coll.Slice 1 2) }}` → `1 [1 b] [1 2 3]` */
  coll: namespace("*gomplate.CollFuncs", {
    Append: define({ params: ["any", "any"], context: true }, append),
    Dict: define(any, dict),
    Slice: define(any, (context: Context, ...given: readonly unknown[]) => newList(context, given)),
  }),
  /**
   * `data`: functions that read and write JSON. `{{ (data.JSON "{\"a\": [1, 2]}").a }} {{ data.ToJSON (coll.Slice 1 "b") }} {{
   * data.ToJSONPretty " " 1 }}` → `[1 2] [1,"b"] 1`
   */
  data: namespace("*gomplate.DataFuncs", {
    JSON: define({ params: ["any"], context: true }, (context: Context, text: unknown) =>
      decodeJson(context, strval(text, context)),
    ),
    ToJSON: define({ params: ["any"], context: true }, (context: Context, value: unknown) =>
      toJson(context, value, ""),
    ),
    ToJSONPretty: define(
      { params: ["string", "any"], context: true },
      (context: Context, indent: string, value: unknown) => toJson(context, value, indent),
    ),
  }),
  /** `time`: functions for times. `{{ time.Now | date "2006-01-02 15:04" }}` → `2026-11-24 18:30` */
  time: namespace("*gomplate.TimeFuncs", {
    Now: define({ params: [], context: true, nonDeterministic: true }, (context: Context) =>
      goTime(Time.of(context.clock())),
    ),
  }),
} satisfies FunctionSet;
