import { z } from "zod";
import { parseDuration } from "./duration.ts";
import { parseSize } from "./size.ts";

const parsed = (parse: (text: string) => number | undefined, what: string, pattern: string) =>
  z
    .string({ error: what })
    .regex(new RegExp(pattern), what)
    .transform((text, context) => {
      const value = parse(text);
      if (value === undefined) context.addIssue({ code: "custom", message: what });
      return value ?? z.NEVER;
    });

/** Accepts a duration as text; gives ms. */
export const duration = parsed(
  parseDuration,
  "a duration is a number with its unit, as in 250ms, 15s, 1h30m or 3d",
  "^(0|(\\d+(\\.\\d+)?(ms|s|m|h|d))+)$",
);

/** Accepts a size as text; gives bytes. */
export const size = parsed(
  parseSize,
  "a size is a number with its unit, as in 64KiB, 20MB or 1GiB",
  "^\\d+(\\.\\d+)? ?(B|kB|MB|GB|KiB|MiB|GiB)$",
);
