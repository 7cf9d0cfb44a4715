import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import { type Config, ConfigError, type Filled, readConfig, config as schema } from "../config/index.ts";
import type { Channel, Render } from "../dispatch/index.ts";
import { exists, InputError, problemText, toProblem } from "../files/index.ts";
import type { AlertTemplate, Limits, TemplateOptions } from "../index.ts";
import type { Outbox } from "../store/index.ts";
import type { SqliteStore } from "../stores/sqlite.ts";
import type { ExitCode } from "./command.ts";
import { type Io, put, write } from "./io.ts";
import { nameMissingPackage } from "./package.ts";

export interface SetupFlags {
  readonly config?: string;
  readonly store?: string;
}

const defaultFile = "tocsin.yaml";

export const addSetupOptions = (command: Command): Command =>
  command
    .option("-c, --config <file>", `configuration (default: ${defaultFile}, if it is there)`)
    .option("--store <file>", "the outbox (default: the configuration's, or tocsin.db)");

/** A configuration, read and checked; without one, what holds without. */
export interface Setup {
  readonly config: Config;
  /** As it is written; undefined without one. */
  readonly raw: unknown;
  /** Lists values that the environment filled in. */
  readonly filled: readonly Filled[];
  /** As messages call it. */
  readonly file: string;
  /** Where relative paths in it start from. */
  readonly folder: string;
  /** For templates: alerts' and the configuration's. */
  readonly templates: TemplateOptions & { readonly limits: Limits };
  /** Where the log channel prints to. */
  print(text: string): void;
  /** Throws InputError: something is wrong with what stands at this path of the configuration. */
  fail(path: readonly string[], message: string): never;
}

export async function readSetup({ config: given }: SetupFlags, io: Io): Promise<Setup> {
  const file = given ?? (exists(defaultFile, io) ? defaultFile : undefined);
  const folder = resolve(io.cwd?.() ?? "", file === undefined ? "" : dirname(file));
  const path = resolve(io.cwd?.() ?? "", file ?? defaultFile);
  try {
    const text = file === undefined ? "" : await readFile(path, "utf8");
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
    if (error instanceof ConfigError)
      return located(() => {
        throw error;
      });
    throw new InputError(`this configuration cannot be read: ${(error as Error).message}`, {
      file: file ?? defaultFile,
    });
  }
}

/** What the configuration complains of, as all complaints are made here. */
export function located<T>(complain: () => T): T {
  try {
    return complain();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { file, line, column, key, message } = error;
    throw new InputError(key === "" ? message : `${key}: ${message}`, { file, line, column });
  }
}

export async function openStore({ config, folder }: Setup, { store }: SetupFlags, io: Io): Promise<SqliteStore> {
  const { sqliteStore } = await import("../stores/sqlite.ts");
  const file = store === undefined ? resolve(folder, config.store.file) : resolve(io.cwd?.() ?? "", store);
  const { age, size } = config.store.retention ?? {};
  return sqliteStore(file, { retention: { ...(age !== undefined && { age }), ...(size !== undefined && { size }) } });
}

export async function setupChannels(setup: Setup): Promise<Record<string, Channel>> {
  const { createChannels } = await import("../config/channels.ts");
  return createChannels(setup.config, {
    ...setup,
    fail: (name, message) => setup.fail(["channels", name], message),
  });
}

/** The template half, as the dispatcher calls it: each alert template compiled once. */
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

/** Runs a command on the outbox. What a person can put right is said, and is exit code 1. */
export async function withStore(
  flags: SetupFlags,
  io: Io,
  run: (opened: { readonly outbox: Outbox; now(): number }) => Promise<unknown>,
): Promise<ExitCode> {
  return guarded(io, async () => {
    const store = await openStore(await readSetup(flags, io), flags, io);
    try {
      const code = await run({ outbox: store.outbox, now: Date.now });
      return code === 1 ? 1 : 0;
    } finally {
      await store.close();
    }
  });
}

/** What a person can put right is said on the error output, and is exit code 1. */
export async function guarded(io: Io, run: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await run();
  } catch (error) {
    await write(io.stderr, problemText(toProblem(nameMissingPackage(error) as Error, undefined)));
    return 1;
  }
}
