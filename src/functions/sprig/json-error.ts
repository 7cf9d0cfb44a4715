/** Refuses to read or write JSON, in Go's words. */
export class JsonError extends Error {}
