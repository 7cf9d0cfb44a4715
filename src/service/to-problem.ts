import type { FastifyError } from "fastify";
import { BodyError, pointer } from "../bodies/index.ts";
import { DestinationError } from "../dispatch/index.ts";
import { TemplateError } from "../index.ts";
import { SettingsError } from "../profiles/index.ts";
import { StoreError } from "../store/index.ts";
import { DefinitionError, NotFoundError, RunStateError, SplitError } from "../triggers/index.ts";
import { WorkerError } from "../workers/index.ts";
import { pathOf, sections } from "./definitions.ts";
import { Problem } from "./problem.ts";
import { dotted } from "./validation.ts";

/** Converts an error to the problem that its caller receives. An unexpected one tells no more than `id`, the request's in the log. */
export function toProblem(error: unknown, id: string): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof BodyError) return new Problem(error.kind, error.message, error.extras);
  if (error instanceof NotFoundError) return new Problem("not-found", error.message);
  if (error instanceof DefinitionError) return ofDefinition(error.message, pathOf(error), error.cause);
  if (error instanceof SettingsError) return ofDefinition(error.message, [sections.profiles, ...error.path]);
  if (error instanceof TemplateError) return ofTemplate(error);
  if (error instanceof SplitError) return new Problem("conflict", error.message);
  if (error instanceof DestinationError) return new Problem("unprocessable", error.message);
  if (error instanceof StoreError) return ofStore(error);
  if (error instanceof WorkerError) return ofWorker(error, id);
  return ofFramework(error as FastifyError) ?? unexpected(error, id);
}

function ofDefinition(message: string, path: readonly (string | number)[], cause?: unknown): Problem {
  return new Problem("unprocessable", `${dotted(path)}: ${message}`, {
    errors: [{ path: `/body/definitions${pointer(path)}`, message }],
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
  return unavailable(error, error.problem === "locked" ? 1 : 30);
}

function ofWorker(error: WorkerError, id: string): Problem {
  const { problem, message } = error;
  switch (problem) {
    case "late":
    case "memory":
      return new Problem("unprocessable", `too much work for one request: ${message}; ask for less`);
    case "busy":
    case "unavailable":
    case "closed":
      return unavailable(error, problem === "busy" ? 1 : 30);
    case "crashed":
      return unexpected(error, id);
    default:
      return problem satisfies never;
  }
}

/** @param seconds until a retry makes sense */
const unavailable = (cause: Error, seconds: number): Problem =>
  new Problem("unavailable", `${cause.message}; try again later`, {
    headers: { "retry-after": `${seconds}` },
    cause,
  });

/** Converts errors of Fastify's own that a caller caused. */
function ofFramework({ code, statusCode, message }: FastifyError): Problem | undefined {
  switch (code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new Problem("too-large", "the body is too large: send it in several requests");
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new Problem("unsupported-media-type", "the content-type is malformed: send application/json");
    case "FST_ERR_MAX_PARAM_LENGTH":
      return new Problem("uri-too-long", "a segment of the path is longer than 500 characters");
    case "FST_ERR_BAD_URL":
      return new Problem("bad-request", "the path is malformed: % must be followed by two hexadecimal digits");
    default:
      return code?.startsWith("FST_") && statusCode !== undefined && statusCode >= 400 && statusCode < 500
        ? new Problem("bad-request", message)
        : undefined;
  }
}

const unexpected = (cause: unknown, id: string): Problem =>
  new Problem("internal", `the request failed and may have been done in part; the log has the cause under ${id}`, {
    cause,
  });

export const noProfile = (id: string): Problem =>
  new Problem("not-found", `no profile ${id}; GET /v1/profiles/by/KIND/VALUE finds one by an identifier`);

/** Converts errors about a valid definition or run whose state does not allow the request; throws all errors. */
export function conflicting(error: unknown): never {
  throw error instanceof DefinitionError || error instanceof RunStateError
    ? new Problem("conflict", error.message, { cause: error })
    : error;
}
