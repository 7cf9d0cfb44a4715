import { type Command, InvalidArgumentError, Option } from "commander";
import {
  openFile,
  problemJson,
  problemText,
  type Report,
  readProfiles,
  type Source,
  toProblem,
} from "../../files/index.ts";
import type { TemplateOptions } from "../../index.ts";
import type { ExitCode } from "../command.ts";
import { type Io, write } from "../io.ts";
import { promptedSource } from "./prompted-source.ts";
import { renderLines } from "./render-lines.ts";
import { abortedText, renderedJson, renderedText } from "./rendered.ts";

interface Flags {
  readonly profile?: string;
  readonly json?: true;
  readonly numbers: "int" | "float64";
  readonly missingKey: "default" | "zero" | "error" | "required";
  readonly delims?: [left: string, right: string];
  readonly name?: string;
}

const examples = `
Examples:
  $ tocsin render welcome.yaml --profile ada.json          an alert, as text
  $ tocsin render welcome.yaml --profile ada.json --json   the same as JSON
  $ tocsin render welcome.yaml --profile all.ndjson        an alert for every profile, as NDJSON
  $ tocsin render greeting.tmpl --profile ada.json         any other file is one template
  $ echo 'Hey, {{ .first_name | default "you" }}' | tocsin render
  $ export-profiles | tocsin render welcome.yaml --profile - > alerts.ndjson

An alert file is YAML with title, and optionally subtitle, body and html; each is a Go template.`;

export function addRenderCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  program
    .command("render")
    .description("Renders an alert (.yaml, .yml) or a template (any other file) for one profile or many.")
    .argument("[file]", "alert or template; - or none: a template from the standard input")
    .option(
      "-p, --profile <file>",
      "JSON, or NDJSON with one profile per line; - reads the standard input (default: {})",
    )
    .option("--json", "print results and errors as JSON")
    .addOption(
      new Option(
        "--missing-key <what>",
        "what a missing field gives: Go's missingkey options, or an error if it is printed",
      )
        .choices(["default", "zero", "error", "required"])
        .default("default"),
    )
    .addOption(
      new Option("--numbers <kind>", "type of whole numbers: Go's int, or float64")
        .choices(["int", "float64"])
        .default("int"),
    )
    .option("--delims <left,right>", 'delimiters of actions, as in "<%,%>" or "<% %>" (default: "{{,}}")', parseDelims)
    .option("--name <name>", "name of the template in error messages (default: the file, or the part of the alert)")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", examples)
    .showHelpAfterError("(tocsin render --help lists the options)")
    .action(async (file: string | undefined, flags: Flags, command: Command) => {
      if ((file ?? "-") === "-" && flags.profile === "-") {
        command.error("error: the template and the profile cannot both come from the standard input");
      }
      end(await render(file ?? "-", flags, io));
    });
}

export function parseDelims(value: string): [string, string] {
  const [left, right, ...more] = value.trim().split(/\s/.test(value.trim()) ? /\s+/ : ",");
  if (!left || !right || more.length > 0)
    throw new InvalidArgumentError('Give two delimiters, as in "<%,%>" or "<% %>".');
  return [left, right];
}

async function render(file: string, flags: Flags, io: Io): Promise<ExitCode> {
  const loading = Promise.all([import("../../index.ts"), import("../../functions/index.ts")]);
  const report: Report = (problem) => write(io.stderr, flags.json ? problemJson(problem) : problemText(problem));
  let source: Source | undefined;
  try {
    source = await promptedSource(file, io);
    const [engine, { alerting, sprig }] = await loading;
    const renderOne = source.compile(engine, { ...templateOptions(flags), functions: [sprig, alerting] });
    const opened = flags.profile === undefined ? undefined : await openFile(flags.profile, io);
    const profiles = opened ? await readProfiles(opened, flags.numbers) : { one: {} };
    if ("many" in profiles) {
      return await renderLines(profiles.many, { ...opened!, ...flags, source, renderOne, report, io });
    }
    const rendered = renderOne(profiles.one);
    if (flags.json) await write(io.stdout, renderedJson(rendered));
    else if (rendered.aborted !== undefined) await write(io.stderr, abortedText(rendered));
    else await write(io.stdout, renderedText(rendered));
    return 0;
  } catch (error) {
    await report(toProblem(error as Error, source));
    return 1;
  }
}

function templateOptions({ name, delims, missingKey, numbers }: Flags): TemplateOptions {
  return { missingKey, numbers, ...(name !== undefined && { name }), ...(delims && { delims }) };
}
