/** Makes random cases: templates that the grammar mostly allows, and data with the names that they use. */
import fc from "fast-check";
import type { Case } from "./case.ts";

export type Text = fc.Arbitrary<string>;

export const pick = fc.constantFrom<string[]>;
export const join = (...parts: (string | Text)[]): Text =>
  fc.tuple(...parts.map((part) => (typeof part === "string" ? fc.constant(part) : part))).map((all) => all.join(""));
export const list = (one: Text, minLength: number, maxLength: number, separator = ""): Text =>
  fc.array(one, { minLength, maxLength, size: "max" }).map((all) => all.join(separator));
/** Chooses by weight. */
export const some = (...choices: [weight: number, one: Text][]): Text =>
  fc.oneof({ withCrossShrink: false }, ...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));
export const maybe = (one: Text, weight = 1, against = 1): Text => some([weight, one], [against, fc.constant("")]);

// ---------------------------------------------------------------------------------------------------------------- data

const character = some(
  [8, pick(..."abcxyzABC019 ")],
  [3, pick(..."<>&'\"\\=+/%`{}$#.,:;|()[]-_~!?@^*\n\t\r")],
  [
    2,
    pick(
      "é",
      "ß",
      "世",
      "界",
      "🌍",
      "👩‍🚀",
      "e\u0301",
      "\u00a0",
      "\u2028",
      "\ufeff",
      "\u00ad",
      "\u0085",
      "\ufffd",
      "İ",
    ),
  ],
  [1, pick("\0", "\x01", "\x1f", "\x7f", "\x0b", "\x0c", "\ue000", "\u{e0001}", "\u{10ffff}")],
);
const words = pick(
  "",
  "a",
  "Ann",
  "Łódź",
  "subscribed",
  "0",
  "false",
  " ",
  "90-001",
  "<b>",
  "x=1&y=2",
  "héllo 世界",
  "1e6",
);
const string: Text = some([3, words], [2, list(character, 0, 6)]);
const integer = fc.oneof(
  fc.integer({ min: -3, max: 12 }),
  fc.constantFrom(
    255,
    256,
    1000,
    65536,
    1000000,
    1234567,
    123456789,
    2 ** 31,
    2 ** 53,
    -(2 ** 31),
    1e15,
    1e18,
    2 ** 63,
  ),
  fc.integer(),
);
const double = fc.oneof(
  fc.constantFrom(
    0.5,
    1.5,
    2.5,
    2.25,
    0.125,
    1.005,
    99.5,
    19.99,
    0.1,
    1e-5,
    0.0001,
    999999.5,
    1e20,
    1e21,
    1e-7,
    1e100,
    5e-324,
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.tuple(fc.integer({ min: -99999, max: 99999 }), fc.integer({ min: 0, max: 9 })).map(([n, e]) => n / 10 ** e),
);
const exotic = fc.oneof(
  fc.oneof(integer, double, fc.constantFrom("NaN", "+Inf", "-Inf", "-0")).map(($float) => ({ $float })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((n) => ({ $int: String(n) })),
  fc.constantFrom("ff", "61ff62", "e4b8", "c3a9c3", "80", "f09f8c", "edA080").map(($bytes) => ({ $bytes })),
);
const scalar: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: string },
  { weight: 4, arbitrary: integer },
  { weight: 3, arbitrary: double },
  { weight: 2, arbitrary: fc.boolean() },
  { weight: 2, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: exotic },
);
const keys = ["a", "b", "n", "x", "z", "name", "a-b", "10", "9", "é", "B", "", "__proto__", "length"];
export const { value } = fc.letrec<{ value: unknown; list: unknown[]; map: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: false },
    { weight: 5, arbitrary: scalar },
    { weight: 1, arbitrary: tie("list") },
    { weight: 1, arbitrary: tie("map") },
  ),
  list: fc.array(tie("value"), { maxLength: 5 }),
  map: fc.dictionary(fc.constantFrom(...keys), tie("value"), { maxKeys: 4 }),
}));
const often = (usual: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 5, arbitrary: usual }, { weight: 1, arbitrary: value });
const listOf = (one: fc.Arbitrary<unknown>) => often(fc.array(one, { maxLength: 5 }));
const profile = fc.record(
  {
    name: often(string),
    age: often(integer),
    score: often(double),
    vip: often(fc.boolean()),
    nul: often(fc.constant(null)),
    tags: listOf(string),
    nums: listOf(integer),
    all: listOf(value),
    m: often(fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 5 })),
    user: often(fc.record({ name: often(string), n: often(integer), nul: fc.constant(null), tags: listOf(string) })),
    rows: listOf(fc.record({ id: integer, name: often(string), x: value }, { requiredKeys: [] })),
  },
  { requiredKeys: ["name", "age", "tags", "user"] },
);
/** Values that cannot be printed; they only occur in templates of their own (see `printable`). */
const callable = fc.record({
  fn: fc.constantFrom("count", "nothing", "fails").map(($func) => ({ $func })),
  seq: fc.array(scalar, { maxLength: 4 }).map(($seq) => ({ $seq })),
  pairs: fc.array(fc.tuple(scalar, scalar), { maxLength: 4 }).map(($seq2) => ({ $seq2 })),
});
const data = fc.oneof(
  { weight: 12, arbitrary: profile },
  { weight: 2, arbitrary: fc.tuple(profile, callable).map(([a, b]) => ({ ...a, ...b })) },
  { weight: 1, arbitrary: value },
);

