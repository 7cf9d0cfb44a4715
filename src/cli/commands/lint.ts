import { type Command, InvalidArgumentError, Option } from "commander";
import { InputError, problemText, toProblem } from "../../files/index.ts";
import { findFiles, lintFile, noFiles, type Placed, placeOf, readTemplateFile } from "../../files/lint-files.ts";
import { rules, type Severity } from "../../lint/index.ts";
import type { ExitCode } from "../command.ts";
import { parseSets } from "../function-sets.ts";
import { type Io, write } from "../io.ts";
import { fixFile } from "./lint-fix.ts";
import { type LintFlags, lintOptions } from "./lint-options.ts";
import { type Format, formats, print } from "./lint-output.ts";
import { parseDelims } from "./render.ts";

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
  $ tocsin lint alerts --profile profiles.ndjson     checked against real profiles
  $ tocsin lint welcome.yaml --schema profile.json   checked against a JSON Schema of a profile
  $ tocsin lint --fix                                with safe fixes applied
  $ tocsin lint --format sarif > lint.sarif          for code scanning

In a template, {{/* tocsin-disable-next-line RULE */}} disables a rule for a line.
Exit codes: 0 no errors, 1 errors or too many warnings, or no files, 2 the command line is wrong, 3 something could not be read.`;

export function addLintCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  program
    .command("lint")
    .description("Finds mistakes in alerts and templates, and suggests corrections.")
    .argument("[path...]", "files, folders or patterns; - reads one file from the standard input", ["."])
    .option("-p, --profile <file>", "profiles to check against: JSON, or NDJSON of many")
    .option("--schema <file>", "JSON Schema of a profile to check against")
    .option(
      "--functions <sets>",
      "function sets: sprig, alerting, alertmanager with commas between, or none (default: sprig,alerting)",
      parseSets,
    )
    .addOption(
      new Option("--channel <kind>", "report texts longer than this kind of channel shows").choices([
        "push",
        "email",
        "sms",
      ]),
    )
    .option("--rule <rule=severity>", "set a rule to error, warning, info or off; may be repeated", collectRule)
    .option("--fix", "apply safe fixes; for the standard input, print the fixed text")
    .option("--fix-dry-run", "show what --fix would change, without changing it")
    .option("--max-warnings <count>", "fail if there are more warnings than this (default: no limit)", parseCount)
    .option("--quiet", "report errors only")
    .addOption(new Option("-f, --format <format>", "output format").choices(formats).default("pretty"))
    .option("--stdin-filename <name>", "name of the standard input; its ending says what it holds")
    .addOption(new Option("--missing-key <what>", "as for render").choices(["default", "zero", "error", "required"]))
    .addOption(new Option("--numbers <kind>", "as for render").choices(["int", "float64"]))
    .option("--delims <left,right>", "as for render", parseDelims)
    .option("-c, --config <file>", "configuration file; its lint section is used (default: tocsin.yaml, if it exists)")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", help)
    .action(async (paths: string[], flags: Flags) => end(await lintCommand(paths, flags, io)));
}

function collectRule(text: string, others: LintFlags["rule"] = {}): LintFlags["rule"] {
  const [, name, severity] = /^([\w-]+)=(error|warning|info|off)$/.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError("Write RULE=error, RULE=warning, RULE=info or RULE=off.");
  if (!rules.some((rule) => rule.name === name)) throw new InvalidArgumentError(`No rule is named ${name}.`);
  return { ...others, [name]: severity as Severity };
}

function parseCount(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("Give a whole number from 0.");
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
    const { lint } = await import("../../lint/index.ts");
    const found = await findFiles(paths, io);
    if (found.length === 0) {
      await write(io.stderr, problemText(toProblem(noFiles(paths), undefined)));
      return 1;
    }
    for (const path of found) {
      try {
        const read = await readTemplateFile(path, flags.stdinFilename, io);
        files++;
        const result = lintFile(read, options, lint);
        const kept =
          flags.fix || flags.fixDryRun
            ? await fixFile(path, read, result, options, flags, io)
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
  // With --fix, the standard output is the text that came from the standard input.
  const output = flags.fix && !flags.fixDryRun && paths.includes("-") ? io.stderr : io.stdout;
  const colours = output.isTTY === true && !(io.env ?? process.env).NO_COLOR;
  if (!failed || shown.length > 0) await write(output, print(flags.format, { files, placed: shown, fixed }, colours));
  if (failed) return 3;
  const count = (severity: Severity) => placed.filter(({ finding }) => finding.severity === severity).length;
  return count("error") > 0 || count("warning") > (flags.maxWarnings ?? Number.POSITIVE_INFINITY) ? 1 : 0;
}
