import { type ParamType, signatureOf } from "../template/function.ts";
import type { Numbers } from "../template/value.ts";
import type { Call } from "./rule.ts";
import type { Kind } from "./shape.ts";
import { fieldOf, itemsOf, join, ofKind, pathIn, pathTo, present, type Type, truthOf, unknown } from "./type.ts";

/** Functions that test a value that may be absent, or replace it. */
const forAbsent = new Set([
  ...["and", "or", "not", "default", "coalesce", "empty", "hasKey", "ternary", "required", "require", "fail", "kindIs"],
  ...["kindOf", "typeIs", "typeOf", "typeIsLike", "all", "any", "dig", "get", "eq", "ne", "compact", "toJson", "index"],
]);

export const allowsAbsent = (name: string): boolean => forAbsent.has(name);

/** Lists Go's own functions that print their arguments. */
export const printers: ReadonlySet<string> = new Set(["print", "printf", "println", "html", "js", "urlquery"]);

const comparisons = new Set(["eq", "ne", "lt", "le", "gt", "ge"]);

const bool = ofKind("bool");
const text = ofKind("string");
const int = ofKind("int");

/** Returns the type of the result of a call. */
export function resultOf(call: Call, numbers: Numbers): Type {
  const types = call.args.map(({ type }) => type);
  if (!call.fn) return builtinResult(call.name, types, numbers);
  const special = specialResult(call.name, types, numbers);
  return special ?? ofParam(signatureOf(call.fn).returns);
}

function builtinResult(name: string, types: readonly Type[], numbers: Numbers): Type {
  if (comparisons.has(name)) return { ...bool, ...comparisonFacts(name, types), truth: comparedLiterals(name, types) };
  if (printers.has(name)) return text;
  const [first = unknown, second] = types;
  switch (name) {
    case "and": {
      const all = types.reduce(join, first);
      const truth = types.some((type) => truthOf(type) === false) ? false : undefined;
      return { ...all, truth, whenTrue: pathsOfAll(types, truthPaths) };
    }
    case "or": {
      const last = types.at(-1) ?? unknown;
      const all = types.map((type, i) => (i < types.length - 1 ? present(type) : type)).reduce(join, first);
      const truth = types.some((type) => truthOf(type) === true) ? true : undefined;
      return {
        ...all,
        truth,
        absent: last.absent,
        gap: last.gap,
        whenFalse: pathsOfAll(types, ({ whenFalse }) => whenFalse),
      };
    }
    case "not":
      return { ...bool, truth: negated(truthOf(first)), whenTrue: first.whenFalse, whenFalse: truthPaths(first) };
    case "len":
      return { ...int, whenTrue: [...pathsOf(first), ...pathsOf(first).map(lengthOf)], whenFalse: pathsOf(first) };
    case "index":
      return types.length === 2 ? elementOf(first, second!, numbers) : unknown;
    case "slice":
      return { kinds: first.kinds, absent: false, items: first.items };
    default:
      return unknown;
  }
}

/** Returns the number of arguments that a function needs. */
export function minArguments({ name, params = [], variadic }: Pick<Call, "name" | "params" | "variadic">): number {
  // Go accepts one, and then fails for lack of another.
  if (name === "eq") return 2;
  // The last parameter of a variadic function may have no argument at all.
  return variadic ? params.length - 1 : params.length;
}

/** Limits the paths of one condition: otherwise a pipeline of a thousand `and` would pass on those of all before. */
const maxPaths = 100;

function pathsOfAll(types: readonly Type[], of: (type: Type) => readonly string[] | undefined): readonly string[] {
  const paths: string[] = [];
  for (const type of types) {
    for (const path of of(type) ?? []) if (paths.push(path) >= maxPaths) return paths;
  }
  return paths;
}

const negated = (truth: boolean | undefined): boolean | undefined => (truth === undefined ? undefined : !truth);

/** Compares two literals of one type, whose result is known without data. */
function comparedLiterals(name: string, [a, b, ...others]: readonly Type[]): boolean | undefined {
  const [x, y] = [a?.literal, b?.literal];
  if (others.length > 0 || x === undefined || typeof x !== typeof y) return undefined;
  if (name === "eq" || name === "ne") return (x === y) === (name === "eq");
  return undefined;
}

function elementOf(type: Type, key: Type, numbers: Numbers): Type {
  if (typeof key.literal === "string") {
    const field = fieldOf(type, key.literal, numbers);
    return field === "unknown" || field === undefined ? unknown : field;
  }
  return itemsOf(type, pathIn(type, String(key.literal ?? key.path ?? "?")), numbers);
}

