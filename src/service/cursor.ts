import { createHash } from "node:crypto";
import { Problem } from "./problem.ts";

/** So that a cursor of another list, or one that was cut, is not read as a place in this one. */
const checkOf = (list: string, after: string): string =>
  createHash("sha256").update(`${list}\n${after}`).digest("base64url").slice(0, 8);

/** @param list which one, and what it is filtered by */
export const cursorOf = (list: string, after: string): string =>
  `${checkOf(list, after)}${Buffer.from(after).toString("base64url")}`;

/** @throws Problem for what `cursorOf` did not give */
export function afterOf(list: string, cursor: string): string {
  const after = Buffer.from(cursor.slice(8), "base64url").toString();
  if (cursorOf(list, after) === cursor) return after;
  const message = "is not the next of a page of this list";
  throw new Problem("invalid", `after ${message}: give what the page before has as next, with the same filters`, {
    errors: [{ path: "/query/after", message }],
  });
}
