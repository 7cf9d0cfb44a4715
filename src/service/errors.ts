import type { FastifyError } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import type { z } from "zod";
import { BodyError, pointer } from "../bodies/index.ts";
import { DestinationError } from "../dispatch/index.ts";
import { TemplateError } from "../index.ts";
import { StoreError } from "../store/index.ts";
import { DefinitionError, meant, NotFoundError, RunStateError, SplitError } from "../triggers/index.ts";
import { WorkerError } from "../workers/index.ts";
import { Problem } from "./problem.ts";

/** What an error is to who asked. What nobody expected tells them nothing but `id`, by which the log has it. */
export function toProblem(error: unknown, id: string): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof BodyError) return new Problem(error.kind, error.message, error.extras);
  if (hasZodFastifySchemaValidationErrors(error)) return invalid(error);
  if (error instanceof NotFoundError) return new Problem("not-found", error.message);
  if (error instanceof DefinitionError) return ofDefinition(error);
  if (error instanceof TemplateError) return ofTemplate(error);
  if (error instanceof SplitError) return new Problem("conflict", error.message);
  if (error instanceof DestinationError) return new Problem("unprocessable", error.message);
  if (error instanceof StoreError) return ofStore(error);
  if (error instanceof WorkerError) return ofWorker(error, id);
  return ofFramework(error as FastifyError) ?? unexpected(error, id);
}

function invalid(error: Pick<FastifyError, "validation" | "validationContext">): Problem {
  const place = error.validationContext === "querystring" ? "query" : (error.validationContext ?? "body");
  const errors = (error.validation ?? []).map(({ instancePath, keyword, params, message = "is not right" }) => {
    const issue = meant({ ...params, code: keyword, path: [], message } as unknown as z.core.$ZodIssue);
    const path = `/${place}${instancePath === "/" ? "" : instancePath}${pointer(issue.path)}`;
    return { path: path.toWellFormed(), message: issue.message.toWellFormed() };
  });
  const more = errors.length > 1 ? `, and ${errors.length - 1} more` : "";
  return new Problem("invalid", `${errors[0]!.path}: ${errors[0]!.message}${more}`, { errors });
}

function ofDefinition({ message, kind, of, path, cause }: DefinitionError): Problem {
  return new Problem("unprocessable", message, {
    errors: [{ path: `/body/definitions${pointer([kind, of, ...path])}`, message }],
    cause,
  });
}

function ofTemplate(error: TemplateError): Problem {
  const { message, line, column, name, phase } = error;
  const [, excerpt] = /^[^\n]*\n([\s\S]*)$/.exec(String(error)) ?? [];
  return new Problem("template-error", message.toWellFormed(), {
    members: { line, column, part: name, phase, ...(excerpt !== undefined && { excerpt: excerpt.toWellFormed() }) },
  });
}

function ofStore(error: StoreError): Problem {
  const after = error.problem === "locked" ? "1" : "30";
  return new Problem("unavailable", `${error.message}; ask again later`, {
    headers: { "retry-after": after },
    cause: error,
  });
}

function ofWorker(error: WorkerError, id: string): Problem {
  const { problem, message } = error;
  switch (problem) {
    case "late":
    case "memory":
      return new Problem("unprocessable", `this is too much for one request: ${message}; ask for less`);
    case "busy":
    case "unavailable":
    case "closed":
      return new Problem("unavailable", `${message}; ask again later`, {
        headers: { "retry-after": problem === "busy" ? "1" : "30" },
        cause: error,
      });
    case "crashed":
      return unexpected(error, id);
    default:
      return problem satisfies never;
  }
}

/** Of Fastify itself. */
function ofFramework({ code, statusCode, message }: FastifyError): Problem | undefined {
  switch (code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new Problem("too-large", message);
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new Problem("unsupported-media-type", "the content-type is none: send application/json");
    case "FST_ERR_MAX_PARAM_LENGTH":
      return new Problem("uri-too-long", "a part of the path is longer than 500 characters");
    case "FST_ERR_BAD_URL":
      return new Problem("bad-request", "the path is not well written: a % stands before two hexadecimal digits");
    default:
      return code?.startsWith("FST_") && statusCode !== undefined && statusCode >= 400 && statusCode < 500
        ? new Problem("bad-request", message)
        : undefined;
  }
}

const unexpected = (cause: unknown, id: string): Problem =>
  new Problem("internal", `this failed, and the log says why under ${id}; nothing is known of whether it was done`, {
    cause,
  });

export const noProfile = (id: string): Problem =>
  new Problem("not-found", `there is no profile ${id}: GET /v1/profiles/by/KIND/VALUE finds one by an identifier`);

/** Where what is declared is right, but does not go with its state. */
export function conflicting(error: unknown): never {
  throw error instanceof DefinitionError || error instanceof RunStateError
    ? new Problem("conflict", error.message, { cause: error })
    : error;
}
