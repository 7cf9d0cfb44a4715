import type { ZodType } from "zod";
import { DestinationError } from "../../dispatch/index.ts";

/**
 * A value as its schema describes it.
 * @param what leads the message: `the subscription`
 * @throws DestinationError that names each place and what is wrong there, never the value
 */
export function checked<T>(schema: ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => [...path.map(String), message].join(": "));
  throw new DestinationError(`${what}: ${problems.join("; ")}`);
}

/** The same for what an operator configured. Throws TypeError. */
export function configured<T>(schema: ZodType<T>, value: unknown, what: string): T {
  try {
    return checked(schema, value, what);
  } catch (error) {
    throw error instanceof DestinationError ? new TypeError(error.message) : error;
  }
}