// ------------------------------------------------------------------------------------------------------------ literals

const digits = list(pick(..."0123456789"), 1, 4);
const number = some(
  [12, pick("0", "1", "2", "3", "-1", "1.5")],
  [4, pick("0", "1", "2", "3", "-1", "10")],
  [
    2,
    pick(
      "1.0",
      "0.5",
      "1e3",
      "1e6",
      "1e21",
      "-0.0",
      "0x1F",
      "017",
      "0b11",
      "1_000",
      "9223372036854775807",
      "1e-5",
      "0x1p4",
    ),
  ],
  [1, pick("1i", "0i", "1+2i", "1.5-2i", "3+0i")],
  [
    1,
    join(
      maybe(pick("+", "-"), 1, 3),
      digits,
      maybe(join(".", digits)),
      maybe(join("e", pick("", "+", "-"), pick("0", "2", "07", "20"))),
    ),
  ],
  [1, join(pick("0x", "0X", "0o", "0b", "0", "1"), list(pick(..."01237_9afF.peE+-i"), 1, 5))],
  [1, join(pick("", "", "+", "-"), pick(..."0123456789"), list(pick(..."0019__..eExXpPbBoOi+-aF"), 0, 7))],
);
const escapes = pick(
  "\\n",
  "\\t",
  "\\\\",
  "\\x41",
  "\\xff",
  "\\xe9",
  "\\u00e9",
  "\\U0001F30D",
  "\\101",
  "\\377",
  "\\a",
  "\\r",
  "\\0",
  "\\q",
  "\\ud800",
);
const quoted = some(
  [6, pick('""', '"a"', '"Ann"', '"subscribed"', '"name"', '"n"', '"a-b"', '"é世"', '" "')],
  [
    2,
    list(some([4, character.filter((c) => !'"\\\n'.includes(c))], [1, escapes], [1, pick('\\"', "'")]), 0, 6).map(
      (s) => `"${s}"`,
    ),
  ],
  [
    1,
    list(
      character.filter((c) => c !== "`"),
      0,
      6,
    ).map((s) => `\`${s}\``),
  ],
);
const char = some(
  [3, pick("'a'", "'世'", "'\\n'", "'\\''", "'\\x00'", "'\\xff'", "'0'")],
  [1, some([2, character], [2, escapes], [1, list(character, 0, 2)]).map((c) => `'${c}'`)],
);
const literal = some([5, number], [5, quoted], [1, char], [2, pick("true", "false")]);

