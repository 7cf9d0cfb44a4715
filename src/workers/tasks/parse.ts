import { createHash } from "node:crypto";
import {
  BodyError,
  type BodyErrorExtras,
  type BodyProblem,
  type BodyShape,
  type Parts,
  readBody,
  toParts,
} from "../../bodies/index.ts";

export interface ParseInput {
  readonly bytes: Uint8Array;
  readonly shape: BodyShape;
  /** Lower case, without parameters. */
  readonly mediaType: string;
  /** Limits the bytes of JSON of each payload. */
  readonly maxPayloadBytes: number;
}

export type ParseOutput =
  | {
      /** SHA-256 of the body's bytes, in hexadecimal. */
      readonly hash: string;
      readonly parts: Parts;
      readonly values: number;
    }
  | { readonly problem: { readonly kind: BodyProblem; readonly message: string; readonly extras: BodyErrorExtras } };

/** Reads a large body. A problem with it is an output, too. */
export function parse({ bytes, shape, mediaType, maxPayloadBytes }: ParseInput): ParseOutput {
  try {
    const { value = null, values } = readBody(bytes, shape, mediaType, maxPayloadBytes);
    return { hash: createHash("sha256").update(bytes).digest("hex"), parts: toParts(value), values };
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    const { kind, message, extras } = error;
    return { problem: { kind, message, extras } };
  }
}
