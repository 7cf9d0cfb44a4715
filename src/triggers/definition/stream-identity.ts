import type { Json } from "../../base/json.ts";
import { type IdentityMode, type StreamDefinition, streamDefinition } from "../../profiles/index.ts";
import type { Definition, EngineStore } from "../../store/index.ts";

/** Describes what requests to a stream may do: the same for all, or `merge` for signed ones and `add` for others. */
type Identity = IdentityMode | "signed";

const identityIn = ({ identity, verify }: StreamDefinition): Identity =>
  identity ?? (verify === undefined ? "add" : "signed");

const spelled = (identity: Identity): string =>
  identity === "signed" ? "merge for signed requests, add for others" : identity;

/**
 * Returns the status of a stream's definition, and how its identity mode changes, in words. A stream that an earlier
 * version applied has no such status: it merged for every request.
 * @param old definition in force; undefined if the stream is new
 */
export function streamIdentity(
  body: Json,
  old: Definition | undefined,
): { readonly status: Json; readonly effect?: string | undefined } {
  const { data } = streamDefinition.safeParse(body);
  if (data === undefined) return { status: old?.status ?? {} };
  const now = identityIn(data);
  const status = { identity: now };
  if (old === undefined || data.identifiers === undefined) return { status };
  const { identity: before } = (old.status ?? {}) as { readonly identity?: Identity };
  if (before === now || (before === undefined && now === "merge")) return { status };
  if (before !== undefined) return { status, effect: `identity is ${spelled(now)} instead of ${spelled(before)}` };
  const why =
    now === "add"
      ? "it is not signed and does not say identity: it is add from now on, and merges no profiles any more"
      : `identity is ${spelled(now)} from now on; every request merged profiles before`;
  return { status, effect: `${why}; if everybody who can post to it may merge profiles, write identity: merge` };
}

/** Describes the streams of an earlier version that have another meaning now. */
export async function changedStreamMeanings({
  definitions,
}: Pick<EngineStore, "definitions">): Promise<readonly string[]> {
  return (await definitions.all()).flatMap((one) => {
    const effect = one.kind === "stream" ? streamIdentity(one.body, one).effect : undefined;
    return effect === undefined ? [] : [`stream ${one.name}: ${effect}`];
  });
}
