/** A place in the request: `/body/limit`, as in RFC 6901, and what is wrong there. */
export interface BodyComplaint {
  readonly path: string;
  readonly message: string;
}

export interface BodyErrorMore {
  readonly errors?: readonly BodyComplaint[] | undefined;
  /** Further headers of the answer. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export type BodyProblem = "bad-request" | "invalid" | "too-large" | "unsupported-media-type";

/** Says why a body is not taken. Its message is for whoever sent it; it quotes nothing of the body but names. */
export class BodyError extends Error {
  override readonly name = "BodyError";
  readonly kind: BodyProblem;
  readonly more: BodyErrorMore;

  constructor(kind: BodyProblem, message: string, more: BodyErrorMore = {}) {
    super(message);
    this.kind = kind;
    this.more = more;
  }
}
