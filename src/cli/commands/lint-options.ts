import { InputError, isBlank, openFile, parseProfile, readProfiles, readText } from "../../files/index.ts";
import type { LintOptions, Severity, Shape } from "../../lint/index.ts";
import { allSets, loadSets, type SetName } from "../function-sets.ts";
import type { Io } from "../io.ts";
import { lintSettings } from "./lint-config.ts";

/** Lint options of the command line; the configuration has the rest. */
export interface LintFlags {
  readonly profile?: string;
  readonly schema?: string;
  readonly functions?: readonly SetName[];
  readonly channel?: "push" | "email" | "sms";
  readonly rule?: Readonly<Record<string, Severity | "off">>;
  readonly missingKey?: LintOptions["missingKey"];
  readonly numbers?: LintOptions["numbers"];
  readonly delims?: [left: string, right: string];
  readonly config?: string;
}

/** Combines flags and configuration, and reads the profiles or the schema. @throws InputError */
export async function lintOptions(flags: LintFlags, io: Io): Promise<LintOptions> {
  const settings = await lintSettings(flags.config, io);
  const sets = flags.functions ?? settings.functions;
  const [functions, all, shape] = await Promise.all([
    loadSets(sets),
    allSets(),
    readShape({ ...settings, ...flags }, io),
  ]);
  return {
    functions,
    sets: all,
    rules: { ...settings.rules, ...flags.rule },
    ...(shape !== undefined && { ...shape }),
    ...optional("channel", flags.channel ?? settings.channel),
    ...optional("maxLength", settings.maxLength),
    ...optional("missingKey", flags.missingKey ?? settings.missingKey),
    ...optional("numbers", flags.numbers ?? settings.numbers),
    ...optional("delims", flags.delims),
  };
}

const optional = <Name extends string, Value>(name: Name, value: Value | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { [N in Name]?: Value };

/** At most this many profiles are rendered by the rules that render; all count for the types of fields. */
const maxSamples = 500;

async function readShape(
  { profile, schema }: { profile?: string | undefined; schema?: string | undefined },
  io: Io,
): Promise<{ shape: Shape; samples?: unknown[] } | undefined> {
  const { addSample, createShape, shapeOfSchema } = await import("../../lint/index.ts");
  if (schema !== undefined) {
    const text = await readText(schema, io);
    try {
      return { shape: shapeOfSchema(JSON.parse(text)) };
    } catch (error) {
      throw new InputError(`not a JSON Schema: ${(error as Error).message}`, { file: schema });
    }
  }
  if (profile === undefined) return undefined;
  const opened = await openFile(profile, io);
  const shape = createShape();
  const samples: unknown[] = [];
  const add = (profile: unknown): void => {
    addSample(shape, profile);
    if (samples.length < maxSamples) samples.push(profile);
  };
  const read = await readProfiles(opened, "int");
  if ("one" in read) add(read.one);
  else {
    for await (const batch of read.many) {
      for (const { bytes, number } of batch) {
        if (!isBlank(bytes)) add(parseProfile(bytes, { file: opened.file, line: number }, "int"));
      }
    }
  }
  return { shape, samples };
}
