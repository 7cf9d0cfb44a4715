import { content, sprig } from "../src/functions/index.ts";
import { define, type FunctionSet, type ParamType, type Signature } from "../src/template/index.ts";

const identity = (type: ParamType) => define({ params: [type], returns: type }, (x) => x);
const number = (signature: Signature, fn: (...args: never[]) => number) => define({ ...signature, returns: "int" }, fn);

/** Holds functions that reach every check of arguments, and Sprig's `default`. Their twins are in `record/functions.go`. */
export const functions: FunctionSet = {
  default: sprig.default,
  ...content,
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
  // Beyond 2^53 an int arrives as a bigint.
  takeInts: define({ params: ["int"], variadic: true, returns: "int" }, (...all: (number | bigint)[]) =>
    all.reduce((sum: bigint, n) => sum + BigInt(n), 0n),
  ),
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

/**
 * Holds the sets of `tocsin/functions` that cases name. Their originals are recorded where the source is available: see
 * `go.ts`.
 */
export const functionSets: Readonly<Record<string, FunctionSet>> = { sprig };

/** Holds the functions that case data can contain: `{"$func": "count"}`. */
export const dataFunctions: Readonly<Record<string, (...args: unknown[]) => unknown>> = {
  count: (...args) => String(args.length),
  first: (...args) => (args.length === 0 ? null : args[0]),
  nothing: () => null,
  fails: () => {
    throw new Error("boom");
  },
};
