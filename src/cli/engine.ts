import { relative, resolve } from "node:path";
import type { Json } from "../base/json.ts";
import { visible } from "../base/visible.ts";
import { pathOf, desiredStateOf as wantedBy } from "../config/index.ts";
import type { Channel } from "../dispatch/index.ts";
import { InputError, readText } from "../files/index.ts";
import type { Definition, DefinitionKind, EngineStore } from "../store/index.ts";
import type { SqliteStore } from "../stores/sqlite.ts";
import type { DefinitionError, DesiredState, Engine } from "../triggers/index.ts";
import type { ExitCode } from "./command.ts";
import { type Io, put, write } from "./io.ts";
import { guarded, openStore, readSetup, type Setup, type SetupFlags, setupChannels } from "./setup.ts";

/** An engine on the store of a configuration. */
export interface Opened {
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
      if (event.type === "trigger-failed")
        put(io.stderr, `the trigger ${event.trigger} has stopped: ${event.reason}\n`);
    },
    onProblem: ({ doing, error }) => {
      put(io.stderr, `${doing}: ${(error as Error).message}\n`);
    },
  });
}

/** What channels say of where to. */
export function defaultDestinations({ config }: Setup): Record<string, string> {
  const found = Object.entries(config.channels).flatMap(([name, { to }]) => (to === undefined ? [] : [[name, to]]));
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

/** What is in force has to run with what is configured here, before anything happens that it should hear. @throws DefinitionError */
export async function checkInForce(engine: Engine): Promise<void> {
  const [first] = await engine.broken();
  if (first !== undefined) throw first;
}

/** Warns of stored definitions that cannot be read: they are left out, though they are listed. */
export async function warnOfBroken(engine: Engine, io: Io): Promise<void> {
  for (const { kind, of, path, message } of await engine.broken()) {
    const place = [`${kind} ${of}`, ...path].join(".");
    await write(io.stderr, `${place} cannot be read, so it is left out: ${visible(message)}\n`);
  }
}

/** What is wrong with a definition of the file is said where it stands in the file. */
export async function declared<T>(setup: Setup, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!isDefinitionError(error)) throw error;
    const { kind, of, path, message } = error;
    const place = pathOf(error);
    // Without a place in it, it is not what is written that is wrong.
    if (path.length === 0 || !isIn(setup.raw, place.slice(0, place.length - path.length))) {
      throw new Error(`${kind} ${of}${path.map((step) => `.${step}`).join("")}: ${message}`);
    }
    return setup.fail(place, message);
  }
}

const isDefinitionError = (error: unknown): error is DefinitionError =>
  (error as Error | undefined)?.name === "DefinitionError";

function isIn(raw: unknown, path: readonly string[]): boolean {
  let at = raw;
  for (const step of path) {
    if (at === null || typeof at !== "object" || !Object.hasOwn(at, step)) return false;
    at = (at as Record<string, unknown>)[step];
  }
  return true;
}

/**
 * All that the file declares. @throws InputError for an alert file that cannot be read, or is wrong; and without a file, which
 * would declare that there is nothing
 */
export async function desiredStateOf(setup: Setup, io: Io): Promise<DesiredState> {
  const { config, raw, file } = setup;
  if (raw === undefined)
    throw new InputError("there is no such file here; name the configuration with --config", { file });
  return wantedBy(config, raw, (trigger, path) => alertOf(trigger, path, setup, io));
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
    return setup.fail(["triggers", trigger, "alert"], (error as Error).message);
  }
}

/** @throws InputError if there is none of that name */
export async function definitionOf(
  { definitions }: Pick<SqliteStore, "definitions">,
  kind: DefinitionKind,
  name: string,
): Promise<Definition> {
  const all = (await definitions.all()).filter((one) => one.kind === kind);
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = all.map((one) => one.name).join(", ");
  throw new Error(`no ${kind} named ${name}; ${names === "" ? "none are defined yet" : `there are: ${names}`}`);
}

/** `prf_…`, or `kind=value`. @throws InputError if there is no such profile */
export async function findProfile({ store }: Pick<Opened, "store">, given: string) {
  const [, kind, value] = /^([a-z][a-z0-9_-]*)=(.+)$/s.exec(given) ?? [];
  const values = kind === undefined ? [] : [value!, value!.trim().toLowerCase()];
  const ids = kind === undefined ? [given] : await store.profiles.find(values.map((one) => ({ kind, value: one })));
  const id = ids.find((one) => one !== undefined);
  const [profile] = id === undefined ? [] : await store.profiles.get([id]);
  if (profile !== undefined) return profile;
  throw new Error(`there is no profile ${given}; give its id, or an identifier such as email=ada@example.com`);
}
