import { expect } from "vitest";
import { TemplateError } from "../grammar/index.ts";

/** The `TemplateError` that this throws; anything else fails the test. */
export function errorOf(action: () => unknown): TemplateError {
  try {
    action();
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  return expect.fail("no error");
}
