import { z } from "zod";
import { shortened } from "../base/shorten.ts";

/** Problem types: the status and the title of each. */
export const kinds = {
  "bad-request": { status: 400, title: "Malformed request" },
  invalid: { status: 400, title: "Invalid request" },
  unauthorized: { status: 401, title: "Unauthorized" },
  forbidden: { status: 403, title: "Forbidden" },
  "not-found": { status: 404, title: "Not Found" },
  "method-not-allowed": { status: 405, title: "Method Not Allowed" },
  timeout: { status: 408, title: "Request Timeout" },
  conflict: { status: 409, title: "Conflict" },
  "too-large": { status: 413, title: "Content Too Large" },
  "uri-too-long": { status: 414, title: "URI Too Long" },
  "unsupported-media-type": { status: 415, title: "Unsupported Media Type" },
  unprocessable: { status: 422, title: "Cannot be processed" },
  "template-error": { status: 422, title: "Template error" },
  "idempotency-key-reused": { status: 422, title: "Idempotency key reused" },
  "too-many-requests": { status: 429, title: "Too Many Requests" },
  "headers-too-large": { status: 431, title: "Request Header Fields Too Large" },
  internal: { status: 500, title: "Internal Server Error" },
  unavailable: { status: 503, title: "Service Unavailable" },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;

export type ProblemKind = keyof typeof kinds;

/** Says what is wrong at a place in the request: a JSON pointer (RFC 6901) such as `/body/limit` or `/query/after`. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

export interface ProblemMore {
  readonly errors?: readonly FieldError[] | undefined;
  /** Further headers of the response. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Further members of the problem. */
  readonly members?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/** Reports why a request failed, as problem details of RFC 9457. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly kind: ProblemKind;
  readonly more: ProblemMore;

  /** @param detail what is wrong, and what to do */
  constructor(kind: ProblemKind, detail: string, more: ProblemMore = {}) {
    super(detail, more.cause === undefined ? undefined : { cause: more.cause });
    this.kind = kind;
    this.more = more;
  }

  get status(): number {
    return kinds[this.kind].status;
  }

  /** Returns the body of the response. */
  toJSON(): ProblemBody {
    const { status, title } = kinds[this.kind];
    const { errors, members } = this.more;
    const detail = shortened(this.message);
    const short = errors?.map(({ path, message }) => ({ path: shortened(path), message: shortened(message) }));
    return { type: typeOf(this.kind), title, status, detail, ...(short && { errors: short }), ...members };
  }
}

const typeOf = (kind: ProblemKind): string => `urn:tocsin:problem:${kind}`;

export const problemType = "application/problem+json";

export const problemBody = z
  .looseObject({
    type: z.enum(Object.keys(kinds).map((kind) => typeOf(kind as ProblemKind)) as [string, ...string[]]),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe("What is wrong and what to do."),
    errors: z
      .array(
        z.object({
          path: z.string().describe("JSON pointer that begins with /body, /query or /params."),
          message: z.string(),
        }),
      )
      .readonly()
      .optional(),
    line: z.int().optional().describe("Line in the template, from 1."),
    column: z.int().optional().describe("Column in UTF-16 units, from 1."),
    part: z.string().optional().describe("Name of the template."),
    phase: z.enum(["parse", "escape", "exec"]).optional(),
    excerpt: z.string().optional().describe("The line, with a caret below."),
  })
  .meta({
    id: "Problem",
    description: "Problem details (RFC 9457).",
    examples: [
      {
        type: typeOf("invalid"),
        title: kinds.invalid.title,
        status: 400,
        detail: "limit: expected a whole number from 1 to 500",
        errors: [{ path: "/query/limit", message: "expected a whole number from 1 to 500" }],
      },
    ],
  });
export type ProblemBody = z.output<typeof problemBody>;
