import { content } from "../../src/functions/content.ts";
import { alerting, alertmanager, type FunctionSet, sprig } from "../../src/functions/index.ts";
import { builtinNames } from "../../src/template/builtins/index.ts";
import { type ParamType, signatureOf } from "../../src/template/function.ts";

/** Arguments that make functions work, and calls of every function with them. */

/** Every set; Go's own functions are in each. */
export const sets: Readonly<Record<string, FunctionSet>> = { builtins: {}, sprig, alerting, alertmanager, content };

export interface Call {
  readonly set: string;
  readonly name: string;
  /** What stands in the braces; `$.a`, `$.b` and so on are the arguments. */
  readonly action: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Which arguments these are. */
  readonly with: string;
}

type Values = Readonly<Record<string, unknown>>;

const fill = (piece: string, size: number): string => piece.repeat(Math.ceil(size / piece.length)).slice(0, size);

/** Texts of that many characters. */
function texts(size: number): Record<string, string> {
  return {
    letters: fill("a", size),
    digits: fill("1", size),
    zeros: `3.${fill("0", size)}`,
    fraction: `.${fill("0", size)}x`,
    "a needle": `b${fill("a", size >> 1)}`,
    "raw bytes": fill("\udcff", size),
    "one raw byte": `${fill("a", size)}\udcff`,
    "raw halves": fill("\udce9\udc80", size),
    accents: fill("é", size),
    emoji: fill("👨‍👩‍👧 ", size),
    spaces: fill(" ", size),
    lines: fill("\n", size),
    words: fill("aB_c d-1 ", size),
    marks: fill("<\"&'\\{", size),
    percents: fill("%d%", size),
    brackets: fill("[", size),
    objects: fill('{"":', size),
    list: `[${fill("1,", size)}1]`,
    layout: fill("Jan MST -07:00 .000 ", size),
    zone: `A${fill("a/A", size)}`,
    durations: fill("1h", size),
    version: `1.2.3-${fill("a.1.", size)}`,
    constraints: fill("^1||", size),
    addresses: fill("a@b.cc ", size),
    phones: fill("+4 8", size),
    forms: `other: ${fill("x|one:", size)}`,
    locale: `de-${fill("u-aa-", size)}`,
    path: fill("/../a", size),
    url: `http://a/${fill("%41?", size)}`,
  };
}

/** Few of them, for pairs: of long ones, since what is long in both is what may be slow. */
const paired = ["letters", "a needle", "one raw byte", "accents"];

const list = (size: number, of: (i: number) => unknown): unknown[] => Array.from({ length: size }, (_, i) => of(i));

function deep(levels: number, wrap: (inner: unknown) => unknown, leaf: unknown): unknown {
  let value = leaf;
  for (let i = 0; i < levels; i++) value = wrap(value);
  return value;
}

/** @param size characters of a text; of long ones lists and maps have a ninth */
function values(size: number): Record<string, unknown> {
  const many = size > 20_000 ? Math.ceil(size / 9) : size;
  const levels = Math.floor(Math.log2(many)) + 2;
  return {
    ...texts(size),
    ints: list(many, (i) => i),
    floats: list(many, (i) => i + 0.1),
    "same texts": list(many, () => "a"),
    nils: list(many, () => null),
    "lists of one": list(many, (i) => [i]),
    "long prefixes": list(9, (i) => fill("k", size / 9) + i),
    dates: list(many, (i) => new Date(i * 1e7)),
    "deep list": deep(900, (inner) => [inner], 1),
    "deep map": deep(900, (inner) => ({ a: inner }), 1),
    "shared lists": deep(levels, (inner) => [inner, inner], ""),
    "shared maps": deep(levels, (inner) => ({ a: inner, b: inner }), ""),
    map: Object.fromEntries(list(many, (i) => [`k${i}`, i]) as [string, unknown][]),
    "long keys": Object.fromEntries(list(9, (i) => [fill("k", size / 9) + i, i]) as [string, unknown][]),
    Map: new Map(list(many, (i) => [`k${i}`, i]) as [string, unknown][]),
    Set: new Set(list(many, (i) => i)),
    bytes: new Uint8Array(many),
    bigint: 10n ** 1000n,
    date: new Date("2026-11-24T18:30:00Z"),
    int: 3,
    large: 2 ** 52,
    float: 1e300,
    nil: null,
  };
}

