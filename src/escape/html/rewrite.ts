import {
  byteLength,
  countLines,
  isStackOverflow,
  type List,
  type Node,
  type Pipe,
  quote,
  startOfLine,
  TemplateError,
  TemplateLimitError,
  type Tree,
} from "../../../grammar/index.ts";
import { type Context, type EscapeErrorCode, type Problem, print, type Spot, text } from "./context.ts";
import type { EscaperName } from "./escapers.ts";
import { failsafe } from "./html-escapers.ts";
import { withEscapers } from "./pipeline.ts";
import { Inference, Walk } from "./walk.ts";

/** Returns the trees that `entry` reaches, with escapers; derived ones under their mangled names. Go: `escapeTemplate`. */
export function rewrite(trees: ReadonlyMap<string, Tree>, entry: string): ReadonlyMap<string, Tree> {
  const tree = trees.get(entry);
  if (!tree) throw noTemplate(entry);
  const found = new Inference();
  const problem = walk(trees, tree, found);
  if (problem) throw problem.error;
  const rewritten = new Map<string, Tree>();
  for (const name of found.outputs.keys()) {
    const one = found.derived.get(name) ?? trees.get(name);
    if (one) rewritten.set(name, { ...one, root: rewriteList(one.root, found) });
  }
  return rewritten;
}

/** Pairs an error with its code, if it has one. */
export interface EscapeError {
  readonly error: TemplateError;
  readonly code?: EscapeErrorCode | undefined;
}

/** Returns why a template cannot be escaped, and `undefined` if it can. */
export function checkHtml(trees: ReadonlyMap<string, Tree>, entry: string): EscapeError | undefined {
  const tree = trees.get(entry);
  return tree ? walk(trees, tree, new Inference()) : { error: noTemplate(entry) };
}

/** Returns the text that each pipeline writes for a missing value, in each place where the pipeline may run; mostly none. */
export function missingInHtml(trees: ReadonlyMap<string, Tree>, entry: string): ReadonlyMap<Pipe, ReadonlySet<string>> {
  const found = new Inference();
  const tree = trees.get(entry);
  if (tree) walk(trees, tree, found);
  const written = new Map<Pipe, Set<string>>();
  // Nodes are copied for each place in which a template is called, but their pipelines are not.
  for (const [{ pipe }, names] of found.escapers) {
    const [text = ""] = names.flatMap((name) => ofMissing[name] ?? []);
    written.set(pipe, new Set(written.get(pipe)).add(text));
  }
  return written;
}

/** Maps escapers to what they write for a missing value, if that is not empty. */
const ofMissing: Readonly<Partial<Record<EscaperName, string>>> = {
  _html_template_jsvalescaper: "null",
  _html_template_jsregexpescaper: "(?:)",
  _html_template_htmlnamefilter: failsafe,
  _html_template_nospaceescaper: failsafe,
};

function walk(trees: ReadonlyMap<string, Tree>, entry: Tree, found: Inference): EscapeError | undefined {
  const walking = new Walk(trees, entry);
  const whole: Spot = { source: entry.source, pos: entry.root.pos, end: entry.root.end };
  try {
    const [end] = walking.template(found, text, entry.name, whole);
    if (end.state === "Error") return errorOf(end.problem!, entry, walking.places.get(end.problem!));
    return end.state === "Text" ? undefined : endError(end, entry);
  } catch (error) {
    if (error instanceof TemplateLimitError) return { error };
    if (!isStackOverflow(error)) throw error;
    const message = `html/template:${entry.name}: exceeded maximum nesting depth`;
    return { error: new TemplateLimitError("depth", { message, phase: "escape", ...placeOf(whole) }) };
  }
}

function endError(end: Context, entry: Tree): EscapeError {
  const last = entry.root.nodes.at(-1);
  // Without the empty line at the end of most texts.
  const at = entry.source.text.slice(0, last ? Math.max(last.start, last.end) : entry.root.pos).trimEnd().length;
  return errorOf({ message: `ends in a non-text context: ${print(end)}`, code: "end-context" }, entry, {
    source: entry.source,
    pos: at,
    end: at,
  });
}

/** Makes the error. It names the template that was to be executed, or the place of a node. Go: `Error.Error`. */
function errorOf({ message, node, line, code }: Problem, entry: Tree, place: Spot | undefined): EscapeError {
  const where = node ? locationOf(node) : line === undefined ? entry.name : `${entry.name}:${line}`;
  const error = new TemplateError({
    message: `html/template:${where}: ${message}`,
    phase: "escape",
    ...placeOf(node ?? place ?? { source: entry.source, pos: entry.root.pos, end: entry.root.end }),
  });
  return { error, code };
}

function locationOf({ source: { name, text }, pos }: Spot): string {
  return `${name}:${countLines(text, pos)}:${byteLength(text, startOfLine(text, pos), pos)}`;
}

function placeOf({ source: { name, text }, pos, end }: Spot) {
  return { name, text, span: { start: pos, end: Math.max(pos, end) } };
}

function noTemplate(name: string): TemplateError {
  const message = `html/template: ${quote(name)} is undefined`;
  return new TemplateError({ message, phase: "exec", name, text: "", span: { start: 0, end: 0 } });
}

function rewriteList(list: List, found: Inference): List {
  return { ...list, nodes: list.nodes.map((node) => rewriteNode(node, found)) };
}

function rewriteNode(node: Node, found: Inference): Node {
  switch (node.kind) {
    case "text":
      return { ...node, text: found.texts.get(node) ?? node.text };
    case "action":
      return { ...node, pipe: withEscapers(node.pipe, found.escapers.get(node) ?? []) };
    case "template":
      return { ...node, name: found.callees.get(node) ?? node.name };
    case "if":
    case "with":
    case "range": {
      const elseList = node.elseList && rewriteList(node.elseList, found);
      return { ...node, list: rewriteList(node.list, found), elseList };
    }
    default:
      return node;
  }
}
