/**
 * Bodies of requests. In: bytes and their media type (JSON, lines of JSON, forms). Out: a JSON value or payloads, or a `BodyError`
 * that says where and what to do; in time and memory proportional to the bytes.
 */
export { BodyError, type BodyErrorMore, type BodyProblem } from "./error.ts";
export { parseJson, pointer } from "./json.ts";
export { fromParts, type Parts, toParts } from "./parts.ts";
export { maxPayloads } from "./payloads.ts";
export { type BodyShape, type Read, readBody } from "./read.ts";
