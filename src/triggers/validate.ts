import type { z } from "zod";
import type { Json } from "../dispatch/index.ts";
import { DefinitionError } from "./engine.ts";
import type { DefinitionKind } from "./store.ts";

/** The body of a definition, read. @throws DefinitionError about the first thing that is wrong */
export function checkBody<T extends z.ZodType>(kind: DefinitionKind, name: string, schema: T, body: Json): z.output<T> {
  const checked = schema.safeParse(body);
  if (checked.success) return checked.data;
  const { path, message } = deepest(checked.error.issues[0]!);
  throw new DefinitionError(message, { kind, name, path });
}

interface Complaint {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Of a union's alternatives the one that came furthest says best what is wrong. */
function deepest(issue: z.core.$ZodIssue, above: readonly PropertyKey[] = []): Complaint {
  const path = [...above, ...issue.path];
  if (issue.code === "invalid_union") {
    const inner = issue.errors
      .flatMap((issues) => issues.slice(0, 1))
      .filter(({ path }) => path.length > 0)
      .sort((a, b) => b.path.length - a.path.length)[0];
    if (inner !== undefined && issue.message.startsWith("Invalid")) return deepest(inner, path);
  }
  return { path: path as (string | number)[], message: issue.message };
}