/** What a parameter that is not attacked gets. */
const harmless: Readonly<Record<ParamType, unknown>> = {
  any: 1,
  plain: 1,
  string: "a",
  bool: true,
  int: 2,
  int64: 2,
  float64: 1.5,
  number: 1.5,
  list: [1, 2],
  strings: undefined,
  map: { a: 1 },
  nilMap: { a: 1 },
  time: new Date("2026-11-24T18:30:00Z"),
  duration: 1n,
};

function hostileOf(type: ParamType, all: Values, size: number): Values {
  const pick = (wanted: (value: unknown) => boolean): Values =>
    Object.fromEntries(Object.entries(all).filter(([, value]) => wanted(value)));
  switch (type) {
    case "any":
    case "plain":
      return all;
    case "string":
      return pick((value) => typeof value === "string");
    case "int":
    case "int64":
      return { zero: 0, minus: -1, size, most: 2 ** 53 - 1, many: Math.ceil(size / 9) };
    case "list":
      return pick((value) => Array.isArray(value));
    case "map":
    case "nilMap":
      return pick(
        (value) =>
          typeof value === "object" && value !== null && (value instanceof Map || value.constructor === Object),
      );
    default:
      return {};
  }
}

const letters = "abcdefgh";

/** Calls of one function: each argument hostile alone, all alike, and pairs of texts. */
function* callsOf(
  set: string,
  name: string,
  params: readonly ParamType[],
  variadic: boolean,
  size: number,
  all: Values,
) {
  const count = Math.max(params.length, variadic ? 2 : 0);
  const typeAt = (i: number): ParamType => params[Math.min(i, params.length - 1)]!;
  const action = [name, ...Array.from({ length: count }, (_, i) => operand(typeAt(i), i))].join(" ");
  const base: Record<string, unknown> = {};
  for (let i = 0; i < count; i++) base[letters[i]!] = harmless[typeAt(i)];
  yield { set, name, action, data: base, with: "harmless ones" };
  for (let i = 0; i < count; i++) {
    for (const [what, value] of Object.entries(hostileOf(typeAt(i), all, size))) {
      yield { set, name, action, data: { ...base, [letters[i]!]: value }, with: `${what} as ${letters[i]}` };
    }
  }
  const attacked = Array.from({ length: count }, (_, i) => i).filter((i) => /^(?:any|plain|string)$/.test(typeAt(i)));
  if (attacked.length < 2) return;
  for (const one of size > 20_000 ? paired : []) {
    for (const other of paired) {
      const data = { ...base };
      attacked.forEach((i, n) => {
        data[letters[i]!] = all[n % 2 === 0 ? one : other];
      });
      yield { set, name, action, data, with: `${one} and ${other}` };
    }
  }
  for (const [what, value] of Object.entries(all)) {
    if (typeof value === "string" || !attacked.every((i) => typeAt(i) !== "string")) continue;
    yield {
      set,
      name,
      action,
      data: { ...base, ...Object.fromEntries(attacked.map((i) => [letters[i]!, value])) },
      with: `${what} everywhere`,
    };
  }
}

const operand = (type: ParamType, i: number): string =>
  type === "strings" ? '(stringSlice "a" "b")' : `$.${letters[i]}`;

const builtinParams: Readonly<Record<string, readonly ParamType[]>> = {
  index: ["any", "any"],
  len: ["any"],
  not: ["any"],
  slice: ["any", "int"],
  printf: ["string", "any"],
  html: ["any"],
  js: ["any"],
  urlquery: ["any"],
};

/** Verbs of printf with flags, widths and precisions that matter. */
const verbs = [
  ..."vsqxXdboOcUeEfFgGtTp",
  ...[
    "+v",
    "#v",
    "+q",
    "#q",
    "# x",
    "#X",
    ".0s",
    ".2s",
    ".1000000s",
    "1000000v",
    "-1000000v",
    "01000000d",
    ".1000000d",
  ],
  ...[".1000000f", ".1000000e", "#.1000000g", ".0x", "z", "!", "[1]v%[1]v%[1]v%[1]", "[9]", "*", ".*"],
];

