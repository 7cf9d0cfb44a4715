import { escapeControls, escapeControlsInLine, escapedText, Styled } from "../../base/escape-controls.ts";
import type { Placed } from "../../files/lint-files.ts";
import { type Rule, rules, type Severity } from "../../lint/index.ts";
import { plural } from "../plural.ts";

export interface Summary {
  readonly files: number;
  readonly placed: readonly Placed[];
  /** Number of findings that were fixed, and are not in `placed`. */
  readonly fixed: number;
}

export const formats = ["pretty", "json", "sarif", "github", "unix"] as const;
export type Format = (typeof formats)[number];

export function print(format: Format, summary: Summary, colours: boolean): string | Styled {
  switch (format) {
    case "pretty":
      return pretty(summary, colours);
    case "json":
      return json(summary);
    case "sarif":
      return `${JSON.stringify(sarif(summary.placed), null, 2)}\n`;
    case "github":
      return summary.placed.map(annotation).join("");
    case "unix":
      return summary.placed.map(unixLine).join("");
    default:
      return format satisfies never;
  }
}

const colourOf: Readonly<Record<Severity, number>> = { error: 31, warning: 33, info: 36 };

function pretty({ files, placed, fixed }: Summary, colours: boolean): Styled {
  const paint = (text: string, ...codes: number[]) =>
    new Styled(colours ? `\x1b[${codes.join(";")}m${escapeControls(text)}\x1b[0m` : escapeControls(text));
  let out = "";
  for (const { finding, file, line, column } of placed) {
    const { severity, rule, message, excerpt, go, fix, suggestions } = finding;
    const place = paint(`${escapeControlsInLine(file)}:${line}:${column}`, 1);
    out += escapedText`${place} ${paint(severity, colourOf[severity])} ${message} ${paint(`[${rule}]`, 2)}\n`;
    out += escapedText`${excerptAt(excerpt, line)}\n`;
    if (go !== undefined) out += escapedText`${paint(`  Go says: ${go}\n`, 2)}`;
    if (fix) out += escapedText`  ${fix.message}: tocsin lint --fix does this.\n`;
    else if (suggestions.length > 0) out += escapedText`  ${suggestions.map((one) => one.message).join(", or ")}?\n`;
    out += "\n";
  }
  return new Styled(`${out}${lastLine(files, placed, fixed)}\n`);
}

/** Replaces the template's line numbers in an excerpt with those of the file, which a reader looks for. */
function excerptAt(excerpt: string, line: number): string {
  const [code = "", caret = ""] = escapeControls(excerpt).split("\n");
  const [gap, number] = ["  ", String(line)];
  const strip = (text: string) => text.slice(text.indexOf("|"));
  return `${gap}${number} ${strip(code)}\n${gap}${" ".repeat(number.length)} ${strip(caret)}`;
}

function lastLine(files: number, placed: readonly Placed[], fixed: number): string {
  const count = (severity: Severity) => placed.filter(({ finding }) => finding.severity === severity).length;
  const fixable = placed.filter(({ finding }) => finding.fix).length;
  const found = [
    [count("error"), "error"],
    [count("warning"), "warning"],
    [count("info"), "hint"],
  ] as const;
  const problems = found.filter(([n]) => n > 0).map(([n, what]) => plural(n, what));
  const result = problems.length > 0 ? problems.join(", ") : "no problems";
  const changes = fixed > 0 ? `; ${fixed} fixed` : "";
  return `${plural(files, "file")} checked, ${result}${fixable > 0 ? ` (${fixable} can be fixed with --fix)` : ""}${changes}`;
}

function json({ files, placed, fixed }: Summary): string {
  const findings = placed.map(({ finding, ...place }) => {
    const { span: _span, line: _line, column: _column, endLine: _endLine, endColumn: _endColumn, ...rest } = finding;
    return { ...place, ...rest };
  });
  return `${JSON.stringify({ files, fixed, findings }, null, 2)}\n`;
}

const levels: { readonly [severity in Severity]: "error" | "warning" | "note" } = {
  error: "error",
  warning: "warning",
  info: "note",
};

/** SARIF 2.1.0, for code scanning. Columns count UTF-16 units. */
export function sarif(placed: readonly Placed[]) {
  const used = rules.filter((rule) => placed.some(({ finding }) => finding.rule === rule.name));
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0" as const,
    runs: [
      {
        columnKind: "utf16CodeUnits" as const,
        tool: { driver: { name: "tocsin", rules: used.map(descriptor) } },
        results: placed.map(({ finding, file, line, column, endLine, endColumn }) => ({
          ruleId: finding.rule,
          ruleIndex: used.findIndex(({ name }) => name === finding.rule),
          level: levels[finding.severity],
          message: { text: finding.message.toWellFormed() },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: encodeURI(file.replaceAll("\\", "/").toWellFormed()) },
                region: { startLine: line, startColumn: column, endLine, endColumn },
              },
            },
          ],
        })),
      },
    ],
  };
}

const descriptor = ({ name, summary, reason, severity }: Rule) => ({
  id: name,
  shortDescription: { text: summary },
  fullDescription: { text: reason },
  defaultConfiguration: { level: levels[severity] },
});

/** A workflow command of GitHub Actions. */
function annotation({ finding, file, line, column, endLine, endColumn }: Placed): string {
  const command = finding.severity === "info" ? "notice" : finding.severity;
  const value = (text: string) => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
  const place = `file=${value(file)},line=${line},endLine=${endLine},col=${column},endColumn=${endColumn}`;
  return `::${command} ${place},title=${value(finding.rule)}::${data(finding.message)}\n`;
}

const data = (text: string): string => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

const unixLine = ({ finding: { severity, rule, message }, file, line, column }: Placed): string =>
  `${escapeControlsInLine(file)}:${line}:${column}: ${escapeControls(message).replaceAll("\n", " ")} [${severity}/${rule}]\n`;
