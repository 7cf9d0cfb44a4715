/** Makes random calls of Sprig's functions with comparable results: without random numbers, the clock and the process. */
import fc from "fast-check";
import { sprig } from "../src/functions/index.ts";
import { type ParamType, signatureOf, type TemplateFunction } from "../src/template/index.ts";
import type { Case } from "./case.ts";

type Text = fc.Arbitrary<string>;

const pick = fc.constantFrom<string[]>;
const quoted = (texts: readonly string[]): Text => fc.constantFrom(...texts).map((text) => JSON.stringify(text));
const some = (...choices: [weight: number, one: Text][]): Text =>
  fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));

// biome-ignore format: a table
const texts = ["", "a", "abc", "hello world", "  spaced  ", "Ada Lovelace", "FirstName", "HTTPServer2xx", "some_snake-case", "a,b,,c", "a-b-c", "-", "foo$bar$", "é", "Łódź wórld", "世界 hello", "ǆ ß İ ﬁ", "a\nb\nc", "tab\there", "<b>&'\"", "1", "12", "-3", "1.5", "3.00", "0x1f", "010", "1e3", "true", "99999999999999999999", "x=1&y=2", "$1", `$\{a}x`];
// biome-ignore format: a table
const patterns = ["a", "[a-z]+", "(a)(b)?", "^", "$", "", "\\\\b", "(?P<a>x*)", "[0-9]{2,3}", ".", "é|世", "(", "[", "a**", "\\\\pL+", "(?i)HELLO", "x*"].map((text) => text.replaceAll("\\\\", "\\"));
// biome-ignore format: a table
const layouts = ["2006-01-02", "2006-01-02T15:04:05Z07:00", "Mon Jan _2 15:04:05 MST 2006", "3:04PM", "02.01.06", "15:04:05.000", "x", "Monday, January 2 2006", "-07:00 __2 002"];
const dates = [
  "2024-05-06",
  "2024-05-06T07:08:09Z",
  "2024-02-30",
  "Mon May  6 07:08:09 UTC 2024",
  "7:08AM",
  "06.05.24",
];
// biome-ignore format: a table
const versions = ["1", "1.2", "1.2.3", "v1.2.3", "1.2.3-beta.1+build", "0.0.1", "0.2.0", "2.0.0-alpha", "x", "1.2.3.4", "01.2.3", "1.2.3-01", "18446744073709551616"];
// biome-ignore format: a table
const constraints = ["1.2.3", ">=1.2", "^1.2", "~1.2.3", "^0.2", "~0", "!=1.2.x", ">1, <2", "1.2 - 2.3", "<1 || >=2", "*", "1.x", "^0.0.1", "", "> 1.0.0-a", "=>1", "<=1.x", "a b", "~>1.2-0"];
// biome-ignore format: a table
const urls = ["https://user:pw@example.com:8080/a%20b/c?q=1&r=%20#frag", "mailto:a@b.c", "/path only", "//host/x", "http://[::1]:80/", "http://[fe80::1%25en0]/", "http://a b/", "http://h:x/", "%zz", "?q", "a:b", "1:b", "http://h/%zz", "ftp://h/;p", "http://h?", "*", "é://x", "http://é.com/ü#ü", ":", "http://a:1:2/"];
const durations = ["1h", "1.5h", "-2m3s", "x", "", "300ms", "1000h", "0"];
// biome-ignore format: a table
const jsons = ['{"a":1}', "[1,2.5,\"x\",null,true]", '"é\\u00e9"', "1e400", "-0", "[", '{"a"', "nul", "{}x", "1 2", '"\\x"', "\u0001", "é", "[1,]", '{"a":1,}', '"\\ud800"', " [ ] ", "1.", "-", "01"];
const encoded = [
  "aGVsbG8=",
  "aGVsbG8",
  "a===",
  "NBSWY3DP",
  "nbswy3dp",
  "MFRGG===",
  "/+8=",
  "aGVs\nbG8=",
  "====",
  "MZXW6YQ=",
  "a",
  "é",
];
const paths = ["a/b/c", "/a/../b", "", "/", "a//b.txt", "../..", "./x.tar.gz", "/a/b/", "a.b/c", ".."];

