import type { List, Operand, Pipe } from "../../grammar/index.ts";

/** Lists what a tree reads of its data. */
export interface Reads {
  /** Paths of fields: `.plan.seats` is `["plan", "seats"]`. */
  readonly paths: readonly (readonly string[])[];
  /** The data is used as a whole: as dot or `$` alone. */
  readonly whole: boolean;
  /** Names of the functions that are called. */
  readonly calls: ReadonlySet<string>;
}

/**
 * Finds what a pipeline or list reads of the data itself. Inside `with` and `range` dot is a value that is already counted; a
 * call of another template counts as its argument.
 */
export function readsOf(tree: Pipe | List): Reads {
  const paths: (readonly string[])[] = [];
  const calls = new Set<string>();
  let whole = false;

  const inOperand = (operand: Operand, isRoot: boolean): void => {
    switch (operand.kind) {
      case "field":
        if (isRoot) paths.push(operand.names);
        return;
      case "variable":
        // The value of another variable was counted where it was declared.
        if (operand.name !== "$") return;
        if (operand.fields.length > 0) paths.push(operand.fields);
        else whole = true;
        return;
      case "dot":
        whole ||= isRoot;
        return;
      case "identifier":
        calls.add(operand.name);
        return;
      case "chain":
        inOperand(operand.base, isRoot);
        return;
      case "pipe":
        inPipe(operand, isRoot);
        return;
      default: // a literal
    }
  };
  const inPipe = ({ commands }: Pipe, isRoot: boolean): void => {
    for (const { args } of commands) for (const operand of args) inOperand(operand, isRoot);
  };
  const inList = ({ nodes }: List, isRoot: boolean): void => {
    for (const node of nodes) {
      if ("pipe" in node && node.pipe) inPipe(node.pipe, isRoot);
      if (node.kind !== "if" && node.kind !== "with" && node.kind !== "range") continue;
      inList(node.list, isRoot && node.kind === "if");
      if (node.elseList) inList(node.elseList, isRoot);
    }
  };

  if (tree.kind === "pipe") inPipe(tree, true);
  else inList(tree, true);
  return { paths, whole, calls };
}
