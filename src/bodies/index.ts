/**
 * Reads bodies of requests. In: bytes and their media type (JSON, NDJSON, forms). Out: a JSON value or payloads, or a `BodyError`
 * that says where the problem is and what to do; in time and memory proportional to the bytes.
 */
export { BodyError, type BodyErrorExtras, type BodyProblem } from "./error.ts";
export { parseJson, pointer } from "./json.ts";
export { fromParts, type Parts, toParts } from "./parts.ts";
export { maxPayloads } from "./payloads.ts";
export { type BodyShape, type ReadBody, readBody } from "./read.ts";
