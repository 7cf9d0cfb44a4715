import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type AST, RegExpParser, visitRegExpAST } from "@eslint-community/regexpp";
import { parseSync, Visitor } from "oxc-parser";
import { checkSync } from "recheck";
import { analyse } from "scslre";
import { describe, expect, test } from "vitest";

/**
 * No regular expression of ours takes more than linear time. `scslre` looks at all of them, look-around included, and misses some;
 * `recheck` proves it by automata for those that could, and knows no look-around.
 */

/** What is not linear, or not known to be, and why that does no harm: its input is bounded. */
const bounded: Readonly<Record<string, string>> = {
  "src/lint/words.ts /\\[[^\\]]*\\]/g": "paths of values are cut at 500 characters",
  "src/observe/redact.ts /(?<![\\w.])\\+?\\d[\\d ()-]{6,}\\d(?![\\w.])/g":
    "messages are cut at 2,000 characters before",
  'src/observe/redact.ts /[^\\s"<>,;()]*$/': "messages are cut at 2,000 characters before",
  "src/lint/rules/secret.ts /\\b[a-z][a-z0-9+.-]*$/": "the 40 characters before a ://",
  "src/channels/email/address.ts /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/":
    "an address has at most 320 characters",
  "src/channels/email/sanitize-header.ts /=\\?(?=[^?]+\\?[bq]\\?[^?]*\\?=)/gi":
    "20 times what a header may have, 20,000 characters",
  "src/channels/email/options.ts /^(?!multipart\\/|message\\/)[\\w.+-]+\\/[\\w.+-]+(?:; ?charset=[\\w-]+)?$/i":
    "looks ahead at two words only",
  "src/escape/html/url-escapers.ts /^([\\t\\n\\f\\r ]*)([^\\t\\n\\f\\r ]*)(.*)$/s": "it matches every text at once",
};

interface Found {
  readonly file: string;
  readonly pattern: string;
  readonly flags: string;
}

const root = join(import.meta.dirname, "../..");

function* expressionsIn(file: string): Generator<Found> {
  const found: Found[] = [];
  const visitor = new Visitor({
    Literal(node) {
      if ("regex" in node && node.regex) found.push({ file, ...node.regex });
    },
    NewExpression(node) {
      if (node.callee.type === "Identifier" && node.callee.name === "RegExp") made.push(file);
    },
    CallExpression(node) {
      if (node.callee.type === "Identifier" && node.callee.name === "RegExp") made.push(file);
    },
  });
  visitor.visit(parseSync(file, readFileSync(join(root, file), "utf8")).program);
  yield* found;
}

/** Files with expressions that are put together. */
const made: string[] = [];

const files = ["grammar", "src"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => `${folder}/${path.replaceAll("\\", "/")}`)
    .sort(),
);
const all = new Map([...files.flatMap((file) => [...expressionsIn(file)])].map((one) => [nameOf(one), one]));

function nameOf({ file, pattern, flags }: Found): string {
  return `${file} /${pattern}/${flags}`;
}

/** A sticky expression starts at one place, as an anchored one does. */
const anchored = ({ pattern, flags }: Found) =>
  flags.includes("y") ? { pattern: `^(?:${pattern})`, flags: flags.replace("y", "") } : { pattern, flags };

/**
 * Whether it takes more than a look at its tree to see that it is linear. It is where nothing is repeated without end, and where
 * that is one character only and cannot be in vain: it starts at one place, stands alone, or nothing behind it can fail.
 */
function isRisky(one: Found): boolean {
  const { pattern, flags } = anchored(one);
  const tree = new RegExpParser().parsePattern(pattern, undefined, undefined, { unicode: flags.includes("u") });
  const repeats: AST.Quantifier[] = [];
  visitRegExpAST(tree, {
    onQuantifierEnter(node) {
      if (node.max === Number.POSITIVE_INFINITY) repeats.push(node);
    },
  });
  const [first, second] = repeats;
  if (!first) return false;
  const isChar = ["Character", "CharacterSet", "CharacterClass"].includes(first.element.type);
  if (second || !isChar) return true;
  const starts = tree.alternatives.every(
    ({ elements: [start] }) => start?.type === "Assertion" && start.kind === "start" && !flags.includes("m"),
  );
  const isAlone = tree.alternatives.every(({ elements }) => elements.length === 1 && elements[0] === first);
  return !starts && !isAlone && !tree.alternatives.every((one) => isBoundedUntil(first, one));
}

