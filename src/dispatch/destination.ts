import type { Json } from "../base/json.ts";

/**
 * Parses a destination that a template rendered: JSON of an object (a subscription, a mailbox), or any other text. Returns undefined if
 * the template rendered nothing, or if a part of it is missing.
 */
export function parseDestination(rendered: string): Json | undefined {
  const text = rendered.trim();
  if (text === "" || text.includes("<no value>") || text === "null") return undefined;
  if (!text.startsWith("{")) return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
