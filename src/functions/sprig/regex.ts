import { canBackquote, quote } from "../../../grammar/index.ts";
import { type Context, define, type FunctionSet } from "../../template/index.ts";
import { compileRegexp, quoteMeta, type Regexp, RegexpError } from "../regexp.ts";
import { noStrings, stringList } from "./value.ts";

/**
 * Implements regular expressions with RE2, in time linear in the text. In Go the functions with `must` before their names
 * return the error of an invalid pattern, where the others panic with a longer message.
 */

/** Compiles as `regexp.MustCompile`, with the message of its panic. */
function mustCompile(pattern: string, context: Context): Regexp {
  try {
    return compileRegexp(pattern, context);
  } catch (error) {
    if (!(error instanceof RegexpError)) throw error;
    const quoted = canBackquote(pattern) ? `\`${pattern}\`` : quote(pattern);
    throw new Error(`regexp: Compile(${quoted}): ${error.message}`);
  }
}

type Compile = (pattern: string, context: Context) => Regexp;

const find = (compile: Compile) =>
  define(
    { params: ["string", "string"], context: true },
    (context, pattern, text) => compile(pattern, context).find(text) ?? "",
  );

/** Returns a list of texts, nil for none as in Go. */
const listed = (texts: string[]): string[] => (texts.length === 0 ? noStrings() : stringList(texts));

const findAll = (compile: Compile) =>
  define({ params: ["string", "string", "int"], context: true }, (context, pattern, text, limit) =>
    listed(compile(pattern, context).findAll(text, Number(limit))),
  );

const replaceAll = (compile: Compile) =>
  define({ params: ["string", "string", "string"], context: true }, (context, pattern, text, by) =>
    compile(pattern, context).replaceAll(text, by),
  );

const replaceAllLiteral = (compile: Compile) =>
  define({ params: ["string", "string", "string"], context: true }, (context, pattern, text, by) =>
    compile(pattern, context).replaceAllLiteral(text, by),
  );

const split = (compile: Compile) =>
  define({ params: ["string", "string", "int"], context: true }, (context, pattern, text, limit) =>
    listed(compile(pattern, context).split(text, Number(limit))),
  );

export const regex = {
  /** `mustRegexFind PATTERN TEXT`: the same as regexFind. `{{ mustRegexFind "[0-9]+" "a12" }}` → `12` */
  mustRegexFind: find(compileRegexp),
  /** `mustRegexFindAll PATTERN TEXT COUNT`: the same as regexFindAll. `{{ mustRegexFindAll "[0-9]" "a12" -1 }}` → `[1 2]` */
  mustRegexFindAll: findAll(compileRegexp),
  /**
   * `mustRegexMatch PATTERN TEXT`: the same as regexMatch, but an invalid pattern is an error. `{{ mustRegexMatch "[" "a" }}` →
   * `` error: error parsing regexp: missing closing ]: `[` ``
   */
  mustRegexMatch: define({ params: ["string", "string"], context: true }, (context, pattern, text) =>
    compileRegexp(pattern, context).matches(text),
  ),
  /** `mustRegexReplaceAll PATTERN TEXT NEW`: the same as regexReplaceAll. `{{ mustRegexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W" }}` → `-W-xxW-` */
  mustRegexReplaceAll: replaceAll(compileRegexp),
  /** `mustRegexReplaceAllLiteral PATTERN TEXT NEW`: the same as regexReplaceAllLiteral. `{{ mustRegexReplaceAllLiteral "x+" "axxb" "$1" }}` → `a$1b` */
  mustRegexReplaceAllLiteral: replaceAllLiteral(compileRegexp),
  /** `mustRegexSplit PATTERN TEXT COUNT`: the same as regexSplit. `{{ mustRegexSplit "z+" "pizza" -1 }}` → `[pi a]` */
  mustRegexSplit: split(compileRegexp),
  /** `regexFind PATTERN TEXT`: the leftmost match, or an empty text. `{{ regexFind "[a-z][1-9]" "abcd1234" }}` → `d1` */
  regexFind: find(mustCompile),
  /**
   * `regexFindAll PATTERN TEXT COUNT`: a list of at most COUNT matches, of all matches if COUNT is negative. `{{ regexFindAll
   * "[2468]" "123456789" -1 }}` → `[2 4 6 8]`
   */
  regexFindAll: findAll(mustCompile),
  /** `regexMatch PATTERN TEXT`: whether TEXT has a match; false for an invalid pattern. `{{ regexMatch "^[^@]+@[^@]+$" "ada@example.com" }}` → `true` */
  regexMatch: define({ params: ["string", "string"], context: true }, (context, pattern, text) => {
    let regexp: Regexp;
    try {
      regexp = compileRegexp(pattern, context);
    } catch (error) {
      if (error instanceof RegexpError) return false;
      throw error;
    }
    return regexp.matches(text);
  }),
  /** `regexQuoteMeta TEXT`: a pattern that matches exactly TEXT. `{{ regexQuoteMeta "1.2" }}` → `1\.2` */
  regexQuoteMeta: define({ params: ["string"], context: true }, (context, text: string) => {
    context.grow(text.length * 2);
    context.spend(text.length >> 3);
    return quoteMeta(text);
  }),
  /**
   * `regexReplaceAll PATTERN TEXT NEW`: TEXT with each match replaced by NEW, in which `${1}` is the text of the first group.
   * `{{ regexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W" }}` → `-W-xxW-`
   */
  regexReplaceAll: replaceAll(mustCompile),
  /** `regexReplaceAllLiteral PATTERN TEXT NEW`: TEXT with each match replaced by NEW as it is. `{{ regexReplaceAllLiteral "x+" "axxb" "$1" }}` → `a$1b` */
  regexReplaceAllLiteral: replaceAllLiteral(mustCompile),
  /**
   * `regexSplit PATTERN TEXT COUNT`: a list of at most COUNT pieces between matches, of all pieces if COUNT is negative. `{{
   * regexSplit "z+" "pizza" -1 }}` → `[pi a]`
   */
  regexSplit: split(mustCompile),
} satisfies FunctionSet;
