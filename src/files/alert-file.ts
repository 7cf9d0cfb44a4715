import { isAlias, isMap, isScalar, LineCounter, type Node, type Pair } from "yaml";
import type { AlertTemplate } from "../index.ts";
import { InputError } from "./problem.ts";
import { type ScalarText, scalarText } from "./scalar.ts";
import { alertParts, type Source } from "./source.ts";
import { readYaml, type YamlFile } from "./yaml.ts";

type Part = (typeof alertParts)[number];

const braces = "put a template that starts with {{ in quotes, or in a block (|) below its name";

/** Reads an alert template written as YAML. @throws {@link InputError} */
export function alertSource(file: string, text: string): Source {
  const lines = new LineCounter();
  const fail = (message: string, offset: number): never => {
    const { line, col } = lines.linePos(offset);
    throw new InputError(message, { file, line, column: col });
  };
  const yaml = readYaml(text, lines);
  for (const { code, message, offset } of yaml.problems) {
    if (code === "MULTIPLE_DOCS") fail("several YAML documents; one file is one alert", offset);
    const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
    fail(line.includes(": {{") ? braces : message, offset);
  }
  const root = yaml.document.contents;
  if (!isMap(root)) {
    const found = root === null ? "this file is empty" : "this is not a mapping";
    return fail(`${found}; an alert has a title, and may have a subtitle, a body and html`, root?.range?.[0] ?? 0);
  }
  const template: { -readonly [part in Part]?: string } = {};
  const nodes: { [part in Part]?: Node } = {};
  for (const pair of root.items as Pair<Node, Node | null>[]) {
    const name = isScalar(pair.key) ? pair.key.value : undefined;
    const start = pair.key.range?.[0] ?? 0;
    const part = alertParts.find((known) => known === name);
    if (part === undefined) {
      return fail(
        `unknown key ${JSON.stringify(name ?? String(pair.key))}; an alert has ${alertParts.join(", ")}`,
        start,
      );
    }
    const found = partText(pair.value, yaml);
    if ("problem" in found) return fail(`${part} ${found.problem}`, pair.value?.range?.[0] ?? start);
    template[part] = found.text;
    nodes[part] = found.node;
  }
  const { title } = template;
  if (title === undefined) return fail("title is missing; every alert has one", root.range?.[0] ?? 0);
  const scalars = new Map<Part, ScalarText>();
  const scalar = (part: Part): ScalarText | undefined => {
    const [node, value, known] = [nodes[part], template[part], scalars.get(part)];
    if (known || !node || value === undefined) return known;
    const found = scalarText(node, text, value, lines);
    scalars.set(part, found);
    return found;
  };
  const alertTemplate: AlertTemplate = { ...template, title };
  return {
    file,
    alertTemplate,
    compile({ compileAlert }, options) {
      const alert = compileAlert(alertTemplate, options);
      return (profile) => alert.render(profile);
    },
    place(error) {
      const part = alertParts.find((known) => template[known] === error.text);
      const at = part && scalar(part)?.place(error.line, error.column);
      return at ? { file, part, ...at } : { file };
    },
    scalar,
  };
}

function partText(
  value: Node | null,
  { target }: YamlFile,
): { readonly text: string; readonly node: Node } | { readonly problem: string } {
  const node = isAlias(value) ? target(value) : value;
  if (node === undefined) return { problem: "is an alias without an anchor; the anchor must come before it" };
  if (node === null || (isScalar(node) && node.value === null)) {
    return { problem: 'is empty; leave it out, or write "" for no text' };
  }
  if (!isScalar(node)) {
    if (!isMap(node)) return { problem: "must be text, this is a list" };
    return { problem: node.flow ? `must be text, this is a mapping: ${braces}` : "must be text, this is a mapping" };
  }
  if (typeof node.value === "string") return { text: node.value, node };
  return { problem: `must be text, this is a ${typeof node.value}: put it in quotes` };
}
