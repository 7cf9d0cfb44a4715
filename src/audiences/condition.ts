import { type Limit, TemplateLimitError } from "../../grammar/index.ts";
import { shortened } from "../base/shorten.ts";
import type { TemplateOptions } from "../compile.ts";
import { compileCondition as compileLanguage, RenderAborted, type TimeLimit } from "../template/index.ts";

/** A compiled condition on profiles. */
export interface Condition {
  /** Its text. */
  readonly where: string;
  /** Names of the top-level fields that the result can depend on. */
  readonly reads: ReadonlySet<string> | "all";
  /** The result can change although the profile does not, because the condition reads the clock or uses chance. */
  readonly timeDependent: boolean;
  /**
   * Evaluates. A condition that fails, as where Go could not compare, does not hold; `problem` is Go's message. Never
   * throws.
   */
  test(fields: unknown, limit?: TimeLimit): ConditionResult;
}

export interface ConditionResult {
  readonly matches: boolean;
  readonly problem?: string;
  /** Limit that ended the condition. After `"time"` the result means nothing: another try may succeed. */
  readonly limit?: Limit;
}

const yes: ConditionResult = { matches: true };
const no: ConditionResult = { matches: false };

/**
 * Compiles what stands in an `if`: pipelines, variables, parentheses. Places in messages are those of `where`.
 * @param options as of `compile`; `name` is `where` unless given, `delims`, `templates` and `escape` have no effect
 * @throws TemplateError of phase `"parse"`; TypeError for options that make no sense
 */
export function compileCondition(where: string, options: TemplateOptions = {}): Condition {
  const { reads, nonDeterministic, test } = compileLanguage(where, options);
  return {
    where,
    reads,
    timeDependent: nonDeterministic,
    test(fields, limit) {
      try {
        return test(fields, limit) ? yes : no;
      } catch (error) {
        if (error instanceof RenderAborted)
          return { matches: false, problem: shortened(`the condition called abort: ${error.reason}`) };
        const problem = shortened(error instanceof Error ? error.message : String(error));
        return { matches: false, problem, ...(error instanceof TemplateLimitError && { limit: error.limit }) };
      }
    },
  };
}
