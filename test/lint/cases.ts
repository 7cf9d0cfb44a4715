/**
 * Reads the corpora: alerts in YAML, with `samples` of profiles and `options` beside their parts. The options are `lint`'s,
 * but `functions` names sets.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { AlertTemplate } from "../../src/alert.ts";
import { alerting, alertmanager, sprig } from "../../src/functions/index.ts";
import { type Finding, type LintOptions, lint } from "../../src/lint/index.ts";

export interface LintCase {
  readonly name: string;
  readonly alert: AlertTemplate;
  readonly options: LintOptions;
}

const sets = { alerting, alertmanager, sprig };

const folder = join(import.meta.dirname, "cases");

export function lintCases(kind: "ok" | "bad"): readonly LintCase[] {
  return readdirSync(join(folder, kind))
    .filter((file) => file.endsWith(".yaml"))
    .sort()
    .map((file) => {
      const {
        samples,
        options: { functions = ["alerting"], ...options } = {},
        ...alert
      } = parse(readFileSync(join(folder, kind, file), "utf8"));
      const named = functions.map((set: keyof typeof sets) => sets[set]);
      return {
        name: file.slice(0, -5),
        alert,
        options: { ...options, functions: named, ...(samples && { samples }) },
      };
    });
}

export const expectedFile = (name: string): string => join(folder, "bad", `${name}.out`);

/** Prints findings as the expected files have them. */
export function shownFindings({ alert, options }: LintCase): string {
  return lint(alert, options).map(shown).join("\n");
}

function shown({ part, line, column, severity, rule, message, excerpt, go, fix, suggestions }: Finding): string {
  const changes = [...(fix ? [`fix: ${fix.message}`] : []), ...suggestions.map(({ message: text }) => `or: ${text}`)];
  return [
    `${part}:${line}:${column}: ${severity}: ${message} [${rule}]`,
    excerpt,
    ...(go ? [`Go: ${go}`] : []),
    ...changes,
    "",
  ].join("\n");
}