/** Returns the result of functions of Sprig, and others of the same names, that depends on their arguments. */
function specialResult(name: string, types: readonly Type[], numbers: Numbers): Type | undefined {
  const [first = unknown, second = unknown] = types;
  switch (name) {
    case "default":
      return { ...join(first, present(second)), absent: first.absent && second.absent };
    case "coalesce":
      return { ...types.map(present).reduce(join, types[0] ? present(types[0]) : unknown), absent: false };
    case "ternary":
      return join(first, second);
    case "required":
    case "require":
      return present(second);
    case "empty":
      return { ...bool, whenFalse: pathsOf(first) };
    case "hasKey": {
      const path = typeof second.literal === "string" ? pathTo(first, second.literal) : undefined;
      return path === undefined ? bool : { ...bool, whenTrue: [path] };
    }
    case "kindIs":
    case "typeIs":
    case "typeIsLike": {
      const asked = pathsOf(second).map(kindAt);
      return { ...bool, whenTrue: [...pathsOf(second), ...asked], whenFalse: asked };
    }
    case "kindOf":
    case "typeOf":
      return { ...text, whenTrue: pathsOf(first).map(kindAt) };
    case "get": {
      const found = typeof second.literal === "string" ? fieldOf(first, second.literal, numbers) : "unknown";
      return found === "unknown" || found === undefined ? unknown : found;
    }
    case "dict":
      return dict(types);
    case "list":
    case "tuple":
      return { ...ofKind("list"), items: types.length > 0 ? types.reduce(join) : unknown };
    case "first":
    case "last":
    case "mustFirst":
    case "mustLast":
      return itemsOf(first, pathIn(first, name), numbers);
    default:
      return undefined;
  }
}

function dict(types: readonly Type[]): Type {
  const fields = new Map<string, Type>();
  for (let i = 0; i < types.length; i += 2) {
    const key = types[i]!.literal;
    if (typeof key !== "string") return ofKind("map");
    fields.set(key, types[i + 1] ?? text);
  }
  return { ...ofKind("map"), fields };
}

const kindsOfParam: Partial<Record<ParamType, Kind>> = {
  string: "string",
  bool: "bool",
  int: "int",
  int64: "int",
  float64: "float",
  list: "list",
  map: "map",
};

/** Returns the type of a result by the signature. */
function ofParam(type: ParamType | undefined): Type {
  const kind = type && kindsOfParam[type];
  if (!kind) return unknown;
  return type === "int64" ? { ...ofKind(kind), sized: true } : ofKind(kind);
}

const ofLength = "[len]";

/** Makes the fact that the length of the value at a path was tested. */
export const lengthOf = (path: string): string => `${path}${ofLength}`;

const ofItsKind = "[kind]";

/** Makes the fact that the kind of the value at a path was tested. */
export const kindAt = (path: string): string => `${path}${ofItsKind}`;

const pathsOf = ({ path }: Type): readonly string[] => (path === undefined ? [] : [path]);

/** Returns the paths that are present if the value is true. */
export const truthPaths = (type: Type): readonly string[] => [...(type.whenTrue ?? []), ...pathsOf(type)];

/**
 * Returns the paths that a comparison proves present: equal values are, and so are all values of an ordering, which fails
 * otherwise.
 */
function comparisonFacts(name: string, types: readonly Type[]): Partial<Type> {
  const counted = types.flatMap(({ whenTrue }) => whenTrue ?? []).filter((path) => path.endsWith(ofLength));
  const paths = types.flatMap(pathsOf);
  if (counted.length > 0) {
    // A counted value is present, and so is a value compared with the count, as far as the template knows.
    const both = [...paths, ...counted, ...counted.map((path) => path.slice(0, -ofLength.length))];
    return { whenTrue: both, whenFalse: both };
  }
  const kinds = types.flatMap(({ whenTrue }) => whenTrue ?? []).filter((path) => path.endsWith(ofItsKind));
  if (kinds.length > 0) return { whenTrue: [...paths, ...kinds], whenFalse: kinds };
  if (name === "eq") {
    const others = types.slice(1);
    const isNil = others.some(({ kinds, literal }) => literal === undefined && kinds?.size === 1 && kinds.has("nil"));
    return isNil ? { whenFalse: paths } : { whenTrue: paths };
  }
  if (name === "ne") {
    const isNil = types.some(({ kinds, literal }) => literal === undefined && kinds?.size === 1 && kinds.has("nil"));
    return isNil ? { whenTrue: paths } : { whenFalse: paths };
  }
  return { whenTrue: paths, whenFalse: paths };
}
