import type { Pipe } from "../../../grammar/index.ts";
import { similar } from "../../base/similar.ts";
import type { Change } from "../finding.ts";
import type { Rule } from "../rule.ts";

/** Limits the names that another may be a misspelling of: each is compared with each. */
export const maxMissed = 20;

/** Finds variables that nothing reads. */
export const unusedVariable: Rule = {
  name: "unused-variable",
  severity: "warning",
  summary: "A variable that is never read.",
  reason: "A variable that is never read is left over, or is read under a misspelled name.",
  examples: {
    good: ["{{ $name := .name }}{{ $name }}", "{{ range $i, $item := .items }}{{ $item }}{{ end }}"],
    bad: ["{{ $name := .name }}{{ .name }}", "{{ with $user := .user }}{{ .name }}{{ end }}"],
  },
  check: (context) => {
    /** Variables that are used and not declared: one of them may be a misspelling of this one. */
    const missed = new Set<string>();
    return {
      problem({ reason }) {
        if (reason.code === "undefined-variable" && missed.size < maxMissed) missed.add(reason.name!);
      },
      drop(variable, { named }) {
        if (variable.used || variable.name.startsWith("$_") || variable.name === "$") return;
        if (missed.has(variable.name) || similar(variable.name, missed).length > 0) return;
        const { node, pipe, tree, name, by } = variable;
        // An unused index is fine where only the element is needed.
        if (pipe.decl.length === 2 && pipe.decl[0] === node) return;
        // The outermost variable of a name has the smallest depth.
        const [outer] = named(name);
        if (outer && outer.depth < variable.depth) return;
        const value = pipe.commands[0];
        const isAlone = pipe.decl.length === 1 && value !== undefined && !refersTo(pipe, name, tree.source.text);
        // Removing the name keeps the value; but an action would then print it.
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

/** Tells whether the value contains the variable's name, which is then another variable or none. */
function refersTo({ commands, end }: Pipe, name: string, text: string): boolean {
  return commands.length > 0 && text.slice(commands[0]!.start, end).includes(name);
}
