import { decode } from "../grammar/index.ts";
import { Float64, Pairs } from "../src/template/index.ts";
import { dataFunctions } from "./functions.ts";

/** Converts case data (see `Case`) to JavaScript data. */
export function decodeData(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(decodeData);
  if (typeof data !== "object" || data === null) return data;
  const entries = Object.entries(data);
  if (entries.length === 1) {
    const [tag, content] = entries[0]!;
    switch (tag) {
      case "$float":
        return new Float64(content === "+Inf" ? Infinity : content === "-Inf" ? -Infinity : Number(content));
      case "$int":
        return BigInt(content);
      case "$bytes":
        return decode(Buffer.from(content, "hex"));
      case "$date":
        return new Date(content);
      case "$func":
        return dataFunctions[content];
      case "$seq":
        return iterable((content as unknown[]).map(decodeData));
      case "$seq2":
        return new Pairs((content as [unknown, unknown][]).map(([k, v]) => [decodeData(k), decodeData(v)] as const));
      case "$absent":
        return undefined;
    }
  }
  return Object.fromEntries(entries.map(([key, value]) => [key, decodeData(value)]));
}

/** Wraps the elements of an array in an iterable that is not an array. */
function iterable(elements: readonly unknown[]): Iterable<unknown> {
  return { [Symbol.iterator]: () => elements[Symbol.iterator]() };
}
