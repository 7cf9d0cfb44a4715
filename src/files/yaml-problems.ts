import { type Document, isCollection, isScalar, type Node, visit, type YAMLError } from "yaml";

/** A problem of a YAML file. */
export interface YamlProblem {
  readonly code?: string;
  readonly message: string;
  readonly offset: number;
}

/**
 * Says in plain words what the YAML library found, and what to do. A bracket or a quote that is never closed is reported where
 * it opens; the library reports it where it gives up.
 */
export function yamlProblem(
  { code, message, pos: [offset] }: YAMLError,
  text: string,
  document: Document,
): YamlProblem {
  const open = /must (?:be sufficiently indented and )?end with a [\]}]|^Missing closing/.test(message)
    ? neverClosed(text, document)
    : undefined;
  if (open !== undefined) return { code, message: `this ${text[open]} is never closed`, offset: open };
  const plain = plainWords.find(([pattern]) => pattern.test(message));
  if (plain === undefined) return { code, message: `not valid YAML: ${message}`, offset };
  return { code, message: message.replace(plain[0], plain[1]), offset };
}

/** Patterns that match a whole message of the library, with what is said instead. */
const plainWords: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/^Tabs are not allowed as indentation$/, "tabs are not allowed as indentation: use spaces"],
  [/^All (mapping|sequence) items must start at the same column$/, "the items of a $1 must start at the same column"],
  [/^Implicit keys need to be on a single line$/, "a key must be on one line, with : after it"],
  [/^Implicit map keys need to be followed by map values$/, "this key has no value: write : and a value after it"],
  [
    /^Nested mappings are not allowed in compact mappings$/,
    "a : that does not belong here: put the text in quotes, or correct the indentation",
  ],
  [
    /^Plain value cannot start with (?:reserved character |block scalar indicator |directive indicator character |flow indicator character )?(\S+)$/,
    "text cannot start with $1 unless it is in quotes",
  ],
  [/^Unexpected .* at node end$/, "unexpected text after the value: put the whole value in quotes"],
  [/^Block scalar header includes extra characters: .*$/, "start the text on the line below the |"],
  [/^Invalid escape sequence (.*)$/, "$1 is not an escape sequence: in double quotes write \\\\ for a backslash"],
  [/^Unresolved tag: (.*)$/, "unknown tag $1: remove it, or put the text in quotes"],
];

/** Finds the first bracket or quote that is never closed. */
function neverClosed(text: string, document: Document): number | undefined {
  let open: number | undefined;
  visit(document, {
    Node(_key, node) {
      const [start, end] = node.range ?? [];
      const closing = start === undefined ? undefined : closingOf(node, text[start]);
      if (closing === undefined || (end! - start! > 1 && text[end! - 1] === closing)) return undefined;
      open = start;
      return visit.BREAK;
    },
  });
  return open;
}

function closingOf(node: Node, opening: string | undefined): string | undefined {
  if (isCollection(node) && node.flow) return opening === "[" ? "]" : "}";
  if (isScalar(node) && (node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE")) return opening;
  return undefined;
}
