/** A template that costs a lot, and the profile that it costs it for. */
export interface HostileTemplate {
  readonly name: string;
  readonly text: string;
  readonly profile?: Readonly<Record<string, unknown>>;
}

const long = (text: string, length = 900_000): string => text.repeat(Math.ceil(length / text.length)).slice(0, length);

/** Fields that make work for templates, conditions, mappings, diffs and lists. Each is below 1 MB as JSON. */
export const hostileFields: Readonly<Record<string, unknown>> = {
  text: long("a"),
  digits: long("1"),
  dots: `.${long("0")}x`,
  spaces: long(" "),
  markup: long("<a href='"),
  words: long("word "),
  wide: long("𝒜", 400_000),
  zone: `A${long("a")}`,
  keys: Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`k${i}`, 1])),
  prefixed: Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`${long("k", 90_000)}${i}`, 1])),
  list: Array.from({ length: 100_000 }, (_, i) => i % 10),
  lists: Array.from({ length: 100_000 }, () => []),
  nested: nested(60),
  // biome-ignore lint/suspicious/noThenProperty: that it looks like a promise is the point
  names: { constructor: 1, toString: 1, hasOwnProperty: 1, toJSON: 1, then: 1 },
};

/** Lists and maps in turns, each level in the next. */
function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

const turns = (body: string, count = 100_000): string => `{{ range $t := until ${count} }}${body}{{ end }}`;

/** Templates that do much work, make much text, or make those who look at them do so. */
export const hostileTemplates: readonly HostileTemplate[] = [
  { name: "nested loops", text: turns(turns("")) },
  { name: "nested loops that print", text: turns(turns("{{ $t }}")) },
  { name: "a list that doubles", text: `{{ $x := list 1 }}${"{{ $x = concat $x $x }}".repeat(40)}{{ len $x }}` },
  { name: "a text that doubles", text: `{{ $x := "a" }}${"{{ $x = print $x $x }}".repeat(40)}{{ len $x }}` },
  {
    name: "a structure that is shared",
    text: `{{ $x := list }}${"{{ $x = list $x $x }}".repeat(40)}{{ printf "%v" $x }}`,
  },
  { name: "the same, as JSON", text: `{{ $x := list }}${"{{ $x = list $x $x }}".repeat(40)}{{ toJson $x }}` },
  {
    name: "the same, copied",
    text: `{{ $x := dict "a" 1 }}${'{{ $x = dict "a" $x "b" $x }}'.repeat(40)}{{ deepCopy $x | len }}`,
  },
  { name: "wide padding", text: turns('{{ printf "%999999d" 1 }}') },
  { name: "repeat", text: turns('{{ repeat 1000000 "a" }}') },
  {
    name: "a template that calls itself",
    text: '{{ define "a" }}{{ template "a" . }}{{ template "a" . }}{{ end }}{{ template "a" . }}',
  },
  ...(
    [
      ["trimAll", 'trimAll $.s "x"'],
      ["replace", 'replace $.s "" "x"'],
      ["contains", 'contains $.s "x"'],
      ["index", "index $.s 5"],
      ["upper", "upper $.s"],
      ["title", "title $.s"],
      ["wrap", "wrap 1 $.s"],
      ["regexReplaceAll", 'regexReplaceAll "(a|aa)+$" $.s "b"'],
      ["sha256sum", "sha256sum $.s"],
      ["b64enc", "b64enc $.s"],
      ["html", "html $.s"],
      ["printf %q", 'printf "%q" $.s'],
      ["split", 'splitList "" $.s'],
      ["levenshtein by hand", "substr 0 10 $.s"],
    ] as const
  ).map(([name, call]) => ({
    name: `${name} of a long text, in a loop`,
    text: turns(`{{ $x := ${call} }}`),
    profile: { s: hostileFields.text },
  })),
  { name: "int of digits, in a loop", text: turns("{{ $x := int $.s }}"), profile: { s: hostileFields.dots } },
  { name: "add of digits, in a loop", text: turns("{{ $x := add $.s 1 }}"), profile: { s: hostileFields.digits } },
  { name: "a zone, in a loop", text: turns('{{ $x := dateInZone "2" 0 $.s }}'), profile: { s: hostileFields.zone } },
  {
    name: "keys, in a loop",
    text: turns("{{ range $k, $v := $.m }}{{ end }}"),
    profile: { m: hostileFields.prefixed },
  },
  { name: "a map, in a loop", text: turns("{{ if $.m }}{{ end }}"), profile: { m: hostileFields.keys } },
  { name: "a list, sorted in a loop", text: turns("{{ $x := sortAlpha $.l }}"), profile: { l: hostileFields.list } },
  { name: "formatters", text: turns('{{ formatDateTime "full" (printf "de-x-a%d" $t) "UTC" 0 }}') },
  { name: "patterns", text: turns('{{ $x := regexMatch (printf "(a{0,1000}){%d}" (mod $t 9)) "aaaa" }}') },
  { name: "versions", text: turns('{{ $x := semverCompare (repeat 5000 "1 || ") "1.2.3" }}') },
  { name: "digits in one number", text: `{{ ${long("1")} }}` },
  { name: "escapes in a text", text: `{{ "${long("\\u0041")}" }}` },
  { name: "a chain of fields", text: `{{ $x := .a${long(".a", 80_000)} }}` },
  { name: "a pipe", text: `{{ .a ${long("| print ", 80_000)} }}` },
  { name: "mistakes", text: long("{{ .a b }}", 300_000) },
  { name: "unknown functions", text: long("{{ foo }}", 300_000) },
  { name: "ends", text: long("{{ end }}", 300_000) },
  { name: "blocks that are not closed", text: long("{{ if .a }}", 300_000) },
  { name: "typographic quotes", text: long("{{ “a” }}", 300_000) },
  { name: "variables", text: long("{{ $x := .a }}", 300_000) },
  { name: "fields", text: long("{{ .f }}", 300_000) },
  { name: "a key that might be one", text: long("eyJaaaaaaaa-", 80_000) },
  { name: "dashes", text: long("a-", 80_000) },
  {
    name: "templates that call the next",
    text: Array.from({ length: 3_000 }, (_, i) => `{{ define "t${i}" }}{{ template "t${i + 1}" . }}{{ end }}`).join(""),
  },
  { name: "attributes", text: long('<a href="{{ .a }}', 100_000) },
  { name: "a group, repeated", text: `{{ regexMatch "${long("(a{1000})", 50_000)}" .a }}` },
];
