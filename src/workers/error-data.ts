import { type Limit, TemplateError, type TemplateErrorFields, TemplateLimitError } from "../../grammar/error.ts";
import { RenderAborted } from "../template/aborted.ts";

/** An error as plain data, because structured cloning between threads loses classes and their fields. */
export type ErrorData =
  | { readonly kind: "template"; readonly fields: TemplateErrorFields; readonly limit?: Limit | undefined }
  | { readonly kind: "aborted"; readonly reason: string }
  | {
      readonly kind: "other";
      readonly class: string;
      readonly name: string;
      readonly message: string;
      readonly stack?: string | undefined;
    };

/** Built-in classes of errors that are restored. */
const classes = { TypeError, RangeError, SyntaxError, EvalError, ReferenceError, URIError };

/** Converts an error to plain data, in the thread where it was thrown. */
export function toErrorData(error: unknown): ErrorData {
  if (error instanceof TemplateError) {
    const { message, phase, name, text, span, output, cause } = error;
    const limit = error instanceof TemplateLimitError ? error.limit : undefined;
    const reason = cause instanceof Error ? { cause: toErrorData(cause) } : {};
    return { kind: "template", fields: { message, phase, name, text, span, output, ...reason }, limit };
  }
  if (error instanceof RenderAborted) return { kind: "aborted", reason: error.reason };
  if (!(error instanceof Error)) return { kind: "other", class: "Error", name: "Error", message: String(error) };
  const known = Object.entries(classes).find(([, one]) => error instanceof one);
  const { name, message, stack } = error;
  return { kind: "other", class: known?.[0] ?? "Error", name, message, stack };
}

/** Restores an error with the same class and fields, so that code that catches it sees no difference. */
export function toError(data: ErrorData): Error {
  switch (data.kind) {
    case "template": {
      const { cause, ...rest } = data.fields;
      const fields = { ...rest, ...(cause !== undefined && { cause: toError(cause as ErrorData) }) };
      return data.limit === undefined ? new TemplateError(fields) : new TemplateLimitError(data.limit, fields);
    }
    case "aborted":
      return new RenderAborted(data.reason);
    case "other": {
      const { class: of, name, message, stack } = data;
      const error = new (Object.hasOwn(classes, of) ? classes[of as keyof typeof classes] : Error)(message);
      if (error.name !== name) Object.defineProperty(error, "name", { value: name, configurable: true });
      if (stack !== undefined) Object.defineProperty(error, "stack", { value: stack, configurable: true });
      return error;
    }
    default:
      return data satisfies never;
  }
}