// ------------------------------------------------------------------------------------------------------------- actions

const fieldName = some(
  [14, pick("name", "age", "score", "vip", "nul", "tags", "nums", "all", "m", "user", "rows")],
  [3, pick("a", "n", "x", "id", "nope")],
  [1, pick("é", "B", "length", "__proto__", "fn", "seq", "pairs", "_", "Name")],
);
const path = list(join(".", fieldName), 1, 3);
const field = some(
  [5, join(".", fieldName)],
  [4, join("$.", fieldName)],
  [1, path],
  [2, pick(".user.name", "$.user.n", ".user.tags", ".m.n", ".m.a", "$.rows", ".nul.x")],
);
const variable = pick("$x", "$y", "$i", "$e");
const space = some([20, fc.constant(" ")], [1, pick("  ", "\n", "\t", " \n ")]);
const open = some([12, fc.constant("{{")], [2, fc.constant("{{- ")], [1, pick("{{ ", "{{\n", "{{-\n")]);
const close = some([12, fc.constant("}}")], [2, fc.constant(" -}}")], [1, pick(" }}", "\n}}", "\n-}}")]);
const action = (inside: string | Text): Text => join(open, inside, close);

const flags = list(pick("+", "-", "#", " ", "0"), 0, 3);
const width = pick("", "", "", "1", "5", "8", "12", "*", "[1]*", "[2]*", "[9]*", "[x]");
const precision = pick("", "", "", ".", ".0", ".1", ".2", ".3", ".10", ".*", ".[1]*", ".-1");
const verb = some(
  [12, pick(..."vsdqxXfgeTtcU")],
  [3, pick(..."bBoOEFGp")],
  [1, pick("z", "!", "%", "é", " ", "w", "[1]d", "[2]v", "[3]s", "[0]d", "[]d")],
);
const directive = some(
  [6, join("%", flags, width, precision, verb)],
  [5, join("%", pick(..."vsdqxfgeT"))],
  [1, pick("%", "%%", "%5", "%[", "%[1", "%.")],
);
const formatText = list(some([3, directive], [2, pick("a", " ", ",", "é", "/", "=")]), 1, 4);
const format = formatText.map((s) => `"${s}"`);

// biome-ignore format: a table
const piped: Record<string, readonly [min: number, max: number]> = {
  and: [1, 3], or: [1, 3], not: [1, 1], len: [1, 1], html: [0, 2], js: [0, 2], urlquery: [0, 2],
  index: [1, 3], slice: [1, 4], print: [0, 4], println: [0, 3], eq: [2, 3], ne: [2, 2], lt: [2, 2], le: [2, 2], gt: [2, 2], ge: [2, 2], call: [1, 3],
};
// biome-ignore format: a table
const own: typeof piped = {
  default: [2, 2], takeNothing: [0, 0], takeAny: [1, 1], takeString: [1, 1], takeBool: [1, 1], takeInt: [1, 1], takeInt64: [1, 1], takeFloat64: [1, 1],
  takeList: [1, 1], takeMap: [1, 1], takeTwo: [2, 2], takeRest: [1, 3], takeAnys: [0, 3], takeStrings: [0, 3], takeInts: [0, 3],
  fails: [0, 1], panics: [0, 1], giveNil: [0, 0], giveList: [0, 0], giveMap: [0, 0], giveInt64: [0, 0], giveFloat64: [0, 0],
};

type Grammar = {
  operand: string;
  call: string;
  continuation: string;
  pipeline: string;
  statement: string;
  body: string;
};

