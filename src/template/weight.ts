import type { List, Pipe } from "../../grammar/index.ts";

/** Returns the steps that one turn or call costs at most, without the loops and calls inside, which pay for themselves. */
export function weigh({ nodes }: List): number {
  let weight = 1;
  for (const node of nodes) {
    weight++;
    if (node.kind === "if" || node.kind === "with" || node.kind === "range") {
      weight += weighPipe(node.pipe) + weigh(node.list) + (node.elseList ? weigh(node.elseList) : 0);
    } else if (node.kind === "action" || node.kind === "template") weight += node.pipe ? weighPipe(node.pipe) : 0;
  }
  return weight;
}

function weighPipe({ commands }: Pipe): number {
  let weight = 0;
  for (const { args } of commands) {
    for (const arg of args) {
      const inner = arg.kind === "chain" ? arg.base : arg;
      weight += inner.kind === "pipe" ? weighPipe(inner) : 1;
    }
  }
  return weight;
}