/** Every function of every set, and every verb. */
export function* calls(size: number): Generator<Call> {
  const all = values(size);
  for (const name of builtinNames) {
    if (name === "call") continue; // calls a function of the data, which pays as any other
    yield* callsOf("builtins", name, builtinParams[name] ?? ["any", "any"], false, size, all);
  }
  for (const verb of verbs) {
    for (const [what, value] of Object.entries(all)) {
      yield {
        set: "builtins",
        name: `printf %${verb}`,
        action: `printf "%${verb}" $.a`,
        data: { a: value },
        with: what,
      };
    }
  }
  for (const [set, functions] of Object.entries(sets)) {
    const seen = new Set<unknown>(); // many have several names
    for (const [name, fn] of Object.entries(functions)) {
      if (seen.has(fn)) continue;
      seen.add(fn);
      const { params, variadic = false } = signatureOf(fn);
      yield* callsOf(set, name, params, variadic, size, all);
    }
  }
  yield* namespaces(size, all);
  yield* manyZones();
}

/** Functions behind a name and a point. */
function* namespaces(size: number, all: Values): Generator<Call> {
  const set = "alertmanager";
  const methods = { "coll.Append": 2, "coll.Dict": 2, "coll.Slice": 2, "data.JSON": 1, "data.ToJSON": 1 };
  for (const [name, count] of Object.entries(methods)) {
    yield* callsOf(set, name, Array<ParamType>(count).fill("any"), false, size, all);
  }
  yield* callsOf(set, "data.ToJSONPretty", ["string", "any"], false, size, all);
}

const languages = "de fr pl ja ar hi ru sv fa zh he th ko vi tr nl cs da fi hu".split(" ");
const calendars =
  "gregory buddhist japanese islamic hebrew persian chinese indian coptic ethiopic roc dangi iso8601".split(" ");
const zones: readonly string[] = Intl.supportedValuesOf("timeZone");

/** Another language, or another zone, with each turn `$t`. */
function* manyZones(): Generator<Call> {
  const data = {
    l: languages.flatMap((language) => calendars.map((calendar) => `${language}-u-ca-${calendar}`)),
    z: zones,
    d: new Date("2026-06-24T18:30:00Z"),
    old: new Date("1890-06-24T18:30:00Z"),
    n: 1234.5,
  };
  const locale = "(index $.l (mod $t 260 | int))";
  const zone = "(index $.z (mod $t 400 | int))";
  const each = (name: string, action: string): Call => ({
    set: "alerting",
    name,
    action,
    data,
    with: "another language or zone each time",
  });
  for (const name of ["formatDate", "formatTime", "formatDateTime"])
    yield each(name, `${name} "full" ${locale} ${zone} $.d`);
  yield each("formatNumber", `formatNumber ${locale} $.n`);
  yield each("formatCurrency", `formatCurrency "EUR" ${locale} $.n`);
  yield each("formatPercent", `formatPercent ${locale} $.n`);
  yield each("formatRelative", `formatRelative ${locale} $.d`);
  yield each("formatDuration", `formatDuration ${locale} $.n`);
  yield each("formatList", `formatList ${locale} $.l`);
  yield each("ordinal", `ordinal ${locale} 3`);
  yield each("pluralForms", `pluralForms "other: x" ${locale} 3`);
  yield each("humanizeBytes", `humanizeBytes ${locale} $.n`);
  yield each("humanizeCount", `humanizeCount ${locale} $.n`);
  for (const when of ["$.d", "$.old", "(mul $t 86400000)"]) {
    yield { ...each("dateInZone", `dateInZone "2 Jan 2006 15:04 MST" ${when} ${zone}`), set: "sprig" };
    yield { ...each("toDate", `toDate "2 Jan 2006 15:04 MST" "2 Jan 2020 15:04 CET"`), set: "sprig" };
  }
  yield {
    ...each("tz", `$.d | tz ${zone.replace("mod $t 400 | int", "$t")} | date "2 Jan 2006 15:04 MST"`),
    set: "alertmanager",
  };
  const pattern = '(printf "a%d(b|c)*" $t)';
  yield { ...each("regexMatch", `regexMatch ${pattern} "abc"`), set: "sprig" };
}
