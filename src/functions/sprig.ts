import { define, type FunctionSet, truth } from "../template/index.ts";

/** Functions of Sprig 3, under their names there. */
export const sprig = {
  /** `default D V`: V, or D where V is missing or empty; false and 0 count as empty. `{{ .last_name | default "you" }}` */
  default: define({ params: ["any", "any"], variadic: true }, (otherwise: unknown, ...given: readonly unknown[]) =>
    given.length > 0 && truth(given[0]) ? given[0] : otherwise,
  ),
} satisfies FunctionSet;
