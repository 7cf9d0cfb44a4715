import { type Limit, TemplateLimitError } from "../../../grammar/index.ts";
import { type AlertTemplate, compileAlert } from "../../alert.ts";
import { type ConditionResult, compileCondition } from "../../audiences/condition.ts";
import type { Json } from "../../base/json.ts";
import { compile, type TemplateOptions } from "../../compile.ts";
import type { StreamDefinition } from "../../profiles/definition.ts";
import { compileStream, type MappedPayload } from "../../profiles/stream.ts";
import type { TimeLimit } from "../../template/index.ts";
import { threadClock } from "./thread-clock.ts";

/**
 * Describes an evaluation of a definition as plain data: everything that another thread needs besides the template
 * options. The same source, subject and time give the same result.
 */
export type Source =
  | { readonly kind: "condition"; readonly where: string }
  | { readonly kind: "text"; readonly text: string; readonly name: string; readonly missingKey?: "required" }
  | { readonly kind: "alert"; readonly alert: AlertTemplate }
  | { readonly kind: "mapping"; readonly stream: string; readonly definition: StreamDefinition }
  /**
   * Composes with a channel, in try number `try`: never sent to another thread, because only this process has the
   * channel.
   */
  | { readonly kind: "compose"; readonly channel: string; readonly try: number };

export interface Evaluable<Result> {
  readonly source: Source;
  /** Evaluates. @throws TemplateError; conditions and mappings report problems in their result instead */
  evaluate(subject: Json, limit?: TimeLimit): Result;
}

/** Describes the result of an evaluation, as plain data. */
export type Outcome =
  | { readonly kind: "result"; readonly result: unknown }
  /** Fails on every try. */
  | { readonly kind: "error"; readonly message: string; readonly limit?: Limit | undefined }
  /** Ran out of time: another try may succeed. */
  | { readonly kind: "late"; readonly message: string };

/** Asks another thread for an evaluation. */
export interface EvaluationRequest {
  readonly source: Source;
  readonly subject: Json;
  /** Time that the templates' clock shows, in ms since 1970. */
  readonly now: number;
  /** Time limit in ms. */
  readonly time: number;
}

/** Compiles a source. @throws TemplateError of phase `"parse"`, StreamError */
function compileSource(source: Source, templates: TemplateOptions): Evaluable<unknown> {
  return { source, evaluate: compiled(source, templates) };
}

function compiled(source: Source, templates: TemplateOptions): Evaluable<unknown>["evaluate"] {
  switch (source.kind) {
    case "condition": {
      const condition = compileCondition(source.where, { ...templates, name: "where" });
      return (subject, limit) => condition.test(subject, limit);
    }
    case "text":
      return textOf(source, templates).evaluate;
    case "alert": {
      const alert = compileAlert(source.alert, templates);
      return (subject, limit) => alert.render(subject, limit);
    }
    case "mapping": {
      const mapping = compileStream(source.stream, source.definition, templates);
      return (subject, limit) => mapping.map(subject, limit);
    }
    case "compose":
      throw new TypeError("only the process that has a channel composes with it");
    default:
      return source satisfies never;
  }
}

/** Compiles a template that gives a text. @throws TemplateError of phase `"parse"` */
export function textOf(source: Source & { readonly kind: "text" }, templates: TemplateOptions): Evaluable<string> {
  const { text, name, missingKey } = source;
  const template = compile(text, { ...templates, name, ...(missingKey && { missingKey }) });
  return { source, evaluate: (subject, limit) => template.render(subject, limit) };
}

/** Evaluates, and describes the result or the error as plain data. Never throws. */
export function outcomeOf(evaluate: () => unknown): Outcome {
  try {
    const result = evaluate();
    const { limit, problem = "" } = (result ?? {}) as Partial<ConditionResult & MappedPayload>;
    return limit === "time" ? { kind: "late", message: problem } : { kind: "result", result };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!(error instanceof TemplateLimitError)) return { kind: "error", message };
    return error.limit === "time" ? { kind: "late", message } : { kind: "error", message, limit: error.limit };
  }
}

/**
 * Evaluates a request of another thread. @param templates function sets, zone, locale, limits: the same as in the
 * thread that asks
 */
export function answerRequest({ source, subject, now, time }: EvaluationRequest, templates: TemplateOptions): Outcome {
  const { monotonicClock = threadClock() } = templates;
  const options = { ...templates, monotonicClock, clock: () => new Date(now) };
  return outcomeOf(() => compileSource(source, options).evaluate(subject, { time }));
}