/** Makes templates. `functions`: whether they may call those of `functions.ts`. */
function grammar(functions: boolean) {
  const arity = functions ? { ...piped, ...own } : piped;
  const names = Object.keys(arity);
  return fc.letrec<Grammar>((tie) => {
    const operand = tie("operand");
    const pipeline = tie("pipeline");
    const body = tie("body");
    const args = (min: number, max: number): Text => list(join(space, operand), min, max);
    const called = (name: string, missing: number): Text => {
      const [min, max] = arity[name]!;
      const proper = args(Math.max(0, min - missing), Math.max(0, max - missing));
      return join(name, some([10, proper], [1, args(0, 4)]));
    };
    const [lists, maps, strings, ints] = [
      pick(".tags", "$.nums", "$.all", "$.rows", "$.user.tags"),
      pick(".m", "$.m", "$.user", "$"),
      some([2, pick("$.name", "$.user.name", ".name")], [1, quoted]),
      some([6, pick("0", "1", "2", "3")], [1, pick("$.age", "(len $.name)", "$i", "$y")]),
    ];
    /** Makes calls that tend to succeed; `missing`: without the last argument, which is piped in. */
    const goodCall = (missing: number): Text =>
      missing
        ? some(
            [2, join("index ", lists)],
            [3, join("printf ", format)],
            [2, pick("len", "html", "js", "urlquery", "not", "print", "println", "printf")],
            [2, join(pick("eq ", "ne "), some([1, strings], [1, ints]))],
            [2, join(pick("and ", "or ", "print "), operand)],
          )
        : some(
            [2, join("index ", lists, " ", pick("0", "0", "1", "2"))],
            [1, join("index ", maps, " ", pick('"n"', '"a"', '"name"', '"é"', '"nope"'))],
            [2, join("slice ", some([1, lists], [2, strings]), list(join(" ", pick("0", "1", "2")), 0, 2))],
            [2, join("len ", some([1, lists], [1, maps], [1, strings]))],
            [
              2,
              join(
                pick("eq ", "ne ", "lt ", "gt ", "le ", "ge "),
                some([1, join(strings, " ", strings)], [1, join(ints, " ", ints)]),
              ),
            ],
            [2, join(pick("html", "js", "urlquery", "print", "println"), args(1, 2))],
            [2, join(pick("and", "or"), args(1, 3))],
            [1, join("not", args(1, 1))],
          );
    const anyCall = (missing: number): Text =>
      some(
        [9, goodCall(missing)],
        [3, join("printf", space, format, args(0, 3))],
        [1, join("eq", args(2 - missing, 3 - missing))],
        [1, join("index ", some([1, lists], [1, maps], [1, operand]), args(1 - missing, 2 - missing))],
        [1, join("slice ", some([1, lists], [1, operand]), args(0, 3))],
        [4, fc.constantFrom(...names).chain((name) => called(name, missing))],
        [functions ? 4 : 0, join("default ", literal, missing ? "" : join(space, operand))],
      );
    const declaration = (range: boolean): Text =>
      some(
        [4, fc.constant("")],
        [2, join(variable, pick(" := ", " := ", ":=", " = "))],
        [range ? 3 : 0, pick("$i, $e := ", "$i, $e := ", "$i, $e = ", "$x,$y:=", "$i , $e := ")],
      );
    const clause = (word: string): Text => join(word, space, declaration(word === "range"), pipeline);
    const otherwise = (word: string): Text =>
      some(
        [4, fc.constant("")],
        [3, join(action("else"), body)],
        [word === "range" ? 0 : 2, join(action(join("else ", clause(word))), body, maybe(join(action("else"), body)))],
      );
    const control = (word: string, inside: Text): Text =>
      join(action(clause(word)), inside, otherwise(word), action("end"));
    // biome-ignore format: one line of template
    const leave = join(
      "{{if ", pick("$i", "eq . 1", ".", "not .", "$x"), "}}", action(pick("break", "continue")), "{{end}}",
    );
    const loop = some(
      [5, join(body, maybe(leave, 1, 2), body)],
      [1, join(body, action(pick("break", "continue")), body)],
    );
    return {
      operand: fc.oneof(
        { maxDepth: 5, depthSize: "small", withCrossShrink: false },
        { weight: 6, arbitrary: field },
        { weight: 5, arbitrary: literal },
        { weight: 2, arbitrary: variable },
        { weight: 2, arbitrary: pick(".", "$", "nil") },
        { weight: 1, arbitrary: join(pick("$", "$x", "$e", "$y"), path) },
        { weight: 3, arbitrary: join("(", maybe(join(variable, " := "), 1, 12), pipeline, ")", maybe(path, 1, 3)) },
        { weight: 1, arbitrary: some([9, pick("print", "html", "js")], [1, fc.constantFrom(...names)]) },
      ),
      call: anyCall(0),
      continuation: anyCall(1),
      pipeline: fc.oneof(
        { maxDepth: 5, depthSize: "small", withCrossShrink: false },
        { weight: 4, arbitrary: operand },
        { weight: 6, arbitrary: tie("call") },
        {
          weight: 2,
          arbitrary: join(some([1, operand], [1, tie("call")]), pick(" | ", "|", " |"), tie("continuation")),
        },
        { weight: 1, arbitrary: join(operand, " | ", tie("continuation"), " | ", tie("continuation")) },
      ),
      statement: fc.oneof(
        { maxDepth: 4, depthSize: "small", withCrossShrink: false },
        { weight: 9, arbitrary: action(pipeline) },
        { weight: 3, arbitrary: list(some([3, pick("a", " ", "b ", "\n", ": ")], [1, character]), 1, 3).map(harmless) },
        { weight: 2, arbitrary: action(join(variable, pick(" := ", " = ", ":="), pipeline)) },
        { weight: 1, arbitrary: pick("{{/* c */}}", "{{- /* c */ -}}", "{{/*\n*/}}", " {{- /**/}}") },
        { weight: 2, arbitrary: control("if", body) },
        { weight: 2, arbitrary: control("with", body) },
        { weight: 3, arbitrary: control("range", loop) },
        {
          weight: 1,
          arbitrary: action(
            join(
              'template "',
              pick("d1", "d2", "d3", "d1", "d2", "b1", "nope"),
              '"',
              maybe(join(space, pipeline), 3, 1),
            ),
          ),
        },
        {
          weight: 1,
          arbitrary: join(
            action(join(pick('block "b1" ', 'block "b2" ', 'block "b3" '), pipeline)),
            prelude,
            body,
            action("end"),
          ),
        },
      ),
      body: list(tie("statement"), 0, 2),
    };
  });
}

