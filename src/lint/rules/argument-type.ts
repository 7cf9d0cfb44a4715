import { goTypes, type ParamType } from "../../template/function.ts";
import { execMessage } from "../../template/run.ts";
import type { Argument, Call, Rule } from "../rule.ts";
import type { Kind } from "../shape.ts";
import { describe, kindsOf, type Type } from "../type.ts";
import { named } from "../words.ts";

const kindsOfParam: Partial<Record<ParamType | "value", readonly Kind[]>> = {
  string: ["string"],
  bool: ["bool"],
  int: ["int", "uint"],
  int64: ["int"],
  float64: ["float"],
  number: ["int", "uint", "float"],
  list: ["list", "nil"],
  map: ["map", "nil"],
};

const words: Partial<Record<ParamType | "value", string>> = {
  string: "text",
  bool: "true or false",
  int: "a whole number",
  int64: "a whole number (int64)",
  float64: "a float64 fraction",
  number: "a number",
  list: "a list",
  map: "a map of fields",
};

/** Finds arguments of a type that the function does not take. */
export const argumentType: Rule = {
  name: "argument-type",
  severity: "error",
  summary: "An argument of a type that the function does not take.",
  reason: "Go converts nothing: text is not a number, and an int is not a float64. Rendering fails.",
  examples: {
    good: [
      { text: "{{ len .items }}", options: { samples: [{ items: [1] }] } },
      { text: "{{ index .items 0 }}", options: { samples: [{ items: [1] }] } },
    ],
    bad: [
      { text: "{{ index .items 0 }}", options: { samples: [{ items: [1] }, { items: [] }] } },
      { text: "{{ len .points }}", options: { samples: [{ points: 3 }] } },
      "{{ printf 3 }}",
      { text: "{{ index .items .name }}", options: { samples: [{ items: [1], name: "Ada" }] } },
      { text: "{{ slice .points 1 }}", options: { samples: [{ points: 3 }] } },
    ],
  },
  check: (context) => ({
    call(call, { tree }) {
      if (!call.params) return;
      const bad = call.fn || call.name === "printf" ? badArgument(call) : badCollection(call);
      if (!bad) return;
      const { argument, wants, why, go } = bad;
      const what = named(argument.type, tree.source.text.slice(argument.node.start, argument.node.end));
      const is = argument.type.literal === undefined ? ` is ${describe(argument.type)}` : "";
      context.report({
        message:
          why !== undefined
            ? `${call.name} needs ${wants} here, but ${why}: rendering fails for those. Check the length with if first.`
            : `${call.name} takes ${wants} here, but ${what}${is === "" ? " is not that" : is}: rendering fails. Give it ${wants}.`,
        at: argument.node,
        source: tree.source,
        ...(go !== undefined && {
          go: execMessage(tree, call.fn || call.name === "printf" ? argument.node : (call.command ?? call.node), go),
        }),
      });
    },
  }),
};

interface Bad {
  readonly argument: Argument;
  readonly wants: string;
  /** The reason, instead of the argument's type. */
  readonly why?: string;
  readonly go?: string;
}

/** Returns an argument that can only be of kinds that the signature refuses. */
function badArgument({ args, params }: Call): Bad | undefined {
  for (const [i, argument] of args.entries()) {
    const param = params![Math.min(i, params!.length - 1)]!;
    const taken = kindsOfParam[param];
    const kinds = kindsOf(argument.type);
    if (!taken || kinds.length === 0) continue;
    const { literal } = argument.type;
    const isConstant = "kind" in argument.node && argument.node.kind === "number";
    // A constant converts to the parameter's type: 1 to a float64, 1.0 to an int.
    if (isConstant && param === "float64") continue;
    if (
      isConstant &&
      (param === "int" || param === "int64") &&
      (typeof literal === "bigint" || Number.isInteger(literal))
    )
      continue;
    const fits = kinds.some((kind) => taken.includes(kind)) && !isOtherInt(argument.type, param);
    if (fits) continue;
    const wants = words[param]!;
    const [kind] = kinds;
    const got = isOtherInt(argument.type, param)
      ? argument.type.sized
        ? "int64"
        : "int"
      : argument.type.sized
        ? "int64"
        : goKinds[kind!];
    const go =
      literal === undefined && kinds.length === 1 && got !== undefined && isPlain(argument)
        ? `wrong type for value; expected ${goTypes[param as ParamType]}; got ${got}`
        : undefined;
    return { argument, wants, ...(go !== undefined && { go }) };
  }
  return undefined;
}

/** Tells whether Go's message points at the argument itself, not inside it or at the command before. */
const isPlain = ({ node }: Argument): boolean => ["field", "variable", "identifier", "dot"].includes(node.kind);

const goKinds: Partial<Record<Kind, string>> = {
  bool: "bool",
  int: "int",
  float: "float64",
  string: "string",
  list: "[]interface {}",
  map: "map[string]interface {}",
};

/** Tells an int64 for an int, or the reverse. */
function isOtherInt(type: Type, param: string): boolean {
  const kinds = kindsOf(type);
  if (kinds.length !== 1 || kinds[0] !== "int") return false;
  return param === "int" ? type.sized === true : param === "int64" && !type.sized && type.literal === undefined;
}

/** Checks the arguments of `len`, `index` and `slice`, which have no signature for them. */
function badCollection({ name, args }: Call): Bad | undefined {
  const [collection, ...keys] = args;
  if (!collection) return undefined;
  const kinds = kindsOf(collection.type);
  const only = (...allowed: readonly Kind[]): boolean =>
    kinds.length > 0 && !kinds.some((kind) => allowed.includes(kind));
  const type = kinds.length === 1 ? goKinds[kinds[0]!] : undefined;
  switch (name) {
    case "len":
      if (!only("string", "list", "map")) return undefined;
      return {
        argument: collection,
        wants: "text, a list or a map",
        ...(type && { go: `error calling len: len of type ${type}` }),
      };
    case "slice":
      if (!only("string", "list")) return undefined;
      return {
        argument: collection,
        wants: "text or a list",
        ...(type && { go: `error calling slice: can't slice item of type ${type}` }),
      };
    case "index": {
      if (keys.length > 0 && only("string", "list", "map")) {
        return {
          argument: collection,
          wants: "a list or a map",
          ...(type && { go: `error calling index: can't index item of type ${type}` }),
        };
      }
      const [key] = keys;
      const keyKinds = key ? kindsOf(key.type) : [];
      if (!key || keyKinds.length === 0 || kinds.length !== 1) return undefined;
      const { shape, asked, counted } = collection.type;
      const position = key.type.literal;
      if (
        kinds[0] === "list" &&
        shape?.from === "samples" &&
        typeof position === "bigint" &&
        position >= shape.shortest
      ) {
        if (!counted && !(asked && position === 0n)) {
          const few =
            shape.shortest === 0
              ? "is empty"
              : `has only ${shape.shortest === 1 ? "1 element" : `${shape.shortest} elements`}`;
          return { argument: key, wants: "an existing position", why: `the list ${few} in some samples` };
        }
      }
      if (kinds[0] === "map" && !keyKinds.includes("string"))
        return { argument: key, wants: "the name of a field (text)" };
      if (kinds[0] !== "map" && !keyKinds.includes("int"))
        return { argument: key, wants: "a position (a whole number from 0)" };
      return undefined;
    }
    default:
      return undefined;
  }
}
