import { type Command, InvalidArgumentError, Option } from "commander";
import { createTwoFilesPatch } from "diff";
import type { AlertTemplate, Finding, LintOptions, Part, Severity, Shape } from "../index.ts";
import type { ExitCode } from "./cli.ts";
import { openFile, readText, writeText } from "./file.ts";
import { allSets, loadSets, parseSets, type SetName } from "./functions.ts";
import { type Io, write } from "./io.ts";
import { lintSettings } from "./lint-config.ts";
import { findFiles, readTemplateFile, type TemplateFile } from "./lint-files.ts";
import { type Format, formats, type Placed, print } from "./lint-output.ts";
import { InputError, problemText, toProblem } from "./problem.ts";
import { isBlank, parseProfile, readProfiles } from "./profiles.ts";
import { parseDelims } from "./render.ts";
import { alertParts } from "./source.ts";

export interface LintFlags {
  readonly profile?: string;
  readonly schema?: string;
  readonly functions?: readonly SetName[];
  readonly channel?: "push" | "email" | "sms";
  readonly rule: Readonly<Record<string, Severity | "off">>;
  readonly missingKey?: LintOptions["missingKey"];
  readonly numbers?: LintOptions["numbers"];
  readonly delims?: [left: string, right: string];
  readonly config?: string;
}

interface Flags extends LintFlags {
  readonly format: Format;
  readonly fix?: true;
  readonly fixDryRun?: true;
  readonly maxWarnings?: number;
  readonly stdinFilename?: string;
  readonly quiet?: true;
}

const help = `
Examples:
  $ tocsin lint                                      everything below this folder
  $ tocsin lint alerts --profile profiles.ndjson     against the data that is there
  $ tocsin lint welcome.yaml --schema profile.json   against a JSON Schema of a profile
  $ tocsin lint --fix                                with what can safely be fixed, fixed
  $ tocsin lint --format sarif > lint.sarif          for code scanning

In a template, {{/* tocsin-disable-next-line RULE */}} silences a rule for a line.
Exit codes: 0 nothing found, 1 errors or too many warnings, 2 the command line is wrong, 3 something could not be read.`;

export function addLintCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  program
    .command("lint")
    .summary("find what is wrong with alerts and templates before they are sent")
    .description("Finds what is wrong with alerts and templates, and says what would be right.")
    .argument("[path...]", "files, folders or patterns; - reads one from the standard input", ["."])
    .option("-p, --profile <file>", "profiles to check against: JSON, or NDJSON of many")
    .option("--schema <file>", "JSON Schema of a profile to check against")
    .option(
      "--functions <sets>",
      "sprig, alerting, alertmanager with commas between, or none (default: sprig,alerting)",
      parseSets,
    )
    .addOption(
      new Option("--channel <kind>", "where alerts go, for what is too long to be shown").choices([
        "push",
        "email",
        "sms",
      ]),
    )
    .option("--rule <rule=severity>", "error, warning, info or off; more than once for more", collectRule, {})
    .option("--fix", "fix what can safely be fixed")
    .option("--fix-dry-run", "show what --fix would change, change nothing")
    .option("--max-warnings <count>", "more are a failure (default: any number is none)", parseCount)
    .option("--quiet", "errors only")
    .addOption(new Option("-f, --format <format>", "how findings are printed").choices(formats).default("pretty"))
    .option("--stdin-filename <name>", "what the standard input is called, and so what it is")
    .addOption(new Option("--missing-key <what>", "as render's").choices(["default", "zero", "error", "required"]))
    .addOption(new Option("--numbers <kind>", "as render's").choices(["int", "float64"]))
    .option("--delims <left,right>", "as render's", parseDelims)
    .option("-c, --config <file>", "configuration, of which lint is read (default: tocsin.yaml, if it is there)")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", help)
    .action(async (paths: string[], flags: Flags) => end(await lintCommand(paths, flags, io)));
}

function collectRule(text: string, others: LintFlags["rule"]): LintFlags["rule"] {
  const [, name, severity] = /^([\w-]+)=(error|warning|info|off)$/.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError("Write it as RULE=error, warning, info or off.");
  return { ...others, [name]: severity as Severity };
}

function parseCount(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("Give a whole number.");
  return Number(text);
}

async function lintCommand(paths: readonly string[], flags: Flags, io: Io): Promise<ExitCode> {
  const placed: Placed[] = [];
  let [files, fixed, failed] = [0, 0, false];
  const fail = async (error: unknown): Promise<void> => {
    failed = true;
    await write(io.stderr, problemText(toProblem(error as Error, undefined)));
  };
  try {
    const options = await lintOptions(flags, io);
    const { lint } = await import("../index.ts");
    for (const path of await findFiles(paths, io)) {
      try {
        const read = await readTemplateFile(path, flags.stdinFilename, io);
        files++;
        const result = lintFile(read, options, lint);
        const kept =
          flags.fix || flags.fixDryRun
            ? await fixFile(read, result, options, flags, io)
            : { findings: result, file: read, fixed: 0 };
        fixed += kept.fixed;
        placed.push(...kept.findings.map((finding) => placeOf(finding, kept.file)));
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        await fail(error);
      }
    }
  } catch (error) {
    await fail(error);
  }
  const shown = flags.quiet ? placed.filter(({ finding }) => finding.severity === "error") : placed;
  const colours = io.stdout.isTTY === true && !(io.env ?? process.env).NO_COLOR;
  if (!failed || shown.length > 0)
    await write(io.stdout, print(flags.format, { files, placed: shown, fixed }, colours));
  if (failed) return 3;
  const count = (severity: Severity) => placed.filter(({ finding }) => finding.severity === severity).length;
  return count("error") > 0 || count("warning") > (flags.maxWarnings ?? Number.POSITIVE_INFINITY) ? 1 : 0;
}

