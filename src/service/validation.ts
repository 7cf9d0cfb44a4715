import type { FastifySchemaCompiler } from "fastify";
import type { z } from "zod";
import { issueMessage } from "../base/issue-message.ts";
import { pointer } from "../bodies/index.ts";
import { meant } from "../triggers/definition/validate.ts";
import { Problem } from "./problem.ts";

/** Checks a part of a request against its zod schema; reports each thing that is wrong, at its place. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart = "body" }) => {
  const part = httpPart === "querystring" ? "query" : httpPart;
  return (data: unknown) => {
    const { success, data: value, error } = schema.safeParse(data, { error: issueMessage });
    return success ? { value } : { error: invalid(part, error.issues) };
  };
};

function invalid(part: string, issues: readonly z.core.$ZodIssue[]): Problem {
  const clearest = issues.map((issue) => meant(issue));
  const errors = clearest.map(({ path, message }) => ({
    path: `/${part}${pointer(path)}`,
    message: message.toWellFormed(),
  }));
  const [{ path, message }] = clearest as [z.core.$ZodIssue];
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more: see errors)` : "";
  return new Problem("invalid", `${dotted(path) || `the ${part}`}: ${message}${more}`.toWellFormed(), { errors });
}

/** Writes the path of a value for people, as in `updates.0.fields`. */
export const dotted = (path: readonly PropertyKey[]): string => path.map(String).join(".").toWellFormed();
