import type { Problem } from "../../grammar/index.ts";
import type { AlertTemplate } from "../alert.ts";
import { Collector } from "./collector.ts";
import type { Finding, Part } from "./finding.ts";
import type { LintOptions } from "./options.ts";
import type { Subject, Visitor } from "./rule.ts";
import { rules } from "./rules/index.ts";
import { knownShape, readTemplate } from "./subject.ts";
import { walk } from "./walk.ts";

/**
 * Everything that is wrong or doubtful with a template, by place; of an alert template, part by part. A template text is
 * never a reason to throw.
 * @throws TypeError for options that make no sense, a schema that is none among them
 */
export function lint(template: string | AlertTemplate, options: LintOptions = {}): Finding[] {
  const shape = knownShape(options);
  checkRules(options);
  if (typeof template === "string") return lintText(template, options.part, { ...options, shape });
  const { name } = options;
  return parts.flatMap((part) => {
    const text = template[part];
    if (text === undefined) return [];
    if (typeof text !== "string") throw new TypeError(`the ${part} of an alert template is text`);
    const named = { ...options, shape, name: name === undefined ? part : `${name}.${part}` };
    return lintText(text, part, named).map((finding) => ({ ...finding, part }));
  });
}

const ruleNames = rules.map(({ name }) => name);

const parts: readonly Part[] = ["title", "subtitle", "body", "html"];

function checkRules({ rules: chosen = {} }: LintOptions): void {
  for (const [name, severity] of Object.entries(chosen)) {
    if (!rules.some((rule) => rule.name === name)) throw new TypeError(`there is no rule ${name}`);
    if (!["error", "warning", "info", "off"].includes(severity)) {
      throw new TypeError(`rule ${name}: a severity is error, warning, info or off, not ${severity}`);
    }
  }
}

function lintText(text: string, part: Part | undefined, options: LintOptions): Finding[] {
  const { subject, problems, others } = readTemplate(text, { ...options, part });
  const collector = new Collector(subject.source, options);
  const active = rules.filter((rule) => options.rules?.[rule.name] !== "off");
  const visitorsOf = (of: Subject): Visitor[] =>
    active.map((rule) =>
      rule.check({ ...of, ruleNames, report: (report) => collector.add(rule, { source: of.source, ...report }) }),
    );
  const tell = (visitors: readonly Visitor[], found: readonly Problem[]): void => {
    for (const problem of found) for (const visitor of visitors) visitor.problem?.(problem);
  };
  const visitors = visitorsOf(subject);
  tell(visitors, problems);
  walk(subject, visitors);
  collector.dropConsequences(subject.source, problems);
  for (const { source, problems: found } of others) tell(visitorsOf({ ...subject, source }), found);
  return collector.findings();
}
