import { z } from "zod";
import { shortened } from "../base/shorten.ts";

/** What can be wrong: its status, and the words that are the same each time. */
export const kinds = {
  "bad-request": { status: 400, title: "The request is not written as it has to be" },
  invalid: { status: 400, title: "Something in the request is not what it has to be" },
  unauthorized: { status: 401, title: "It is not known who asks" },
  forbidden: { status: 403, title: "The key does not allow this" },
  "not-found": { status: 404, title: "There is no such thing" },
  "method-not-allowed": { status: 405, title: "This cannot be done with it" },
  timeout: { status: 408, title: "The request did not come to an end" },
  conflict: { status: 409, title: "Its state does not allow this" },
  "too-large": { status: 413, title: "The request is too large" },
  "uri-too-long": { status: 414, title: "The address is too long" },
  "unsupported-media-type": { status: 415, title: "This cannot be read" },
  unprocessable: { status: 422, title: "It is understood, but cannot be done" },
  "template-error": { status: 422, title: "The template is wrong, or fails for this profile" },
  "idempotency-key-reused": { status: 422, title: "The idempotency key was used for another request" },
  "too-many-requests": { status: 429, title: "Too many requests" },
  "headers-too-large": { status: 431, title: "The headers are too large" },
  internal: { status: 500, title: "Something went wrong here" },
  unavailable: { status: 503, title: "Not at the moment" },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;

export type ProblemKind = keyof typeof kinds;

/** A place in the request: `/body/limit`, `/query/after`, as in RFC 6901, and what is wrong there. */
export interface Complaint {
  readonly path: string;
  readonly message: string;
}

export interface ProblemMore {
  readonly errors?: readonly Complaint[] | undefined;
  /** Further headers of the answer. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Further members of the answer. */
  readonly members?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/** Why a request is not done, as RFC 9457 has it. */
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

  /** The body of the answer. */
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
    detail: z.string().describe("What is wrong, and what to do."),
    errors: z
      .array(
        z.object({ path: z.string().describe("A JSON pointer, from body, query or params."), message: z.string() }),
      )
      .readonly()
      .optional(),
    line: z.int().optional().describe("Of a template: where, 1-based."),
    column: z.int().optional().describe("In UTF-16 units, 1-based."),
    part: z.string().optional().describe("The name of the template."),
    phase: z.enum(["parse", "escape", "exec"]).optional(),
    excerpt: z.string().optional().describe("The line with a caret below."),
  })
  .meta({
    id: "Problem",
    description: "Why a request was not done (RFC 9457).",
    examples: [
      {
        type: typeOf("invalid"),
        title: kinds.invalid.title,
        status: 400,
        detail: "/query/limit: Too big: expected number to be <=500",
        errors: [{ path: "/query/limit", message: "Too big: expected number to be <=500" }],
      },
    ],
  });
export type ProblemBody = z.output<typeof problemBody>;
