import type { Json } from "../base/json.ts";
import { hiddenSecret, type StreamDefinition, streamDefinition } from "../profiles/index.ts";
import type { Definition, DefinitionKind, EngineStore } from "../store/index.ts";

/** The streams that are declared, read anew only when something was declared. */
export function declaredStreams({ definitions }: Pick<EngineStore, "definitions">) {
  let known: { readonly version: number; readonly streams: ReadonlyMap<string, StreamDefinition> } | undefined;
  return async (name: string): Promise<StreamDefinition | undefined> => {
    const version = await definitions.version();
    if (known?.version !== version) {
      const streams = new Map<string, StreamDefinition>();
      for (const { kind, name: one, body } of await definitions.all()) {
        // What another version took and this one does not is left out by the engine, too.
        const { data } = kind === "stream" ? streamDefinition.safeParse(body) : {};
        if (data !== undefined) streams.set(one, data);
      }
      known = { version, streams };
    }
    return known.streams.get(name);
  };
}

/** As it may be shown: without secrets. */
export function shown(definition: Definition): Definition {
  return definition.kind === "stream" ? { ...definition, body: withoutSecrets(definition.body) } : definition;
}

function withoutSecrets(body: Json): Json {
  if (body === null || typeof body !== "object" || Array.isArray(body) || !("verify" in body)) return body;
  return { ...body, verify: hide((body as { readonly verify: Json }).verify) };
}

/** What stands under the names of `Inbound` that are secret. */
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

export async function find(
  { definitions }: Pick<EngineStore, "definitions">,
  kind: DefinitionKind,
  name: string,
): Promise<Definition | undefined> {
  return (await definitions.all()).find((one) => one.kind === kind && one.name === name);
}
