import { relative, resolve } from "node:path";
import type { Channel, Json } from "../dispatch/index.ts";
import type { SqliteStore } from "../stores/sqlite.ts";
import type { DefinitionKind, Engine, Wanted } from "../triggers/index.ts";
import type { ExitCode } from "./cli.ts";
import { readText } from "./file.ts";
import type { Io } from "./io.ts";
import { InputError } from "./problem.ts";
import { guarded, openStore, readSetup, type Setup, type SetupFlags, setupChannels } from "./setup.ts";

/** An engine on the store of a configuration. */
export interface Opened {
  readonly setup: Setup;
  readonly store: SqliteStore;
  readonly channels: Readonly<Record<string, Channel>>;
  readonly engine: Engine;
  now(): number;
}

export interface EngineFlags {
  readonly store: SqliteStore;
  readonly channels: Readonly<Record<string, Channel>>;
  readonly clock?: (() => number) | undefined;
  readonly onSent?: (() => void) | undefined;
}

export async function openEngine(
  setup: Setup,
  { store, channels, clock, onSent }: EngineFlags,
  io: Io,
): Promise<Engine> {
  const { createEngine } = await import("../triggers/index.ts");
  return createEngine({
    store,
    channels,
    to: defaultDestinations(setup),
    templates: setup.templates,
    clock,
    onSent,
    onProblem: ({ doing, error }) => {
      io.stderr.write(`${doing}: ${(error as Error).message}\n`);
    },
  });
}

/** What channels say of where to. */
function defaultDestinations({ config }: Setup): Record<string, string> {
  const found = Object.entries(config.channels).flatMap(([name, { kind, to }]) =>
    to === undefined ? (kind === "log" ? [[name, "log"]] : []) : [[name, to]],
  );
  return Object.fromEntries(found);
}

/** Runs a command with an engine. What a person can put right is said, and is exit code 1. */
export function withEngine(flags: SetupFlags, io: Io, run: (opened: Opened) => Promise<unknown>): Promise<ExitCode> {
  return guarded(io, async () => {
    const setup = await readSetup(flags, io);
    const channels = await setupChannels(setup);
    const store = await openStore(setup, flags, io);
    try {
      const engine = await openEngine(setup, { store, channels }, io);
      const code = await declared(setup, () => run({ setup, store, channels, engine, now: Date.now }));
      return code === 1 ? 1 : 0;
    } finally {
      for (const channel of Object.values(channels)) await channel.close?.();
      await store.close();
    }
  });
}

const sections: Readonly<Record<DefinitionKind, string>> = {
  profiles: "profiles",
  stream: "streams",
  audience: "audiences",
  trigger: "triggers",
  alarm: "alarms",
};

/** What is wrong with a definition of the file is said where it stands in the file. */
export async function declared<T>(setup: Setup, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if ((error as Error).name !== "DefinitionError") throw error;
    const { kind, of, path, message } = error as Error & {
      kind: DefinitionKind;
      of: string;
      path: readonly (string | number)[];
    };
    const names = (setup.raw as Record<string, Record<string, unknown>>)[sections[kind]];
    if (kind !== "profiles" && (names === undefined || !Object.hasOwn(names, of))) {
      throw new InputError(`${kind} ${of}${path.map((step) => `.${step}`).join("")}: ${message}`, { file: setup.file });
    }
    return setup.fail([sections[kind], ...(kind === "profiles" ? [] : [of]), ...path.map(String)], message);
  }
}

/** All that the file declares. @throws InputError for an alert file that cannot be read */
export async function wantedOf(setup: Setup, io: Io): Promise<Wanted> {
  const raw = setup.raw as { readonly [section: string]: { readonly [name: string]: Json } | undefined };
  const triggers: Record<string, Json> = {};
  const states: Record<string, "draft" | "active" | "paused"> = {};
  for (const [name, written] of Object.entries(raw.triggers ?? {})) {
    const { state, alert, ...body } = written as { readonly [key: string]: Json };
    if (state !== undefined) states[name] = state as "active";
    triggers[name] = { ...body, alert: typeof alert === "string" ? await alertOf(name, alert, setup, io) : alert! };
  }
  return {
    origin: "file",
    complete: true,
    definitions: {
      ...(raw.profiles !== undefined && { profiles: { profiles: raw.profiles as Json } }),
      stream: raw.streams ?? {},
      audience: raw.audiences ?? {},
      trigger: triggers,
      alarm: raw.alarms ?? {},
    },
    states,
  };
}

async function alertOf(trigger: string, file: string, setup: Setup, io: Io): Promise<Json> {
  const path = resolve(setup.folder, file);
  const shown = relative(io.cwd?.() ?? process.cwd(), path);
  const { alertSource } = await import("./alert-file.ts");
  try {
    const { alertTemplate } = alertSource(shown, await readText(path, io));
    return { ...alertTemplate } as unknown as Json;
  } catch (error) {
    if (error instanceof InputError && error.place.line !== undefined) throw error;
    return setup.fail(["triggers", trigger, "alert"], (error as Error).message);
  }
}

/** `prf_…`, or `kind=value`. @throws InputError if there is no such profile */
export async function findProfile({ store, setup }: Pick<Opened, "store" | "setup">, given: string) {
  const [, kind, value] = /^([a-z][a-z0-9_-]*)=(.+)$/s.exec(given) ?? [];
  const values = kind === undefined ? [] : [value!, value!.trim().toLowerCase()];
  const ids = kind === undefined ? [given] : await store.profiles.find(values.map((one) => ({ kind, value: one })));
  const id = ids.find((one) => one !== undefined);
  const [profile] = id === undefined ? [] : await store.profiles.get([id]);
  if (profile !== undefined) return profile;
  throw new InputError(`there is no profile ${given}; give its id, or an identifier such as email=ada@example.com`, {
    file: setup.config.store.file,
  });
}
