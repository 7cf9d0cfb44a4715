import type { Json } from "../base/json.ts";

/**
 * Where to, as a template wrote it: an object as JSON (a subscription, a mailbox), else a text. Nothing, if it wrote nothing, or
 * a part of it is missing.
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
