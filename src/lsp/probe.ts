import { replaceLiterals, type Tree } from "../../grammar/index.ts";
import { readTemplate, type Type, type Visitor, walk } from "../lint/index.ts";
import type { LintTarget } from "../lint/rule.ts";
import type { Embedded } from "./document.ts";

/** A name that no field has. */
const mark = "tocsin_cursor_";

/** What is known at a place of a template that is being typed. */
export interface Known {
  /** What the field to come is a field of. */
  readonly base: Type | undefined;
  /** Innermost last. */
  readonly variables: ReadonlyMap<string, Type>;
  readonly target: LintTarget;
}

/** The action that is being typed: from its delimiter to the cursor. */
export function actionBefore(
  text: string,
  offset: number,
  [left, right]: readonly [string, string],
): string | undefined {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf(left);
  if (start < 0 || before.lastIndexOf(right) > start) return undefined;
  const action = before.slice(start + left.length);
  return /^-?\s*\/\*/.test(action) ? undefined : action;
}

/**
 * Walks the template as if a field stood at the cursor, whatever stands behind it in its action.
 * @param typed length of the name before the cursor that is replaced by that field, its dot not counted
 */
export function probe({ text, options }: Embedded, offset: number, typed: number, dot: "." | ""): Known {
  const [left, right] = options.delims ?? (["{{", "}}"] as const);
  const action = actionBefore(text, offset, [left, right]) ?? "";
  const bare = replaceLiterals(action, () => "");
  const open = Math.max(0, bare.split("(").length - bare.split(")").length);
  const rest = text.slice(offset);
  const [end, next] = [rest.indexOf(right), rest.indexOf(left)];
  const behind = end >= 0 && (next < 0 || end < next) ? rest.slice(end + right.length) : rest;
  const probed = `${text.slice(0, offset - typed)}${dot}${mark}${")".repeat(open)} ${right}${behind}`;
  const { target } = readTemplate(probed, options);
  let base: Type | undefined;
  const variables = new Map<string, Type>();
  walk(target, [
    {
      field({ name, base: found }, scope) {
        if (name !== mark || (base && hasFields(base))) return;
        base = found;
        for (const variable of scope.variables) variables.set(variable.name, variable.type);
      },
    },
  ]);
  return { base, variables, target };
}

const hasFields = ({ fields, shape }: Type): boolean => (fields?.size ?? shape?.fields.size ?? 0) > 0;

/** Walks a template as it is. */
export function visit({ text, options }: Embedded, visitorOf: (target: LintTarget) => Visitor): void {
  const { target } = readTemplate(text, options);
  walk(target, [visitorOf(target)]);
}

/** Where a template is defined: the action's first character. */
export function definedAt({ root, source: { text, delims } }: Tree): number {
  return Math.max(0, text.lastIndexOf(delims[0], Math.max(0, root.start - 1)));
}
