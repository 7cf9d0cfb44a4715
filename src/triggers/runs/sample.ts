import { hash } from "node:crypto";

/**
 * Reports whether a profile is in the sample of members that a trigger takes. The sample is stable: always the same
 * members for the same trigger, others for another trigger, and a larger sample contains the smaller ones.
 * @param profile id of the profile
 * @param trigger name of the trigger
 * @param share above 0, up to 1
 */
export function isSampled(profile: string, trigger: string, fraction: number): boolean {
  // JSON keeps any two pairs apart.
  const digest = hash("sha256", JSON.stringify([trigger, profile]), "buffer");
  return digest.readUIntBE(0, 6) / 2 ** 48 < fraction;
}
