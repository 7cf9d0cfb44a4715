import type { Json } from "../base/json.ts";
import { hiddenSecret, type StreamDefinition, streamDefinition } from "../profiles/index.ts";
import type { Definition, DefinitionKind, EngineStore } from "../store/index.ts";
import type { DefinitionError } from "../triggers/index.ts";

/** Names the key that holds the definitions of each kind, in the API as in `tocsin.yaml`. */
export const sections = {
  profiles: "profiles",
  stream: "streams",
  audience: "audiences",
  trigger: "triggers",
  alarm: "alarms",
} as const satisfies { readonly [kind in DefinitionKind]: string };

/** Returns the path of an error within `definitions` of a request. */
export const pathOf = ({ kind, of, path }: Pick<DefinitionError, "kind" | "of" | "path">): (string | number)[] =>
  kind === "profiles" ? [sections[kind], ...path] : [sections[kind], of, ...path];

/** Returns a look-up of streams by name, which reads the definitions only when they have changed. */
export function streamLookup({ definitions }: Pick<EngineStore, "definitions">) {
  let known: { readonly version: number; readonly streams: ReadonlyMap<string, StreamDefinition> } | undefined;
  return async (name: string): Promise<StreamDefinition | undefined> => {
    const version = await definitions.version();
    if (known?.version !== version) {
      const streams = new Map<string, StreamDefinition>();
      for (const { kind, name: one, body } of await definitions.all()) {
        // The engine leaves out a definition that it cannot read, too.
        const { data } = kind === "stream" ? streamDefinition.safeParse(body) : {};
        if (data !== undefined) streams.set(one, data);
      }
      known = { version, streams };
    }
    return known.streams.get(name);
  };
}

/** Returns a definition without its secrets. */
export function withoutSecrets(definition: Definition): Definition {
  return definition.kind === "stream" ? { ...definition, body: redacted(definition.body) } : definition;
}

function redacted(body: Json): Json {
  if (body === null || typeof body !== "object" || Array.isArray(body) || !("verify" in body)) return body;
  return { ...body, verify: hide((body as { readonly verify: Json }).verify) };
}

/** Hides the values of the keys of `Inbound` that are secret. */
function hide(value: Json): Json {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(hide);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      (name === "standard" || name === "secrets") && Array.isArray(inner) ? inner.map(() => hiddenSecret) : hide(inner),
    ]),
  );
}

/** Finds a definition by kind and name. */
export async function findDefinition(
  { definitions }: Pick<EngineStore, "definitions">,
  kind: DefinitionKind,
  name: string,
): Promise<Definition | undefined> {
  return (await definitions.all()).find((one) => one.kind === kind && one.name === name);
}
