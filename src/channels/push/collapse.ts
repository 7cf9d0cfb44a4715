import { createHash } from "node:crypto";

/** What stands for a delivery where a push service lets a later push take the place of an earlier one: its id, if that fits. */
export function collapseKey(id: string, max: number): string {
  if (/^[\w-]+$/.test(id) && id.length <= max) return id;
  return createHash("sha256").update(id).digest("base64url").slice(0, max);
}
