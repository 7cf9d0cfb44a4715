import type { Json } from "../base/json.ts";
import { readJson } from "./json.ts";
import { readPayloads } from "./payloads.ts";
import { decodeUtf8, isJsonType, unsupportedMediaType } from "./text.ts";

/** Selects how a body is read: as any JSON, or as payloads posted to a stream. */
export type BodyShape = "json" | "payloads";

export interface ReadBody {
  /** Undefined for an empty body of the shape `json`. */
  readonly value: Json | undefined;
  /** Approximate number of JSON values in the body. */
  readonly values: number;
}

/** Limits the names of one object: more are slow to build, and templates do not read that many. */
const maxNames = 20_000;

/** Limits the JSON values of one body: each takes memory, however short its text is. */
const maxValues = 500_000;

/**
 * Reads a body, in time and memory proportional to its size.
 * @param mediaType in lower case, without parameters
 * @param maxPayloadBytes limits the bytes of JSON of each payload
 * @throws BodyError
 */
export function readBody(
  bytes: Uint8Array,
  shape: BodyShape,
  mediaType: string,
  maxPayloadBytes = Number.POSITIVE_INFINITY,
): ReadBody {
  if (shape === "payloads") return readPayloads(bytes, mediaType, { maxNames, maxValues, maxPayloadBytes });
  if (bytes.length === 0) return { value: undefined, values: 0 };
  if (!isJsonType(mediaType)) throw unsupportedMediaType(mediaType, "application/json");
  return readJson(decodeUtf8(bytes), "the body", { maxNames, maxValues });
}
