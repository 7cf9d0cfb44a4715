import { replaceLiterals, type Span } from "../../grammar/index.ts";
import type { LintTarget, Visitor } from "../lint/rule.ts";
import { readTemplate } from "../lint/target.ts";
import type { Type } from "../lint/type.ts";
import { walk } from "../lint/walk.ts";
import type { TemplateText } from "./text.ts";

/** Stands for the name that is being typed; no field has it. */
const mark = "tocsin_cursor_";

/** The types at a place of a template that is being typed. */
export interface TypesInScope {
  /** The value whose field is being typed. */
  readonly base: Type | undefined;
  /** Innermost last. */
  readonly variables: ReadonlyMap<string, Type>;
  readonly target: LintTarget;
}

/** Returns the action that is being typed, from its left delimiter to the cursor; undefined in text and in comments. */
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
 * Walks the template as if a field stood at the cursor, whatever follows in its action.
 * @param typed length of the name before the cursor, which that field replaces, with its dot
 */
export function probe({ text, options }: TemplateText, offset: number, typed: number, dot: "." | ""): TypesInScope {
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

/** Walks a template as it is written. */
export function visit({ text, options }: TemplateText, visitorOf: (target: LintTarget) => Visitor): void {
  const { target } = readTemplate(text, options);
  walk(target, [visitorOf(target)]);
}

/** Tells whether an offset is in a span. */
export const contains = ({ start, end }: Span, offset: number): boolean => offset >= start && offset < end;
