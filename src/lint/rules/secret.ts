import type { Span } from "../../../grammar/index.ts";
import type { Rule } from "../rule.ts";

/** Matches keys and tokens; each pair of parentheses has a minimum length. */
const shapes: readonly (readonly [what: string, pattern: RegExp, minLength: number])[] = [
  ["an AWS access key", /\b(?:AKIA|ASIA)([0-9A-Z]{16})\b/g, 16],
  ["a Stripe secret key", /\b[sr]k_live_([0-9A-Za-z]+)\b/g, 16],
  ["a GitHub token", /\bgh[pousr]_([0-9A-Za-z]+)\b/g, 36],
  ["a GitHub token", /\bgithub_pat_([0-9A-Za-z_]+)\b/g, 40],
  ["a Slack token", /\bxox[abprs]-([0-9A-Za-z-]+)\b/g, 10],
  ["a Slack webhook", /hooks\.slack\.com\/services\/T[0-9A-Z]+\/B[0-9A-Z]+\/([0-9A-Za-z]+)/g, 16],
  ["a SendGrid key", /\bSG\.([\w-]+)\.([\w-]+)/g, 16],
  ["a Google key", /\bAIza([0-9A-Za-z_-]{35})\b/g, 35],
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/g, 0],
];

/**
 * Finds keys and passwords in a text. Those that are found from a sure mark backwards, such as `://`, have no pattern, because
 * a pattern would try from every position.
 */
function* secretsIn(text: string): Generator<readonly [what: string, at: Span]> {
  for (const [what, pattern, minLength] of shapes) {
    for (const match of text.matchAll(pattern)) {
      const [found, ...parts] = match;
      if (parts.every(({ length }) => length >= minLength)) {
        yield [what, { start: match.index, end: match.index + found.length }];
      }
    }
  }
  for (const at of webTokens(text)) yield ["a JSON Web Token", at];
  for (const at of passwords(text)) yield ["a password in a URL", at];
}

/** Finds `eyJ….eyJ….…`, with eight more characters in each part. */
function* webTokens(text: string): Generator<Span> {
  const rest = /\.eyJ([\w-]+)\.([\w-]+)/y;
  let from = 0;
  for (let dot = text.indexOf(".eyJ"); dot >= 0; dot = text.indexOf(".eyJ", Math.max(from, dot + 1))) {
    rest.lastIndex = dot;
    const [whole = "", payload = "", signature = ""] = rest.exec(text) ?? [];
    let start = dot;
    while (start > from && /[\w-]/.test(text[start - 1]!)) start--;
    const header = text.slice(start, dot).search(/\beyJ/);
    from = dot + 1;
    if (header < 0 || dot - start - header < 11 || payload.length < 8 || signature.length < 8) continue;
    from = dot + whole.length;
    yield { start: start + header, end: from };
  }
}

/** Finds `https://user:password@host`. */
function* passwords(text: string): Generator<Span> {
  const rest = /:\/\/[^\s:/@"']+:[^\s:/@"'{}]+@[\w.-]+/y;
  for (let at = text.indexOf("://"); at >= 0; at = text.indexOf("://", at + 3)) {
    rest.lastIndex = at;
    const scheme = /\b[a-z][a-z0-9+.-]*$/.exec(text.slice(Math.max(0, at - maxSchemeLength), at));
    if (scheme && rest.test(text)) yield { start: at - scheme[0].length, end: rest.lastIndex };
  }
}

const maxSchemeLength = 40;

/** Finds keys and passwords in the template itself. */
export const secret: Rule = {
  name: "secret",
  severity: "warning",
  summary: "Text that looks like a key, a token or a password.",
  reason:
    "Many people read a template, and customers receive what it renders. Keep secrets in the configuration of the channel.",
  examples: {
    good: ["Your code is {{ .code }}", "See https://example.com/a:b"],
    bad: [`Use ${"AKIA"}IOSFODNN7EXAMPLE`, `{{ $url := "https://user:hunter2@example.com/" }}{{ $url }}`],
  },
  check: (context) => ({
    done() {
      for (const [what, at] of secretsIn(context.source.text)) {
        context.report({
          message: `This looks like ${what}. Anyone who sees the alert or the template can use it: remove it here, and revoke it.`,
          at,
        });
      }
    },
  }),
};
