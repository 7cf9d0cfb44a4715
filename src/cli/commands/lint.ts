import { type Command, InvalidArgumentError, Option } from "commander";
import { InputError, problemText, toProblem } from "../../files/index.ts";
import { findFiles, lintFile, type Placed, placeOf, readTemplateFile } from "../../files/lint-files.ts";
import { rules, type Severity } from "../../index.ts";
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
  $ tocsin lint alerts --profile profiles.ndjson     against the data that is there
  $ tocsin lint welcome.yaml --schema profile.json   against a JSON Schema of a profile
  $ tocsin lint --fix                                with what can safely be fixed, fixed
  $ tocsin lint --format sarif > lint.sarif          for code scanning

In a template, {{/* tocsin-disable-next-line RULE */}} silences a rule for a line.
Exit codes: 0 nothing found, 1 errors or too many warnings, 2 the command line is wrong, 3 something could not be read.`;

export function addLintCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  program
    .command("lint")
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
    .option("--fix", "fix what can safely be fixed; of the standard input, print the fixed text")
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
  if (!rules.some((rule) => rule.name === name)) throw new InvalidArgumentError(`There is no rule ${name}.`);
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
    const { lint } = await import("../../index.ts");
    for (const path of await findFiles(paths, io)) {
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
