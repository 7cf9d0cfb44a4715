/** Makes the reference of the rules, docs/rules.md, from the rules. As a script it writes the file. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Rule, rules } from "../../src/lint/index.ts";
import type { Example } from "../../src/lint/rule.ts";

export const referenceFile = join(import.meta.dirname, "../../docs/rules.md");

export function reference(): string {
  const rows = rules.map(
    ({ name, severity, summary }) => `| [\`${name}\`](#${name}) | ${severity} | ${cell(summary)} |`,
  );
  return `# Rules

All rules of \`lint\`. \`npm run docs:rules\` generates this file from [src/lint/rules](../src/lint/rules); the examples run as tests.

An **error** does not parse, or fails or renders wrongly for some profile; a **warning** is most likely a mistake; an **info** may be one.
A comment turns rules off: \`{{/* tocsin-disable-next-line rule */}}\`, \`tocsin-disable-line\`, \`tocsin-disable\` … \`tocsin-enable\`; without a rule, all of them.

| rule | severity | finds |
| --- | --- | --- |
${rows.join("\n")}

${rules.map(section).join("\n\n")}
`;
}

function section({ name, severity, summary, reason, examples: { good, bad } }: Rule): string {
  return `## ${name}

${summary} (${severity})

${reason}

Wrong:

${bad.map(block).join("\n\n")}

Right:

${good.map(block).join("\n\n")}`;
}

function block(example: Example): string {
  if (typeof example === "string") return fenced(example);
  const { text, options } = example;
  const parts =
    typeof text === "string"
      ? text
      : Object.entries(text)
          .map(([part, value]) => `${part}: ${value}`)
          .join("\n");
  const { functions: _, ...known } = options;
  const setting = Object.entries(known)
    .map(([option, value]) => `\`${option}: ${JSON.stringify(value)}\``)
    .join(", ");
  return setting === "" ? fenced(parts) : `${fenced(parts)}\n\nwith ${setting}`;
}

const fenced = (text: string): string => `\`\`\`gotemplate\n${text}\n\`\`\``;
const cell = (text: string): string => text.replaceAll("|", "\\|");

if (import.meta.main) writeFileSync(referenceFile, reference());