/** Whether the alternative repeats nothing without end, or this at its end, where what may follow may also be left out. */
function isBoundedUntil(last: AST.Quantifier, { elements }: AST.Alternative): boolean {
  if (last.start < elements[0]!.start || last.start >= elements.at(-1)!.end) return true;
  const at = elements.indexOf(last);
  return at >= 0 && elements.slice(at + 1).every((one) => one.type === "Quantifier" && one.min === 0);
}

test.each([
  [/x[a-z]{3,}=?/, false],
  [/\b(a|bc),[a-z]+(?:,b)?={0,2}|d/, false],
  [/^[a-z]+x/, false],
  [/[a-z]+x/, true],
  [/a|b[a-z]+=?$/, true],
  [/a|b[a-z]+\b/, true],
  [/(?:b[a-z]+)?/, true],
  [/(?:[a-z]+)=/, true],
  [/[a-z]+x*/, true],
  [/(?:ab)+/, true],
])("what is looked at closely: %s", ({ source, flags }, is) => {
  expect(isRisky({ file: "", pattern: source, flags })).toBe(is);
});

describe("regular expressions", () => {
  test("there are some", () => {
    expect(all.size).toBeGreaterThan(400);
  });

  test("none goes back, or starts again, more than linearly as far as can be seen", () => {
    const found = [...all]
      .filter(([name]) => !Object.hasOwn(bounded, name))
      .filter(([, { pattern, flags }]) => analyse({ source: pattern, flags }).reports.length > 0);
    expect(found.map(([name]) => name)).toEqual([]);
  });

  const risky = [...all].filter(([name, one]) => !Object.hasOwn(bounded, name) && isRisky(one));

  test.each(risky)("%s is linear", (_, one) => {
    const { pattern, flags } = anchored(one);
    expect(verdictOn(pattern, flags)).toBe("safe");
  });

  test("what is bounded is still there, and only that", () => {
    expect(Object.keys(bounded).filter((name) => !all.has(name))).toEqual([]);
  });

  test("those that are put together when a module is loaded are linear, too", async () => {
    const built: Found[] = [];
    const original = globalThis.RegExp;
    globalThis.RegExp = new Proxy(original, {
      construct(target, [pattern, flags = ""]: [string | RegExp, string?]) {
        built.push({ file: "", pattern: typeof pattern === "string" ? pattern : pattern.source, flags });
        return new target(pattern, flags);
      },
    });
    try {
      for (const file of made) await import(join(root, file));
    } finally {
      globalThis.RegExp = original;
    }
    const ours = [...new Map(built.map((one) => [nameOf(one), one])).values()];
    expect(ours.length).toBeGreaterThan(10);
    expect(
      ours
        .map(anchored)
        .filter(({ pattern, flags }) => analyse({ source: pattern, flags }).reports.length > 0)
        .map(({ pattern }) => pattern),
    ).toEqual([]);
  });

  test("patterns of the data are nobody's but RE2's: these files put some together", () => {
    expect([...new Set(made)]).toEqual([
      "grammar/quote.ts",
      "src/base/http-date.ts",
      "src/base/units.ts",
      "src/escape/html/css-escapers.ts",
      "src/escape/html/html-escapers.ts",
      "src/escape/html/marshal.ts",
      "src/escape/html/replace.ts",
      "src/functions/sprig/strings.ts",
      "src/functions/sprig/version.ts",
      "src/lint/rules/typographic-quotes.ts",
    ]);
  });
});

/** Takes as long as it takes: no busy machine makes it another verdict. */
function verdictOn(pattern: string, flags: string): string {
  const found = checkSync(pattern, flags, { checker: "automaton", timeout: null });
  return found.status === "safe" ? "safe" : `${found.status}: ${JSON.stringify(found)}`;
}
