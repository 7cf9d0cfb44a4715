/** Names a place in the request (`/body/limit`, as in RFC 6901) and the problem there. */
export interface BodyErrorDetail {
  readonly path: string;
  readonly message: string;
}

export interface BodyErrorExtras {
  readonly errors?: readonly BodyErrorDetail[] | undefined;
  /** Further headers of the response. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export type BodyProblem = "bad-request" | "invalid" | "too-large" | "unsupported-media-type";

/** Says why a body is rejected. The message is for the sender, and quotes nothing of the body but names. */
export class BodyError extends Error {
  override readonly name = "BodyError";
  readonly kind: BodyProblem;
  readonly extras: BodyErrorExtras;

  constructor(kind: BodyProblem, message: string, more: BodyErrorExtras = {}) {
    super(message);
    this.kind = kind;
    this.extras = more;
  }
}
