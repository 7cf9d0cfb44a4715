import { z } from "zod";
import { duration } from "../base/units.ts";

/** Profiles for which a condition holds. */
export const audienceDefinition = z.strictObject({
  description: z.string().optional().describe("What the audience is for."),
  where: z.string().min(1).describe("Condition over the fields, as in an if: and .email (gt .visits 10)."),
  every: duration
    .refine((ms) => ms >= 1_000, "an audience is evaluated anew once a second at most: 1s")
    .optional()
    .describe("How often a time-dependent condition is re-evaluated, at least 1s. Default: 15m."),
});
export type AudienceDefinition = z.output<typeof audienceDefinition>;
