import { createHash } from "node:crypto";
import { Problem } from "./problem.ts";

/** Returns a checksum, so that a cursor of another list or a truncated one is refused. */
const checkOf = (list: string, after: string): string =>
  createHash("sha256").update(`${list}\n${after}`).digest("base64url").slice(0, 8);

/** Creates the cursor of a page. @param list name of the list, with its filters */
export const cursorOf = (list: string, after: string): string =>
  `${checkOf(list, after)}${Buffer.from(after).toString("base64url")}`;

/** Returns the position that a cursor stands for. @throws Problem if `cursorOf` did not create it for this list */
export function afterOf(list: string, cursor: string): string {
  const after = Buffer.from(cursor.slice(8), "base64url").toString();
  if (cursorOf(list, after) === cursor) return after;
  const message = "not a cursor of this list with these filters";
  throw new Problem("invalid", `after: ${message}; pass next of the previous page, and the same filters`, {
    errors: [{ path: "/query/after", message }],
  });
}
