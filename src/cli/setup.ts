import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { type Config, ConfigError, type Filled, readConfig, config as schema } from "../config/index.ts";
import type { Channel, Render } from "../dispatch/index.ts";
import { exists, InputError, problemText, readText, toProblem } from "../files/index.ts";
import type { AlertTemplate, Limits, TemplateOptions } from "../index.ts";
import type { Outbox } from "../store/index.ts";
import type { SqliteStore } from "../stores/sqlite.ts";
import type { ExitCode } from "./command.ts";
import { type Io, put, write } from "./io.ts";

export interface SetupFlags {
  readonly config?: string;
  readonly store?: string;
}

const defaultFile = "tocsin.yaml";

export const addSetupOptions = (command: Command): Command =>
  command
    .option("-c, --config <file>", `configuration (default: ${defaultFile}, if it is there)`)
    .option("--store <file>", "store, an SQLite file (default: the configuration's, or tocsin.db)");

/** A configuration, read and checked; without a file, the defaults. */
export interface Setup {
  readonly config: Config;
  /** The configuration as it is written; undefined without a file. */
  readonly raw: unknown;
  /** Lists values that the environment filled in. */
  readonly filled: readonly Filled[];
  /** The file's name in messages. */
  readonly file: string;
  /** The folder that relative paths in the configuration start from. */
  readonly folder: string;
  /** Options for the templates of alerts and of the configuration. */
  readonly templates: TemplateOptions & { readonly limits: Limits };
  /** Prints what the log channel sends. */
  print(text: string): void;
  /** Throws an InputError about the value at this path of the configuration. */
  fail(path: readonly string[], message: string): never;
}

export async function readSetup({ config: given }: SetupFlags, io: Io): Promise<Setup> {
  const file = given ?? (exists(defaultFile, io) ? defaultFile : undefined);
  const folder = resolve(io.cwd?.() ?? "", file === undefined ? "" : dirname(file));
  const text = file === undefined ? "" : await readText(file, io);
  try {
    const { value, raw, filled, fail } = readConfig(file ?? defaultFile, text, schema, io.env ?? process.env);
    const sets = await import("../functions/index.ts");
    const { serviceLimits } = await import("../index.ts");
    const { functions, timeZone, locale, limits } = value;
    const given = Object.entries(limits).filter(([, limit]) => limit !== undefined);
    const templates = {
      functions: functions.map((name) => sets[name]),
      limits: { ...serviceLimits, ...Object.fromEntries(given) },
      ...(timeZone !== undefined && { timeZone }),
      ...(locale !== undefined && { locale }),
    };
    return {
      file: file ?? defaultFile,
      config: value,
      raw: file === undefined ? undefined : raw,
      filled,
      folder,
      templates,
      print: (text) => put(io.stdout, text),
      fail: (at, message) => located(() => fail(at, message)),
    };
  } catch (error) {
    return located(() => {
      throw error;
    });
  }
}

/** Turns a ConfigError into an InputError, which the commands print. */
export function located<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { file, line, column, key, message } = error;
    throw new InputError(key === "" ? message : `${key}: ${message}`, { file, line, column });
  }
}

/** Opens the store, and creates it if it does not exist. */
export async function openStore({ config, folder }: Setup, { store }: SetupFlags, io: Io): Promise<SqliteStore> {
  const { sqliteStore } = await import("../stores/sqlite.ts");
  const file = store === undefined ? resolve(folder, config.store.file) : resolve(io.cwd?.() ?? "", store);
  const { age, size } = config.store.retention ?? {};
  return sqliteStore(file, { retention: { ...(age !== undefined && { age }), ...(size !== undefined && { size }) } });
}

/** Opens a store that has to be there. @throws InputError if it does not exist */
export async function openExistingStore(setup: Setup, flags: SetupFlags, io: Io): Promise<SqliteStore> {
  const file = flags.store ?? join(dirname(setup.file), setup.config.store.file);
  const path = flags.store === undefined ? resolve(setup.folder, setup.config.store.file) : file;
  if (!exists(path, io)) {
    throw new InputError("no store here; tocsin apply, send or serve creates one. Name another with --store", { file });
  }
  return openStore(setup, flags, io);
}

export async function setupChannels(setup: Setup): Promise<Record<string, Channel>> {
  const { createChannels } = await import("../config/channels.ts");
  return createChannels(setup.config, {
    ...setup,
    fail: (name, message) => setup.fail(["channels", name], message),
  });
}

/** Returns the function that renders for the dispatcher: each alert template is compiled once. */
export async function renderer({ templates }: Setup): Promise<Render> {
  const { compileAlert } = await import("../index.ts");
  const compiled = new WeakMap<object, ReturnType<typeof compileAlert>>();
  return (profile, template) => {
    const known = compiled.get(template as object);
    const alert = known ?? compileAlert(template as AlertTemplate, templates);
    if (!known) compiled.set(template as object, alert);
    return alert.render(profile);
  };
}

/** Runs a command on the outbox of a store that exists. Prints what a person can correct, with exit code 1. */
export async function withOutbox(
  flags: SetupFlags,
  io: Io,
  run: (opened: { readonly outbox: Outbox; now(): number }) => Promise<ExitCode>,
): Promise<ExitCode> {
  return guarded(io, async () => {
    const store = await openExistingStore(await readSetup(flags, io), flags, io);
    try {
      return await run({ outbox: store.outbox, now: Date.now });
    } finally {
      await store.close();
    }
  });
}

/** Prints an error that a person can correct to the error output, with exit code 1. */
export async function guarded(io: Io, run: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await run();
  } catch (error) {
    await write(io.stderr, problemText(toProblem(error as Error, undefined)));
    return 1;
  }
}