const harmless = (text: string): string => text.replaceAll("{{", "{ {");

/** Declares most variables; otherwise many templates would not parse. */
const prelude = some(
  [
    40,
    join("{{$x := ", some([2, field], [1, literal], [1, fc.constant(".")]), '}}{{$y := 1}}{{$i := 0}}{{$e := "e"}}'),
  ],
  [1, fc.constant("")],
);

function templates(functions: boolean): { readonly whole: Text; readonly any: Text } {
  const { statement, body, pipeline, call } = grammar(functions);
  const define = (name: string): Text => maybe(join(`{{define "${name}"}}`, prelude, body, "{{end}}"), 3, 1);
  const odd = maybe(
    join(pick('{{define "t"}}', '{{define "d1"}}'), pick("", " ", "x", "{{/* c */}}"), "{{end}}"),
    1,
    20,
  );
  const whole = join(prelude, list(statement, 1, 4), define("d1"), define("d2"), define("d3"), odd);
  const any = some(
    [8, whole],
    [5, join(prelude, action(call))],
    [3, join(prelude, action(pipeline))],
    [
      3,
      fc
        .tuple(
          formatText,
          list(join(" ", some([2, field], [2, literal], [1, pick("nil", ".", ".all", ".nums", ".tags")])), 0, 3),
        )
        .map(([f, args]) => `{{printf "${f}"${args}}}`),
    ],
    [
      2,
      join(
        "{{",
        pick("eq", "ne", "lt", "le", "gt", "ge"),
        " ",
        some([1, field], [1, literal]),
        " ",
        some([1, field], [1, literal], [1, pick("nil", ".all", ".m")]),
        "}}",
      ),
    ],
    [2, join("a{{", some([3, number], [2, quoted], [1, char]), "}}b")],
    [1, join("{{index ", pick(".all", ".m", ".tags", ".rows", ".name"), " ", list(literal, 1, 2, " "), "}}")],
  );
  return { whole, any };
}

