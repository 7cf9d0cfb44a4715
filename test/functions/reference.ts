/**
 * Makes the reference of all functions from their docstrings; `npm run docs` writes it to docs/functions.md, and as data for
 * editors to src/language/function-docs.ts.
 *
 * A function of a set is documented where its name stands in a set's object, in any file of the folder src/functions/SET:
 *
 *     /** `signature`: summary. `{{ example }}` → `result` *\/
 *     name: define(…),
 *
 * An example may be followed by "with" and a profile in JSON, and a result is set in two backquotes where it has one. In a
 * result ⏎ is a line end, and `error: ` stands before the text of an error. A new set is listed in `sets`.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { payloadNamed } from "../../conformance/alertmanager/case.ts";
import type { TemplateOptions } from "../../src/compile.ts";
import { alerting, alertmanager, alertmanagerData, type FunctionSet, sprig } from "../../src/functions/index.ts";

interface DocumentedSet {
  readonly name: string;
  readonly set: FunctionSet;
  /** Describes the purpose of the set. */
  readonly about: string;
  /** Options with which the examples are rendered. */
  readonly options: TemplateOptions;
  readonly profile?: unknown;
}

export const sets: readonly DocumentedSet[] = [
  {
    name: "sprig",
    set: sprig,
    about:
      "Functions of Sprig 3, the set that Helm and many other programs use. The examples are rendered on 6 May 2024 at 07:08:09, in UTC, and random numbers are always 0.5.",
    options: { functions: [sprig], clock: () => new Date("2024-05-06T07:08:09Z"), random: () => 0.5 },
  },
  {
    name: "alerting",
    set: alerting,
    about:
      "Functions that alerts need and Sprig lacks; the default of `renderAlert`. A locale, a time zone and a number of digits may come before the value, in any order: text with a slash, or `UTC`, is a time zone, any other text is a locale, and a whole number is the number of digits. By default the `locale` and the `timeZone` of the render apply. The words come from the platform's `Intl`. The examples are rendered on 24 November 2026 at 18:30, in UTC.",
    options: { functions: [alerting], clock: () => new Date("2026-11-24T18:30:00Z") },
  },
  {
    name: "alertmanager",
    set: alertmanager,
    about:
      'Functions of the notification templates of Prometheus Alertmanager and Grafana, for the data that `alertmanagerData(payload)` makes of the JSON they post to webhooks. Their templates are executed with `missingKey: "zero"`. The examples are rendered on 24 November 2026 at 18:30, in UTC, for two alerts that fire.',
    options: { functions: [alertmanager], clock: () => new Date("2026-11-24T18:30:00Z"), missingKey: "zero" },
    profile: alertmanagerData(payloadNamed("firing")),
  },
];

export interface Example {
  readonly template: string;
  readonly profile?: string | undefined;
  readonly result: string;
}

export interface Entry {
  /** The text in the reference. */
  readonly text: string;
  readonly examples: readonly Example[];
}

const folder = (name: string): string => join(import.meta.dirname, "../../src/functions", name);

const docstring = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(\w+)(?=[:,(])/g;
const example = /`([^`]*\{\{[^`]*)`(?: with `(\{[^`]*\})`)? → (`+)( ?)(.*?)\4\3/g;

/** Returns the documentation of a set's functions by name. */
export function documented(name: string): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const file of readdirSync(folder(name)).sort()) {
    const source = readFileSync(join(folder(name), file), "utf8");
    for (const [, comment = "", id = ""] of source.matchAll(docstring)) {
      const text = comment.replace(/\s*\n\s*\*\s*/g, " ").trim();
      if (!text.startsWith(`\`${id}`)) continue;
      const examples = [...text.matchAll(example)].map(([, template = "", profile, , , result = ""]) => ({
        template,
        profile,
        result: result.replaceAll("⏎", "\n"),
      }));
      entries.set(id, { text, examples });
    }
  }
  return entries;
}

export function reference(): string {
  const parts = [
    "# Functions",
    "Each description says what the function returns: read `lower TEXT`: TEXT in lower case as “`lower` returns TEXT in lower case”. Words in capitals are the arguments, `…` marks an argument that may be repeated, brackets one that may be left out. After an arrow stands the result of the example; ⏎ is a line end in it.",
    "Made by `npm run docs` from the comment beside each function; the examples are tests.",
  ];
  for (const { name, set, about } of sets) {
    const entries = documented(name);
    const lines = Object.keys(set)
      .sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
      .map((id) => `- ${entries.get(id)?.text ?? `\`${id}\``}`);
    parts.push(`## ${name}`, about, lines.join("\n"));
  }
  return `${parts.join("\n\n")}\n`;
}

export const referencePath = join(import.meta.dirname, "../../docs/functions.md");

/** Returns the reference as a module that an editor loads, formatted as Biome does. */
export function referenceModule(): string {
  const entries = new Map<string, string>();
  for (const { name } of sets) for (const [id, { text }] of documented(name)) entries.set(id, text);
  const lines = [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, text]) => property(id, text));
  const comment =
    "/** The documentation of each function beyond Go's own, as Markdown. Generated by `npm run docs` from the docstrings. */";
  return `${comment}\nexport const functionDocs: Readonly<Record<string, string>> = {\n${lines.join("")}};\n`;
}

function property(id: string, text: string): string {
  const quotes = (quote: string): number => text.split(quote).length - 1;
  const double = JSON.stringify(text);
  const single = `'${double.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
  const literal = quotes('"') > quotes("'") ? single : double;
  const line = `  ${id}: ${literal},\n`;
  return line.length <= 121 || id.length < 5 ? line : `  ${id}:\n    ${literal},\n`;
}

export const referenceModulePath = join(import.meta.dirname, "../../src/language/function-docs.ts");

if (import.meta.main) {
  writeFileSync(referencePath, reference());
  writeFileSync(referenceModulePath, referenceModule());
}
