import { hash } from "node:crypto";

/**
 * Whether a profile is in the sample of members that a trigger takes, above 0 up to 1. Always the same ones for the same
 * trigger, others for another one; a larger sample has all that a smaller one has.
 * @param profile, @param trigger its id, its name
 */
export function isSampled(profile: string, trigger: string, fraction: number): boolean {
  // JSON, so that no two pairs read the same.
  const digest = hash("sha256", JSON.stringify([trigger, profile]), "buffer");
  return digest.readUIntBE(0, 6) / 2 ** 48 < fraction;
}
