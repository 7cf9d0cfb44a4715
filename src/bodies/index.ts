/** What comes in as the body of a request: JSON, lines, forms; read in time and memory proportional to their bytes. */
export { type BodyComplaint, BodyError, type BodyErrorMore, type BodyProblem } from "./error.ts";
export { parseJson, pointer } from "./json.ts";
export { fromParts, type Parts, toParts } from "./parts.ts";
export { maxPayloads } from "./payloads.ts";
export { type BodyShape, maxValues, type Read, readBody } from "./read.ts";
