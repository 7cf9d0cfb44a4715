import { createHash } from "node:crypto";
import {
  BodyError,
  type BodyErrorMore,
  type BodyProblem,
  type BodyShape,
  type Parts,
  readBody,
  toParts,
} from "../../bodies/index.ts";

export interface ParseInput {
  readonly bytes: Uint8Array;
  readonly shape: BodyShape;
  /** In lower case, without parameters. */
  readonly mediaType: string;
  /** Bytes of JSON that one of several payloads may have. */
  readonly maxPayloadBytes: number;
}

export type ParseOutput =
  | {
      /** SHA-256 of the bytes, in hexadecimal. */
      readonly hash: string;
      readonly parts: Parts;
      readonly values: number;
    }
  | { readonly problem: { readonly kind: BodyProblem; readonly message: string; readonly more: BodyErrorMore } };

/** Reads a large body. What is wrong with it is an output, too. */
export function parse({ bytes, shape, mediaType, maxPayloadBytes }: ParseInput): ParseOutput {
  try {
    const { value = null, values } = readBody(bytes, shape, mediaType, maxPayloadBytes);
    return { hash: createHash("sha256").update(bytes).digest("hex"), parts: toParts(value), values };
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    const { kind, message, more } = error;
    return { problem: { kind, message, more } };
  }
}
