import { define, truth } from "../template/index.ts";

/** Implements Sprig's `default`, which several sets have. Documented where they list it. */
export const defaultFunction = define(
  { params: ["any", "any"], variadic: true, context: true },
  (context, otherwise: unknown, ...given: readonly unknown[]) =>
    given.length > 0 && truth(given[0], context) ? given[0] : otherwise,
);
