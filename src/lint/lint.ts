import type { Problem } from "../../grammar/index.ts";
import type { AlertTemplate } from "../alert.ts";
import { Collector, tooMany } from "./collector.ts";
import type { Finding, Part } from "./finding.ts";
import type { LintOptions } from "./options.ts";
import type { LintTarget, Visitor } from "./rule.ts";
import { rules } from "./rules/index.ts";
import { tooManyFindings } from "./rules/too-many-findings.ts";
import { knownShape, readTemplate } from "./target.ts";
import { walk } from "./walk.ts";

/**
 * Finds everything that is wrong or doubtful in a template, by place; in an alert template part by part. Never throws because
 * of a template text.
 * @throws TypeError for invalid options, including an invalid schema
 */
export function lint(template: string | AlertTemplate, options: LintOptions = {}): Finding[] {
  const shape = knownShape(options);
  checkRules(options);
  if (typeof template === "string") return lintText(template, options.part, { ...options, shape });
  const { name } = options;
  return parts.flatMap((part) => {
    const text = template[part];
    if (text === undefined) return [];
    if (typeof text !== "string") throw new TypeError(`${part}: expected text, got ${typeof text}`);
    const named = { ...options, shape, name: name === undefined ? part : `${name}.${part}` };
    return lintText(text, part, named).map((finding) => ({ ...finding, part }));
  });
}

const ruleNames = rules.map(({ name }) => name);

const parts: readonly Part[] = ["title", "subtitle", "body", "html"];

function checkRules({ rules: chosen = {}, maxFindings = 0 }: LintOptions): void {
  if (!Number.isInteger(maxFindings) || maxFindings < 0) {
    throw new TypeError(`maxFindings: expected a whole number from 0, got ${maxFindings}`);
  }
  for (const [name, severity] of Object.entries(chosen)) {
    if (!rules.some((rule) => rule.name === name)) throw new TypeError(`rules: there is no rule ${name}`);
    if (!["error", "warning", "info", "off"].includes(severity)) {
      throw new TypeError(`rules.${name}: expected error, warning, info or off, got ${severity}`);
    }
  }
}

function lintText(text: string, part: Part | undefined, options: LintOptions): Finding[] {
  const { target, problems, others, isTruncated } = readTemplate(text, { ...options, part });
  const collector = new Collector(target.source, options);
  const active = rules.filter((rule) => options.rules?.[rule.name] !== "off");
  const visitorsOf = (of: LintTarget): Visitor[] =>
    active.map((rule) =>
      rule.check({ ...of, ruleNames, report: (report) => collector.add(rule, { source: of.source, ...report }) }),
    );
  const tell = (visitors: readonly Visitor[], found: readonly Problem[]): void => {
    for (const problem of found) for (const visitor of visitors) visitor.problem?.(problem);
  };
  const isWhole = completes(() => {
    const visitors = visitorsOf(target);
    tell(visitors, problems);
    walk(target, visitors);
    for (const { source, problems: found } of others) tell(visitorsOf({ ...target, source }), found);
  });
  collector.dropConsequences(target.source, problems);
  if (isWhole && !isTruncated) return collector.findings();
  const findings = collector.findings();
  const count = findings.length.toLocaleString("en");
  const message = isWhole
    ? "This text has more syntax errors than are looked for, and the rest of it may hold others. Correct these, then lint again."
    : `More than ${count} findings in one text: the rest of it was not checked. Correct these, or turn off the rule that reports most of them, then lint again.`;
  return [...findings, ...collector.unfinished(tooManyFindings, message)];
}

/** Runs a lint. Returns false if it ended early because of too many findings. */
function completes(run: () => void): boolean {
  try {
    run();
    return true;
  } catch (error) {
    if (error !== tooMany) throw error;
    return false;
  }
}
