import type { Pipe } from "../../../grammar/index.ts";
import { similar } from "../../base/similar.ts";
import type { Change } from "../finding.ts";
import type { Rule } from "../rule.ts";

/** Names that another may be a misspelling of: each is compared with each. */
export const maxMissed = 20;

/** A variable that nothing reads. */
export const unusedVariable: Rule = {
  name: "unused-variable",
  severity: "warning",
  summary: "A variable that is never read.",
  reason: "What is never read is left over, or is read under a name that is written otherwise.",
  examples: {
    good: ["{{ $name := .name }}{{ $name }}", "{{ range $i, $item := .items }}{{ $item }}{{ end }}"],
    bad: ["{{ $name := .name }}{{ .name }}", "{{ with $user := .user }}{{ .name }}{{ end }}"],
  },
  check: (context) => {
    /** Variables that are not declared: one of them may be this one, misspelt. */
    const missed = new Set<string>();
    return {
      problem({ reason }) {
        const [, name] = /^undefined variable "(.*)"/.exec(reason) ?? [];
        if (name !== undefined && missed.size < maxMissed) missed.add(name);
      },
      drop(variable, { named }) {
        if (variable.used || variable.name.startsWith("$_") || variable.name === "$") return;
        if (missed.has(variable.name) || similar(variable.name, missed).length > 0) return;
        const { node, pipe, tree, name, by } = variable;
        // The index may stay where the element is what is wanted.
        if (pipe.decl.length === 2 && pipe.decl[0] === node) return;
        // The outermost of a name is the least deep.
        const [outer] = named(name);
        if (outer && outer.depth < variable.depth) return;
        const value = pipe.commands[0];
        const isAlone = pipe.decl.length === 1 && value !== undefined && !refersTo(pipe, name, tree.source.text);
        // Without the name the value is the same; what an action writes is not.
        const fix: Change | undefined =
          isAlone && by !== "action"
            ? { message: `Remove ${name} :=`, edits: [{ start: node.start, end: value.start, text: "" }] }
            : undefined;
        context.report({
          message: `${name} is never read. Remove it, or use it.`,
          at: node,
          source: tree.source,
          fix,
        });
      },
    };
  },
};

/** What the variable is set to has one of the same name in it: that is another one, or none. */
function refersTo({ commands, end }: Pipe, name: string, text: string): boolean {
  return commands.length > 0 && text.slice(commands[0]!.start, end).includes(name);
}
