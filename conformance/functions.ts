import {
  Complex,
  define,
  Float64,
  type FunctionSet,
  Pairs,
  type ParamType,
  type Signature,
  SizedInt,
} from "../src/template/index.ts";

const identity = (type: ParamType) => define({ params: [type], returns: type }, (x) => x);
const number = (signature: Signature, fn: (...args: never[]) => number) => define({ ...signature, returns: "int" }, fn);

/** Functions to reach every check of arguments, and Sprig's `default`. The twins of `record/functions.go`. */
export const functions: FunctionSet = {
  default: define({ params: ["any", "any"], variadic: true }, (d, ...given) =>
    given.length === 0 || isEmpty(given[0]) ? d : given[0],
  ),
  takeNothing: define({ params: [], returns: "string" }, () => "nothing"),
  takeAny: identity("any"),
  takeString: define({ params: ["string"], returns: "string" }, (s) => `<${s}>`),
  takeBool: identity("bool"),
  takeInt: identity("int"),
  takeInt64: identity("int64"),
  takeFloat64: identity("float64"),
  takeList: number({ params: ["list"] }, (list: unknown[] | null) => list?.length ?? 0),
  takeMap: number({ params: ["map"] }, (map: object | null) => Object.keys(map ?? {}).length),
  takeTwo: define({ params: ["string", "int"], returns: "string" }, (s, n) => `${s}/${n}`),
  takeRest: define(
    { params: ["string", "any"], variadic: true, returns: "string" },
    (s, ...rest) => `${s}+${rest.length}`,
  ),
  takeAnys: number({ params: ["any"], variadic: true }, (...all) => all.length),
  takeStrings: number({ params: ["string"], variadic: true }, (...all) => all.length),
  takeInts: number({ params: ["int"], variadic: true }, (...all: number[]) => all.reduce((sum, n) => sum + n, 0)),
  fails: define({ params: ["any"], variadic: true, returns: "string" }, () => {
    throw new Error("boom");
  }),
  panics: define({ params: ["any"], variadic: true, returns: "string" }, () => {
    throw new Error("oops");
  }),
  giveNil: define({ params: [] }, () => null),
  giveList: define({ params: [], returns: "list" }, () => ["x", "y", "z"]),
  giveMap: define({ params: [], returns: "map" }, () => ({ a: "x", b: true, n: null })),
  giveInt64: define({ params: [], returns: "int64" }, () => 64),
  giveFloat64: define({ params: [], returns: "float64" }, () => 2),
};

/** Functions that case data can hold: `{"$func": "count"}`. */
export const dataFunctions: Readonly<Record<string, (...args: unknown[]) => unknown>> = {
  count: (...args) => String(args.length),
  first: (...args) => (args.length === 0 ? null : args[0]),
  nothing: () => null,
  fails: () => {
    throw new Error("boom");
  },
};

/** Whatever `if` takes for false. */
function isEmpty(value: unknown): boolean {
  if (!value) return !Number.isNaN(value);
  if (typeof value !== "object") return false;
  if (value instanceof Float64) return value.value === 0;
  if (value instanceof SizedInt) return value.value === 0n;
  if (value instanceof Complex) return value.re === 0 && value.im === 0;
  if (value instanceof Date || value instanceof Pairs) return false;
  if (Array.isArray(value)) return value.length === 0;
  return Object.keys(value).length === 0 && !(Symbol.iterator in value);
}