const characters = pick(
  ..."abcXYZ019 -_.,:/%+=?#@[](){}|^$*~<>&'\"\\\n\téßŁ世🌍İǆΣ\u0301\u00a0\u2028\u0085".match(/./gsu)!,
);
const anyText: Text = fc.array(characters, { maxLength: 12 }).map((all) => JSON.stringify(all.join("")));
const bytes = pick('"\\xff"', '"a\\xc3"', '"\\xa9b"', '"\\xe4\\xb8"');
const usual = some([9, quoted(texts)], [4, anyText], [1, bytes]);
const strings: Readonly<Record<string, readonly Text[]>> = {
  regex: [quoted(patterns), usual],
  date: [quoted(layouts)],
  Date: [quoted(layouts), quoted(dates)],
  semver: [quoted(versions)],
  semverCompare: [quoted(constraints), quoted(versions)],
  urlParse: [quoted(urls)],
  duration: [quoted(durations)],
  Modify: [quoted(durations)],
  modify: [quoted(durations)],
  fromJson: [quoted(jsons)],
  FromJson: [quoted(jsons)],
  dec: [quoted(encoded)],
  base: [quoted(paths)],
  clean: [quoted(paths)],
  dir: [quoted(paths)],
  ext: [quoted(paths)],
  is: [quoted(["string", "slice", "map", "int", "[]string", "float64", "int64", "semver.Version"])],
};

const ints = some([6, pick("0", "1", "2", "3", "5", "-1", ".n", ".big", "(int 4)", "10")], [1, pick("-9223372036854775808", "9223372036854775807", "100")]); // biome-ignore format: one line
/** Arguments for functions that could build values too large for memory. */
const small = pick("0", "1", "2", "3", "7", "-1", "-4", ".n");
const building = /^(?:repeat|n?indent|until|untilStep|seq)$/;
const numbers = some([4, pick("0", "1", "2.5", "-3", "0.1", "1e20", ".x", ".n", "(int64 7)", "(float64 2)", "1e-7", "123.456", "-0.5")], [1, usual], [1, pick("true", "nil", ".l", "1i")]); // biome-ignore format: one line
const lists = pick(".l", ".empty", ".mixed", "(list 1 2 3)", '(list "b" "a" "b")', '(splitList "," "x,y,z")', "(until 3)", "(rest (list 1))", "(chunk 2 (list 1 2 3))", "(list)", "(list 1 1.0 (int64 1) nil)"); // biome-ignore format: one line
const maps = pick(".m", ".nested", '(dict "a" 1)', '(dict "a" (dict "b" 2) "c" (list 1))', "(dict)", "nil", '(dict "b" "" "n" 0)', "(deepCopy .m)"); // biome-ignore format: one line
const times = pick('(toDate "2006-01-02" "2024-05-06")', ".d", '(toDate "2006-01-02T15:04:05Z07:00" "2024-05-06T07:08:09.5+02:00")', "(mustToDate `2006` `1999`)"); // biome-ignore format: one line
const others = pick(
  '(semver "1.2.3-b")',
  ".fn",
  '(split "," "a,b")',
  "nil",
  ".none",
  ".nul",
  "true",
  ".f",
  "(index `A` 0)",
);
const any = some([3, usual], [3, numbers], [3, lists], [2, maps], [1, times], [2, others], [1, ints]);

function textFor(name: string, index: number): Text {
  for (const [part, arbitraries] of Object.entries(strings)) {
    if (name.includes(part)) return some([9, arbitraries[Math.min(index, arbitraries.length - 1)]!], [1, usual]);
  }
  return usual;
}

function typed(name: string, type: ParamType, index: number): Text {
  switch (type) {
    case "string":
      return textFor(name, index);
    case "int":
    case "int64":
    case "duration":
      return building.test(name) ? small : ints;
    case "bool":
      return pick("true", "false", ".yes");
    case "float64":
      return pick("0.5", "0.1", ".x", "2.0");
    case "map":
    case "nilMap":
      return maps;
    case "time":
      return times;
    case "list":
      return lists;
    default:
      return anyFor(name, index);
  }
}

