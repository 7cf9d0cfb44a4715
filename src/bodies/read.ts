import type { Json } from "../base/json.ts";
import { readJson } from "./json.ts";
import { readPayloads } from "./payloads.ts";
import { isJson, textOf, unreadable } from "./text.ts";

/** Names what a body is read as: any JSON, or the payloads that were posted to a stream. */
export type BodyShape = "json" | "payloads";

export interface Read {
  /** Undefined for an empty body that is to be JSON. */
  readonly value: Json | undefined;
  /** Values of all kinds that it has, about. */
  readonly values: number;
}

/** Names that one object may have: more are slow to make, and no templates read them. */
const maxNames = 20_000;

/** Values of all kinds that one body may have: each takes memory, however short it is written. */
const maxValues = 500_000;

/**
 * Reads a body, in time and memory proportional to it.
 * @param mediaType in lower case, without parameters
 * @param maxPayloadBytes bytes of JSON that one of several payloads may have
 * @throws BodyError
 */
export function readBody(
  bytes: Uint8Array,
  shape: BodyShape,
  mediaType: string,
  maxPayloadBytes = Number.POSITIVE_INFINITY,
): Read {
  if (shape === "payloads") return readPayloads(bytes, mediaType, { maxNames, maxValues, maxPayloadBytes });
  if (bytes.length === 0) return { value: undefined, values: 0 };
  if (!isJson(mediaType)) throw unreadable(mediaType, "application/json");
  return readJson(textOf(bytes), "the body", { maxNames, maxValues });
}
