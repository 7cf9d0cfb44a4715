import type { ZodType } from "zod";
import { DestinationError } from "../../dispatch/index.ts";

/**
 * Validates a value against a schema.
 * @param what begins the message: `the subscription`
 * @throws DestinationError that names each place and the problem there, never the value
 */
export function validate<T>(schema: ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => [...path.map(String), message].join(": "));
  throw new DestinationError(`${what}: ${problems.join("; ")}`);
}

/** Validates options that an operator configured, as {@link validate} does. Throws TypeError. */
export function validateConfig<T>(schema: ZodType<T>, value: unknown, what: string): T {
  try {
    return validate(schema, value, what);
  } catch (error) {
    throw error instanceof DestinationError ? new TypeError(error.message) : error;
  }
}
