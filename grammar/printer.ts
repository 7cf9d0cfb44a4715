import { quote } from "./quote.ts";
import type { Command, Delims, List, Node, Operand, Pipe, Tree, Variable } from "./tree.ts";

/** Prints a node the way Go's messages show it: white space inside actions normalised, comments left out, literals as written. */
export function printNode(node: Node | List | Pipe | Command | Operand, delims: Delims): string {
  switch (node.kind) {
    case "list":
      return node.nodes.map((child) => printNode(child, delims)).join("");
    case "text":
      return node.text;
    case "comment":
      return "";
    case "action":
      return delims[0] + printPipe(node.pipe) + delims[1];
    case "if":
    case "with":
    case "range": {
      const [left, right] = delims;
      const otherwise = node.elseList ? `${left}else${right}${printNode(node.elseList, delims)}` : "";
      return `${left}${node.kind} ${printPipe(node.pipe)}${right}${printNode(node.list, delims)}${otherwise}${left}end${right}`;
    }
    case "template": {
      const argument = node.pipe ? ` ${printPipe(node.pipe)}` : "";
      return `${delims[0]}template ${quote(node.name)}${argument}${delims[1]}`;
    }
    case "break":
    case "continue":
      return delims[0] + node.kind + delims[1];
    case "pipe":
      return printPipe(node);
    case "command":
      return printCommand(node);
    default:
      return printOperand(node);
  }
}

function printPipe(pipe: Pipe): string {
  const decl = pipe.decl.length > 0 ? pipe.decl.map(printVariable).join(", ") + (pipe.isAssign ? " = " : " := ") : "";
  return decl + pipe.commands.map(printCommand).join(" | ");
}

function printCommand(command: Command): string {
  return command.args.map((arg) => (arg.kind === "pipe" ? `(${printPipe(arg)})` : printOperand(arg))).join(" ");
}

const printVariable = (variable: Variable): string => [variable.name, ...variable.fields].join(".");

function printOperand(node: Operand): string {
  switch (node.kind) {
    case "field":
      return `.${node.names.join(".")}`;
    case "variable":
      return printVariable(node);
    case "chain": {
      const base = node.base.kind === "pipe" ? `(${printPipe(node.base)})` : printOperand(node.base);
      return `${base}.${node.fields.join(".")}`;
    }
    case "identifier":
      return node.name;
    case "dot":
      return ".";
    case "nil":
      return "nil";
    case "bool":
      return String(node.value);
    case "number":
      return node.text;
    case "string":
      return node.quoted;
    case "pipe":
      return printPipe(node);
    default:
      return node satisfies never;
  }
}

/**
 * Prints whole templates as text that parses to the same trees: the main one, then each `define`. Unlike Go's printing it
 * keeps comments, and it separates pieces that would run together: a text and the delimiter after it by a trim marker, two
 * texts that together make a delimiter by a comment, and a word and a right delimiter that starts like a word by a space.
 */
export function printTrees(trees: Iterable<Tree>, main: string): string {
  const all = [...trees];
  const delims = all[0]?.source.delims ?? ["{{", "}}"];
  const writer = sourceWriter(delims);
  for (const tree of all) if (tree.name === main) writer.list(tree.root);
  for (const tree of all) {
    if (tree.name === main) continue;
    writer.action(`define ${quote(tree.name)}`);
    writer.list(tree.root);
    writer.action("end");
  }
  return writer.text();
}

function sourceWriter([left, right]: Delims) {
  const close = /^[\p{L}\p{Nd}_.+-]/u.test(right) ? ` ${right}` : right;
  const pieces: string[] = [];
  /** Text after the last action. */
  let text = "";
  const action = (content: string): void => {
    const collides = (text + left).indexOf(left) !== text.length;
    pieces.push(text, `${collides ? ` ${left}- ` : left}${content}${content.startsWith("/*") ? right : close}`);
    text = "";
  };
  const list = ({ nodes }: List): void => {
    for (const node of nodes) {
      switch (node.kind) {
        case "text":
          if (text !== "" && (text + node.text).includes(left)) action("/**/");
          text += node.text;
          break;
        case "if":
        case "with":
        case "range":
          action(`${node.kind} ${printPipe(node.pipe)}`);
          list(node.list);
          if (node.elseList) {
            action("else");
            list(node.elseList);
          }
          action("end");
          break;
        default:
          action(printNode(node, ["", ""]) || (node as { text: string }).text);
      }
    }
  };
  return { action, list, text: () => pieces.join("") + text };
}