/** What the flags and the configuration say, with the data read. @throws InputError */
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
    ...optional("longest", settings.longest),
    ...optional("missingKey", flags.missingKey ?? settings.missingKey),
    ...optional("numbers", flags.numbers ?? settings.numbers),
    ...optional("delims", flags.delims),
  };
}

const optional = <Name extends string, Value>(name: Name, value: Value | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { [N in Name]?: Value };

/** So many profiles are rendered by the rules that render; all are looked at for what there is. */
const mostSamples = 500;

async function readShape(
  { profile, schema }: { profile?: string | undefined; schema?: string | undefined },
  io: Io,
): Promise<{ shape: Shape; samples?: unknown[] } | undefined> {
  const { addSample, createShape, shapeOfSchema } = await import("../index.ts");
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
  const add = (one: unknown): void => {
    addSample(shape, one);
    if (samples.length < mostSamples) samples.push(one);
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

type Lint = typeof import("../index.ts").lint;

/** The templates of a file, by the part they are. */
function templateOf({ source, text }: TemplateFile): string | AlertTemplate {
  return source.alertTemplate ?? text;
}

export function lintFile(file: TemplateFile, options: LintOptions, lint: Lint): Finding[] {
  const template = templateOf(file);
  return lint(template, typeof template === "string" ? { ...options, name: file.source.name ?? file.file } : options);
}

function placeOf(finding: Finding, { file, source }: TemplateFile): Placed {
  const scalar = finding.part && source.scalar?.(finding.part);
  const from = scalar ? scalar.place(finding.line, finding.column) : finding;
  const to = scalar
    ? scalar.place(finding.endLine, finding.endColumn)
    : { line: finding.endLine, column: finding.endColumn };
  return { finding, file, line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
}

/** Fixes may make room for others: a few rounds are enough for all. */
const mostRounds = 5;

async function fixFile(
  read: TemplateFile,
  found: readonly Finding[],
  options: LintOptions,
  flags: Flags,
  io: Io,
): Promise<{ findings: readonly Finding[]; file: TemplateFile; fixed: number }> {
  const { lint } = await import("../index.ts");
  let [file, findings, fixed] = [read, found, 0];
  for (let round = 0; round < mostRounds; round++) {
    const next = await applyRound(file, findings, io);
    if (next === undefined) break;
    file = next.file;
    fixed += next.fixed;
    findings = lintFile(file, options, lint);
  }
  if (fixed === 0) return { findings, file, fixed };
  if (flags.fixDryRun) {
    await write(io.stdout, createTwoFilesPatch(read.file, read.file, read.text, file.text, "", "fixed"));
    return { findings: found, file: read, fixed: 0 };
  }
  if (read.file === "stdin" || flags.stdinFilename !== undefined) await write(io.stdout, file.text);
  else await writeText(read.file, file.text, io);
  return { findings, file, fixed };
}

/** The file with one round of fixes; of an alert, only where the YAML then says exactly what the fixed template does. */
async function applyRound(
  file: TemplateFile,
  findings: readonly Finding[],
  _io: Io,
): Promise<{ file: TemplateFile; fixed: number } | undefined> {
  const { applyEdits, applyFixes } = await import("../index.ts");
  const { alertSource } = await import("./alert-file.ts");
  const template = templateOf(file);
  if (typeof template === "string") {
    const { text, applied } = applyFixes(
      template,
      findings.filter(({ name }) => name === (file.source.name ?? file.file)),
    );
    const { templateSource } = await import("./source.ts");
    if (applied.length === 0) return undefined;
    return {
      file: { ...file, text, source: templateSource(file.file, text, file.source.name ?? file.file) },
      fixed: applied.length,
    };
  }
  let { text, source } = file;
  let fixed = 0;
  for (const part of alertParts) {
    const before = source.alertTemplate?.[part];
    if (before === undefined) continue;
    const { text: after, applied } = applyFixes(
      before,
      findings.filter((finding) => finding.part === part),
    );
    const edits = source.scalar?.(part as Part)?.editsInFile(applied.flatMap(({ fix }) => fix?.edits ?? []));
    if (applied.length === 0 || edits === undefined) continue;
    const edited = applyEdits(text, edits);
    try {
      const again = alertSource(file.file, edited);
      if (again.alertTemplate?.[part] !== after) continue;
      [text, source] = [edited, again];
      fixed += applied.length;
    } catch {
      // The YAML would not hold it as it is written; a person has to quote it.
    }
  }
  return fixed === 0 ? undefined : { file: { ...file, text, source }, fixed };
}
