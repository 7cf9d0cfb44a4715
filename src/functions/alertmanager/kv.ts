import { type Context, define, type GoType, goType, sortedEntries } from "../../template/index.ts";
import { stringList } from "../sprig/value.ts";
import { Fields, listOf } from "./values.ts";

/** Holds labels or annotations: `template.KV`. A `Map`, so that no label can hide a method. */
export class KV extends Map<string, string> {
  get [goType](): GoType<KV> {
    return kvType;
  }
}

interface Pair {
  readonly name: string;
  readonly value: string;
}

const kvType: GoType<KV> = {
  name: "template.KV",
  typed: true,
  zero: "",
  text: (kv) => textOf(sorted(kv)),
  methods: {
    Names: (kv) => method((context) => names(sorted(kv, context))),
    Remove: (kv) =>
      define({ params: ["strings"], context: true }, (context: Context, removed: readonly string[]) => {
        context.spend(kv.size + removed.length);
        const gone = new Set(removed);
        return new KV([...kv].filter(([name]) => !gone.has(name)));
      }),
    SortedPairs: (kv) => method((context) => pairs(sorted(kv, context))),
    String: (kv) => method((context) => textOf(sorted(kv, context))),
    Values: (kv) => method((context) => values(sorted(kv, context))),
  },
};

const pairsType: GoType<readonly Fields[]> = {
  name: "template.Pairs",
  typed: true,
  text: (list) => textOf(list.map(pairOf)),
  methods: {
    Names: (list) => method((context) => names(paid(list, context))),
    String: (list) => method((context) => textOf(paid(list, context))),
    Values: (list) => method((context) => values(paid(list, context))),
  },
};

const method = (fn: (context: Context) => unknown) => define({ params: [], context: true }, fn);

/** Sorts pairs by name in Go's order, with the alert's name first. */
function sorted(kv: KV, context?: Context): Pair[] {
  const all = sortedEntries(kv, context).map(([name, value]) => ({ name, value: value as string }));
  return [...all.filter(({ name }) => name === "alertname"), ...all.filter(({ name }) => name !== "alertname")];
}

function paid(list: readonly Fields[], context: Context): Pair[] {
  context.spend(list.length);
  return list.map(pairOf);
}

function pairOf(pair: Fields): Pair {
  const { Name, Value } = Fields.of(pair) as { Name: string; Value: string };
  return { name: Name, value: Value };
}

const pairs = (all: readonly Pair[]) =>
  listOf(
    pairsType,
    all.map(({ name, value }) => new Fields("template.Pair", { Name: name, Value: value })),
  );
const names = (all: readonly Pair[]) => stringList(all.map(({ name }) => name));
const values = (all: readonly Pair[]) => stringList(all.map(({ value }) => value));
const textOf = (all: readonly Pair[]): string => all.map(({ name, value }) => `${name}=${value}`).join(", ");
