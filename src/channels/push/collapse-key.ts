import { createHash } from "node:crypto";

/** Returns the key by which a push service replaces an earlier push of the same delivery: the delivery's id, or its hash if the id does not fit. */
export function collapseKey(id: string, max: number): string {
  if (/^[\w-]+$/.test(id) && id.length <= max) return id;
  return createHash("sha256").update(id).digest("base64url").slice(0, max);
}
