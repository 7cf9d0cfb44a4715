import type { Rule } from "../rule.ts";

/** What keys and tokens look like. */
const shapes: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["an access key of AWS", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g],
  ["a secret key of Stripe", /\b[sr]k_live_[0-9A-Za-z]{16,}\b/g],
  ["a token of GitHub", /\b(?:gh[pousr]_[0-9A-Za-z]{36,}|github_pat_[0-9A-Za-z_]{40,})\b/g],
  ["a token of Slack", /\bxox[abprs]-[0-9A-Za-z-]{10,}\b/g],
  ["a web hook of Slack", /hooks\.slack\.com\/services\/T[0-9A-Z]+\/B[0-9A-Z]+\/[0-9A-Za-z]{16,}/g],
  ["a key of SendGrid", /\bSG\.[\w-]{16,}\.[\w-]{16,}/g],
  ["a key of Google", /\bAIza[0-9A-Za-z_-]{35}\b/g],
  ["a private key", /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/g],
  ["a JSON Web Token", /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/g],
  ["a password in an address", /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"']+:[^\s:/@"'{}]+@[\w.-]+/g],
];

/** A key or password in the template itself. */
export const secret: Rule = {
  name: "secret",
  severity: "warning",
  summary: "What looks like a key, a token or a password.",
  reason:
    "A template is read by many, and what it renders is sent to customers. Keep secrets in the configuration of the channel.",
  examples: {
    good: ["Your code is {{ .code }}", "See https://example.com/a:b"],
    bad: [`Use ${"AKIA"}IOSFODNN7EXAMPLE`, `{{ $url := "https://user:hunter2@example.com/" }}{{ $url }}`],
  },
  check: (context) => ({
    done() {
      const { text } = context.source;
      for (const [what, pattern] of shapes) {
        for (const { index, 0: found } of text.matchAll(pattern)) {
          context.report({
            message: `This looks like ${what}. Whoever gets the alert or the template can use it: take it out, and change it where it is valid.`,
            at: { start: index, end: index + found.length },
          });
        }
      }
    },
  }),
};
