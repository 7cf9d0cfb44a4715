import { z } from "zod";
import { duration } from "../base/units.ts";

/** Profiles for which a condition holds. */
export const audienceDefinition = z.strictObject({
  description: z.string().optional(),
  /** What stands in an `if`, over the fields: `and .email (gt .visits 10)`. */
  where: z.string().min(1),
  /** How often it is evaluated anew if it depends on the time: at most once a second. @default 15 m */
  every: duration.refine((ms) => ms >= 1_000, "an audience is evaluated anew once a second at most: 1s").optional(),
});
export type AudienceDefinition = z.output<typeof audienceDefinition>;
