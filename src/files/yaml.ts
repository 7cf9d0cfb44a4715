import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  Lexer,
  type LineCounter,
  type Node,
  Parser,
  parseDocument,
} from "yaml";
import { type YamlProblem, yamlProblem } from "./yaml-problems.ts";

/** Maps and lists inside each other. */
const maxDepth = 100;

export interface YamlFile {
  readonly document: Document;
  /** Lists problems, syntax errors first. A file that is nested too deep is not read. */
  readonly problems: readonly YamlProblem[];
  /** Returns the node that an alias stands for: the last one of that name before it. */
  target(alias: Alias): Node | undefined;
}

/**
 * Reads a YAML file in time linear in its length. The library alone does not: it follows depth on the stack, and goes through
 * all keys and anchors for each key and each alias.
 */
export function readYaml(text: string, lineCounter: LineCounter): YamlFile {
  const deep = tooDeepAt(text);
  const document = parseDocument(deep === undefined ? text : "", {
    lineCounter,
    prettyErrors: false,
    uniqueKeys: false,
  });
  const problems = [...document.errors, ...document.warnings].map((error) => yamlProblem(error, text, document));
  if (deep !== undefined) {
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lineCounter.addNewLine(at + 1);
    problems.push({
      message: `more than ${maxDepth} maps and lists inside each other; nest less`,
      offset: deep,
    });
  }
  const targets = new Map<Alias, Node | undefined>();
  if (problems.length === 0) visit(document.contents, new Map(), targets, problems);
  return { document, problems, target: (alias) => targets.get(alias) };
}

/** Finds where the file gets too deep. The parser below the composer keeps open collections in a list, not on the stack. */
function tooDeepAt(text: string): number | undefined {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme));
    // The document and the current token are in that list, too.
    if (parser.stack.length > maxDepth + 2) return parser.offset;
  }
  return undefined;
}

/** Records what aliases stand for, and keys that are there twice, in the order of the file. */
function visit(
  node: unknown,
  anchors: Map<string, Node>,
  targets: Map<Alias, Node | undefined>,
  problems: YamlProblem[],
): void {
  if (isAlias(node)) {
    targets.set(node, anchors.get(node.source));
    return;
  }
  if (isMap(node)) {
    const keys = new Set<unknown>();
    for (const { key, value } of node.items) {
      if (isScalar(key)) {
        if (keys.has(key.value)) {
          const message = `${JSON.stringify(key.value)} is there twice: keep one`;
          problems.push({ message, offset: key.range?.[0] ?? 0 });
        }
        keys.add(key.value);
      }
      visit(key, anchors, targets, problems);
      visit(value, anchors, targets, problems);
    }
  } else if (isCollection(node)) for (const item of node.items) visit(item, anchors, targets, problems);
  if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) anchors.set(node.anchor, node as Node);
}
