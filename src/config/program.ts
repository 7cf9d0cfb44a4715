import type { Json } from "../base/json.ts";
import type { DefinitionKind } from "../store/index.ts";
import type { DefinitionError, DesiredState } from "../triggers/index.ts";
import type { Config } from "./schema.ts";

/** Maps each kind of definition to its section of the file. */
const sections: { readonly [kind in DefinitionKind]: keyof Config } = {
  profiles: "profiles",
  stream: "streams",
  audience: "audiences",
  trigger: "triggers",
  alarm: "alarms",
};

type Written = { readonly [section: string]: { readonly [name: string]: Json } | undefined };

/**
 * Returns the definitions of a configuration, as written, for the engine to plan and apply.
 * @param raw `Read.raw`
 * @param alertOf reads the alert file that a trigger names
 */
export async function desiredStateOf(
  config: Config,
  raw: unknown,
  alertOf: (trigger: string, file: string) => Promise<Json>,
): Promise<DesiredState> {
  const { profiles, streams = {}, audiences = {}, triggers = {}, alarms = {} } = (raw ?? {}) as Written;
  const bodies: [string, Json][] = [];
  for (const [name, body] of Object.entries(triggers)) {
    const { state: _state, alert, ...rest } = body as { readonly [key: string]: Json };
    bodies.push([name, { ...rest, alert: typeof alert === "string" ? await alertOf(name, alert) : alert! }]);
  }
  const states = Object.entries(config.triggers).flatMap(([name, { state }]) => (state ? [[name, state]] : []));
  return {
    origin: "file",
    definitions: {
      profiles: profiles === undefined ? {} : { profiles },
      stream: streams,
      audience: audiences,
      trigger: Object.fromEntries(bodies),
      alarm: alarms,
    },
    states: Object.fromEntries(states),
    complete: true,
  };
}

/** Returns the path in the file that an error is about. */
export function pathOf({ kind, of, path }: Pick<DefinitionError, "kind" | "of" | "path">): readonly string[] {
  return [sections[kind], ...(kind === "profiles" ? [] : [of]), ...path.map(String)];
}