/** Damages a template at a few places, to cause parse errors. */
export const damage = fc.array(
  fc.record({
    at: fc.nat(),
    how: fc.constantFrom("delete", "insert", "double", "cut", "swap", "drop action", "double action", "move action"),
    text: pick(
      ..."{{ }} ( ) | . , := = $ \" ` ' - /* */ 1 x é “ % end else + \\ # {{end}} {{else}} {{break}}".split(" "),
      ...[" ", "\n", "\u00a0", "{{if .x}}", '{{define "q"}}'],
    ),
  }),
  { minLength: 1, maxLength: 3 },
);

export function damaged(template: string, damages: readonly { at: number; how: string; text: string }[]): string {
  let text = template;
  for (const { at, how, text: inserted } of damages) {
    const actions = how.endsWith(" action");
    const parts = actions ? text.split(/(?={{)|(?<=}})/) : [...text];
    const i = at % (parts.length + 1);
    if (how === "delete") parts.splice(i, 1 + (at % 3));
    else if (how === "insert") parts.splice(i, 0, inserted);
    else if (how === "double") parts.splice(i, 0, ...parts.slice(i, i + 1 + (at % 7)));
    else if (how === "cut") parts.splice(i);
    else if (how === "swap") parts.splice(i, 2, ...parts.slice(i, i + 2).reverse());
    else if (how === "drop action") parts.splice(i, 1);
    else if (how === "double action") parts.splice(i, 0, ...parts.slice(i, i + 1));
    else parts.splice((at >> 4) % parts.length, 0, ...parts.splice(i, 1));
    text = parts.join("");
  }
  return text;
}

// biome-ignore format: a table
const delims = fc.constantFrom<[string, string][]>(
  ["<%", "%>"], ["[[", "]]"], ["$", "$"], ["(", ")"], ["<<", ">>"], ["{", "}"], ["é", "世"], ["|", "|"], ["", ""], ["{{", "%}"], ["{%", ""],
);

function cases(functions: boolean): fc.Arbitrary<Case> {
  const { whole: further } = templates(functions);
  const rarely = <T>(one: fc.Arbitrary<T>, against: number) =>
    fc.oneof({ weight: 1, arbitrary: one }, { weight: against, arbitrary: fc.constant(undefined) });
  return fc
    .record({
      template: templates(functions).any,
      damages: rarely(damage, 4),
      data,
      missingKey: rarely(fc.constantFrom("default" as const, "zero" as const, "error" as const), 3),
      delims: rarely(delims, 12),
      templates: rarely(
        fc.uniqueArray(fc.tuple(pick("d1", "d2", "u", "t"), some([3, further], [1, pick("", " ", "{{/* c */}}")])), {
          maxLength: 2,
          selector: ([name]) => name,
        }),
        12,
      ),
      entry: rarely(pick("d1", "u", "t", "nope"), 25),
      name: rarely(pick("x.tmpl", 'é"', "a b", ""), 25),
    })
    .map(({ template: valid, damages, delims: marks, ...rest }) => {
      const [left, right] = [marks?.[0] || "{{", marks?.[1] || "}}"];
      const marked = marks ? valid.replaceAll("{{", left).replaceAll("}}", () => right) : valid;
      const template = damages ? damaged(marked, damages) : marked;
      const all = { ...rest, template, ...(marks && { delims: marks }), ...(functions && { functions }) };
      return JSON.parse(JSON.stringify(all)) as Case; // drops undefined values; -0 becomes 0, as Go reads it
    });
}

/** Makes a random case. */
export const randomCase: fc.Arbitrary<Case> = fc.oneof(
  { weight: 3, arbitrary: cases(false) },
  { weight: 1, arbitrary: cases(true) },
);
