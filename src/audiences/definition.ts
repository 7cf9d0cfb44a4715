import { z } from "zod";
import { duration } from "../units.ts";

/** Profiles for which a condition holds. */
export const audienceDefinition = z.strictObject({
  description: z.string().optional(),
  /** What stands in an `if`, over the fields: `and .email (gt .visits 10)`. */
  where: z.string().min(1),
  /** How often it is evaluated anew if it depends on the time. @default 15 m */
  every: duration.optional(),
});
export type AudienceDefinition = z.output<typeof audienceDefinition>;
