import type { z } from "zod";
import type { Json } from "../../base/json.ts";
import type { DefinitionKind } from "../../store/index.ts";
import { DefinitionError } from "../engine.ts";

/** Parses the body of a definition. @throws DefinitionError with the first problem */
export function checkBody<T extends z.ZodType>(kind: DefinitionKind, name: string, schema: T, body: Json): z.output<T> {
  const checked = schema.safeParse(body);
  if (checked.success) return checked.data;
  const { path, message } = meant(checked.error.issues[0]!);
  throw new DefinitionError(message, { kind, name, path: path as (string | number)[] });
}

/**
 * Returns the issue of the alternative of a union that was meant, if that is clear: the only one of the value's type,
 * or the only one with all its keys.
 */
export function meant(issue: z.core.$ZodIssue, above: readonly PropertyKey[] = []): z.core.$ZodIssue {
  const path = [...above, ...issue.path];
  const here = { ...issue, path } as z.core.$ZodIssue;
  if (issue.code !== "invalid_union" || "discriminator" in issue) return here;
  const ofType = issue.errors.filter((issues) => !issues.some((one) => isOfAnotherType(one)));
  const withKeys = ofType.filter((issues) => !issues.some(({ code, path }) => isUnknownKey(code, path)));
  const [only] = ofType.length === 1 ? ofType : withKeys.length === 1 ? withKeys : [];
  return only?.[0] === undefined ? here : meant(only[0], path);
}

const isOfAnotherType = ({ code, path }: z.core.$ZodIssue): boolean => code === "invalid_type" && path.length === 0;
const isUnknownKey = (code: string | undefined, path: readonly PropertyKey[]): boolean =>
  code === "unrecognized_keys" && path.length === 0;
