import { relative, resolve } from "node:path";
import { escapeControls } from "../base/escape-controls.ts";
import type { Json } from "../base/json.ts";
import { desiredStateOf as desiredStateIn, pathOf } from "../config/index.ts";
import type { Channel } from "../dispatch/index.ts";
import { InputError, readText } from "../files/index.ts";
import type { Definition, DefinitionKind, EngineStore } from "../store/index.ts";
import type { SqliteStore } from "../stores/sqlite.ts";
import type { DesiredState, Engine } from "../triggers/index.ts";
import type { ExitCode } from "./command.ts";
import { type Io, put, write } from "./io.ts";
import {
  guarded,
  openExistingStore,
  openStore,
  readSetup,
  type Setup,
  type SetupFlags,
  setupChannels,
} from "./setup.ts";

/** An engine on the store of a configuration, with what it was made of. */
export interface OpenEngine {
  readonly setup: Setup;
  readonly store: SqliteStore;
  readonly channels: Readonly<Record<string, Channel>>;
  readonly engine: Engine;
  now(): number;
}

interface EngineFlags {
  readonly store: EngineStore;
  readonly channels: Readonly<Record<string, Channel>>;
  readonly clock?: (() => number) | undefined;
  readonly onEnqueued?: (() => void) | undefined;
}

export async function openEngine(
  setup: Setup,
  { store, channels, clock, onEnqueued }: EngineFlags,
  io: Io,
): Promise<Engine> {
  const { createEngine } = await import("../triggers/index.ts");
  return createEngine({
    store,
    channels,
    to: defaultDestinations(setup),
    templates: setup.templates,
    clock,
    onEnqueued,
    onEvent: (event) => {
      if (event.type === "trigger-failed") put(io.stderr, `trigger ${event.trigger} stopped: ${event.reason}\n`);
    },
    onProblem: ({ doing, error }) => {
      put(io.stderr, `${doing}: ${(error as Error).message}\n`);
    },
  });
}

/** Returns the default destinations of channels, by name. */
export function defaultDestinations({ config }: Setup): Record<string, string> {
  const found = Object.entries(config.channels).flatMap(([name, { to }]) => (to === undefined ? [] : [[name, to]]));
  return Object.fromEntries(found);
}

/**
 * Runs a command with an engine. Prints what a person can correct, with exit code 1.
 * @param options.create creates the store if it does not exist; otherwise that is an error
 */
export function withEngine(
  flags: SetupFlags,
  io: Io,
  run: ((opened: OpenEngine) => Promise<ExitCode>) | ((opened: OpenEngine) => Promise<void>),
  { create = false }: { readonly create?: boolean } = {},
): Promise<ExitCode> {
  return guarded(io, async () => {
    const setup = await readSetup(flags, io);
    const store = await (create ? openStore : openExistingStore)(setup, flags, io);
    const channels = await setupChannels(setup);
    try {
      const engine = await openEngine(setup, { store, channels }, io);
      const opened = { setup, store, channels, engine, now: Date.now };
      return await declared(setup, async () => (await run(opened)) ?? 0);
    } finally {
      for (const channel of Object.values(channels)) await channel.close?.();
      await store.close();
    }
  });
}

/** Checks that the definitions in force work with this configuration, before anything happens that they should react to. @throws DefinitionError */
export async function checkInForce(engine: Engine): Promise<void> {
  const [first] = await engine.broken();
  if (first !== undefined) throw first;
}

/** Warns of stored definitions that cannot be read: they are left out, though they are listed. */
export async function warnOfBroken(engine: Engine, io: Io): Promise<void> {
  for (const { kind, of, path, message } of await engine.broken()) {
    const place = [`${kind} ${of}`, ...path].join(".");
    await write(io.stderr, `${place} cannot be read, so it is left out: ${escapeControls(message)}\n`);
  }
}

/** Turns an error about a definition of the file into one with its place in the file. */
export async function declared<T>(setup: Setup, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const { DefinitionError } = await import("../triggers/index.ts");
    if (!(error instanceof DefinitionError)) throw error;
    const { kind, of, path, message } = error;
    const place = pathOf(error);
    // A definition that is not in the file, or no place in it, is wrong for another reason than what the file says.
    if (path.length === 0 || !isIn(setup.raw, place.slice(0, place.length - path.length))) {
      throw new Error(`${kind} ${of}${path.map((step) => `.${step}`).join("")}: ${message}`);
    }
    return setup.fail(place, message);
  }
}

function isIn(raw: unknown, path: readonly string[]): boolean {
  let at = raw;
  for (const step of path) {
    if (at === null || typeof at !== "object" || !Object.hasOwn(at, step)) return false;
    at = (at as Record<string, unknown>)[step];
  }
  return true;
}

/**
 * Reads all that the file declares. @throws InputError for an alert file that cannot be read or is wrong, and without a file,
 * because that would declare that nothing is left
 */
export async function desiredStateOf(setup: Setup, io: Io): Promise<DesiredState> {
  const { config, raw, file } = setup;
  if (raw === undefined)
    throw new InputError("there is no such file here; name the configuration with --config", { file });
  return desiredStateIn(config, raw, (trigger, path) => alertOf(trigger, path, setup, io));
}

async function alertOf(trigger: string, file: string, setup: Setup, io: Io): Promise<Json> {
  const path = resolve(setup.folder, file);
  const shown = relative(io.cwd?.() ?? process.cwd(), path);
  const { alertSource } = await import("../files/alert-file.ts");
  try {
    const { alertTemplate } = alertSource(shown, await readText(path, io));
    return { ...alertTemplate } as unknown as Json;
  } catch (error) {
    if (error instanceof InputError && error.place.line !== undefined) throw error;
    return setup.fail(["triggers", trigger, "alert"], `${file}: ${(error as Error).message}`);
  }
}

/** Returns the definition in force with this name. @throws Error if there is none */
export async function definitionOf(
  { definitions }: Pick<SqliteStore, "definitions">,
  kind: DefinitionKind,
  name: string,
): Promise<Definition> {
  const all = (await definitions.all()).filter((one) => one.kind === kind);
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = all.map((one) => one.name).join(", ");
  const others = names === "" ? "none are defined yet (tocsin apply)" : `there are: ${names}`;
  throw new Error(`no ${kind} named ${name}; ${others}`);
}

/** Finds a profile by its id, `prf_…`, or by an identifier, `kind=value`. @throws Error if there is none */
export async function findProfile({ store }: Pick<OpenEngine, "store">, given: string) {
  const [, kind, value] = /^([a-z][a-z0-9_-]*)=(.+)$/s.exec(given) ?? [];
  const values = kind === undefined ? [] : [value!, value!.trim().toLowerCase()];
  const ids = kind === undefined ? [given] : await store.profiles.find(values.map((one) => ({ kind, value: one })));
  const id = ids.find((one) => one !== undefined);
  const [profile] = id === undefined ? [] : await store.profiles.get([id]);
  if (profile !== undefined) return profile;
  throw new Error(`no profile ${given}; give its id, or an identifier such as email=ada@example.com`);
}
