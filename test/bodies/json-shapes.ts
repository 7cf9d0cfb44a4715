/** JSON that is hard to read, of about so many bytes each, made when it is asked for. */
export function shapes(bytes: number): Readonly<Record<string, () => string>> {
  const list = (item: string): string => `[${Array(Math.max(1, Math.floor(bytes / (item.length + 1)))).fill(item)}]`;
  const members = (name: (i: number) => string): string =>
    `{${Array.from({ length: Math.floor(bytes / (name(100_000).length + 3)) }, (_, i) => `${name(i)}:1`)}}`;
  const half = Math.floor(bytes / 2);
  return {
    "one long number, then digits": () => `[1234567890123456${",1".repeat(half - 10)}]`,
    "exact numbers of 16 digits": () => list("1234567890123456"),
    "numbers of 16 digits that are not": () => list("9007199254740993"),
    "numbers of 20 digits": () => list("-12345678901234567890"),
    "numbers of 20 digits, among wide characters": () => `["中",${list("12345678901234567890").slice(1)}`,
    "one number": () => "1".repeat(bytes),
    "one fraction": () => `0.${"1".repeat(bytes)}`,
    "one exponent": () => `1e-${"1".repeat(bytes)}`,
    "long fractions": () => list("0.12345678901234567890"),
    "empty objects": () => list("{}"),
    "empty arrays": () => list("[]"),
    "empty texts": () => list('""'),
    "short texts": () => list('"a"'),
    nulls: () => list("null"),
    "small objects": () => list('{"a":1}'),
    "nested objects": () => list(`${'{"a":['.repeat(30)}1${"]}".repeat(30)}`),
    people: () => list('{"id":12345,"email":"ada@example.com","name":"Ada","tags":["a","b"],"x":{"y":1.5,"z":null}}'),
    names: () => members((i) => `"k${i}"`),
    "escaped names": () => members((i) => `"\\u0061${i}"`),
    "a text": () => `"${"x".repeat(bytes)}"`,
    "a text of wide characters": () => `"${"中".repeat(bytes / 3)}"`,
    "escapes \\u": () => `"${"\\u0061".repeat(bytes / 6)}"`,
    "escapes \\u of pairs": () => `"${"\\ud83d\\ude00".repeat(bytes / 12)}"`,
    backslashes: () => `"${"\\\\".repeat(half)}"`,
    quotes: () => `"${'\\"'.repeat(half)}"`,
    "backslashes and quotes": () => `"${'\\\\\\"'.repeat(bytes / 4)}"`,
    blanks: () => `${" ".repeat(bytes)}1`,
    "blanks between": () => `[${" \n\t1,".repeat(bytes / 5)}1]`,
    lines: () => list('{"a":1}').slice(1, -1).replaceAll(",", "\n"),
    "a name without quotes": () => `{${"1".repeat(bytes)}:1}`,
    "names twice": () => `{${'"a":1,'.repeat(bytes / 6)}"a":1}`,
    "many names, one of them twice": () => `${members((i) => `"k${i}"`).slice(0, -1)},"k1":1}`,
    "names called __proto__": () => list('{"__proto__":1}'),
    "lone surrogates": () => list('"\\ud800"'),
    "no end": () => `["${"x".repeat(bytes)}`,
    brackets: () => "[".repeat(bytes),
    colons: () => ":".repeat(bytes),
    minus: () => "-".repeat(bytes),
  };
}

/** All of them, by their names. */
export const corpus = (bytes: number): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(shapes(bytes)).map(([name, make]) => [name, make()]));