const listFunction =
  /first|last|rest|initial|reverse|uniq|compact|without|append|push|prepend|slice|concat|chunk|sortAlpha|Slice|join/i;

/** Makes an argument that mostly suits the function. */
function anyFor(name: string, index: number): Text {
  if (listFunction.test(name) && (index === 0 || /concat|join|chunk/.test(name))) return some([5, lists], [1, any]);
  if (/add|sub|mul|div|mod|max|min|floor|ceil|round|int|float64|big/.test(name) && index < 3) {
    return some([5, numbers], [1, any]);
  }
  if (/^(?:htmlDate|date)/i.test(name)) return times;
  if (name === "dig") return some([3, pick('"a"', '"b"')], [2, maps], [1, any]);
  return any;
}

/**
 * Matches calls that depend on random numbers, the clock or the process, and dates of values that are not dates, which Go
 * takes for now.
 */
const unrepeatable = /^(?:now|ago|rand\w+|shuffle|uuidv4|durationRound|env|expandenv|getHostByName|gen\w+|bcrypt|htpasswd|derivePassword|buildCustomCert|\w+AES|html[dD]ate\w*|date|date_?[iI]n_?[zZ]one)$/; // biome-ignore format: one pattern
/** Matches functions whose results Go returns in random order. */
const unordered = /^(?:keys|values)$/;

const repeatable = Object.keys(sprig).filter((name) => !unrepeatable.test(name));

const functions: Readonly<Record<string, TemplateFunction>> = sprig;

function args(name: string): Text {
  const { params, variadic = false } = signatureOf(functions[name]!);
  const counts = variadic ? [params.length - 1, params.length, params.length + 1, params.length + 2] : [params.length];
  const count = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...counts) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 4 }) },
  );
  return count.chain((length) => {
    const each = Array.from({ length }, (_, i) => {
      const type = params[Math.min(i, params.length - 1)] ?? "any";
      if (building.test(name) && type === "int") return small;
      return some([10, typed(name, type, i)], [1, any]);
    });
    return each.length === 0 ? fc.constant("") : fc.tuple(...each).map((all) => ` ${all.join(" ")}`);
  });
}

const call: Text = fc
  .constantFrom(...repeatable)
  .chain((name) =>
    args(name).map((given) => (unordered.test(name) ? `${name}${given} | sortAlpha` : `${name}${given}`)),
  );

const shown = (one: string): Text =>
  some(
    [5, fc.constant(`{{ ${one} }}`)],
    [2, fc.constant(`{{ $r := ${one} }}{{ printf "%T %v" $r $r }}`)],
    [1, fc.constant(`{{ ${one} | toJson }}`)],
    [1, fc.constant(`{{ range ${one} }}[{{ . }}]{{ end }}`)],
    [1, fc.constant(`{{ printf "%#v" (${one}) }}`)],
    [1, fc.constant(`{{ ${one} | deepCopy }}{{ .m }}{{ .nested }}`)],
  );

const data = {
  n: 3,
  x: 1.5,
  big: { $int: "9007199254740993" },
  f: { $float: 2 },
  yes: true,
  nul: null,
  l: ["c", "a", "b"],
  mixed: [1, "x", null, 2.5, [1], { a: 1 }],
  empty: [],
  m: { a: 1, b: "x", c: null },
  nested: { a: { b: { c: 1 } }, l: [1, 2], s: "" },
  d: { $date: "2024-05-06T07:08:09Z" },
  fn: { $func: "count" },
};

/** Tells a dict that contains itself: printing it ends Go's process. */
const isCyclic = (one: string): boolean => /^(?:set|merge\w*|must[mM]erge\w*) .*(\.\w+)\b.* \1\b/.test(one);

export const sprigCall: fc.Arbitrary<Case> = call
  .filter((one) => !isCyclic(one))
  .chain(shown)
  .map((template) => ({ template, data, functions: "sprig" }));
