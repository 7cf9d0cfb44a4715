import { type Command, Option } from "commander";
import { escapeControls } from "../../base/escape-controls.ts";
import {
  alertParts,
  isBlank,
  openFile,
  parseProfile,
  problemText,
  type Rendered,
  readProfiles,
  toProblem,
} from "../../files/index.ts";
import { shownLengths } from "../../lint/index.ts";
import type { ExitCode } from "../command.ts";
import { loadSets, parseSets, type SetName } from "../function-sets.ts";
import { type Io, write } from "../io.ts";
import { plural } from "../plural.ts";
import { createProgress } from "../progress.ts";
import { promptedSource } from "./prompted-source.ts";

interface Flags {
  readonly profiles: string;
  readonly channel?: "push" | "email" | "sms";
  readonly functions?: readonly SetName[];
  readonly missingKey?: "default" | "zero" | "error" | "required";
  readonly json?: true;
}

export function addDryRunCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  program
    .command("dry-run")
    .description(
      "Renders an alert for every profile without sending it, and reports which fail, abort, print <no value> or are too long.",
    )
    .argument("<alert>", "alert (.yaml) or template file")
    .requiredOption("-p, --profiles <file>", "NDJSON, one profile per line; - reads the standard input")
    .addOption(
      new Option("--channel <kind>", "report texts longer than this kind of channel shows").choices([
        "push",
        "email",
        "sms",
      ]),
    )
    .option(
      "--functions <sets>",
      "function sets: sprig, alerting, alertmanager with commas between, or none (default: sprig,alerting)",
      parseSets,
    )
    .addOption(new Option("--missing-key <what>", "as for render").choices(["default", "zero", "error", "required"]))
    .option("--json", "print the report as JSON")
    .helpOption("-h, --help", "print this help")
    .action(async (file: string, flags: Flags) => end(await dryRun(file, flags, io)));
}

/** Counts the profiles with one problem, with the lines of the first of them. */
interface Cases {
  count: number;
  readonly lines: number[];
}

/** At most this many different reasons are listed; further ones are counted together. */
const mostReasons = 50;
const mostLines = 5;

class DryRunReport {
  profiles = 0;
  rendered = 0;
  readonly failed = new Map<string, Cases>();
  readonly aborted = new Map<string, Cases>();
  readonly noValue = new Map<string, Cases>();
  readonly tooLong = new Map<string, Cases & { longest: number; maxLineLength: number; limit: number }>();

  add(kind: Map<string, Cases>, reason: string, line: number): void {
    const key = kind.has(reason) || kind.size < mostReasons ? reason : "other reasons";
    const cases = kind.get(key) ?? { count: 0, lines: [] };
    kind.set(key, cases);
    cases.count++;
    if (cases.lines.length < mostLines) cases.lines.push(line);
  }

  addLong(part: string, length: number, limit: number, line: number): void {
    const cases = this.tooLong.get(part) ?? { count: 0, lines: [], longest: 0, maxLineLength: line, limit };
    this.tooLong.set(part, cases);
    cases.count++;
    if (cases.lines.length < mostLines) cases.lines.push(line);
    if (length > cases.longest) [cases.longest, cases.maxLineLength] = [length, line];
  }
}

async function dryRun(file: string, flags: Flags, io: Io): Promise<ExitCode> {
  const report = new DryRunReport();
  try {
    const source = await promptedSource(file, io);
    const [engine, functions] = await Promise.all([
      import("../../index.ts"),
      loadSets(flags.functions ?? ["sprig", "alerting"]),
    ]);
    const render = source.compile(engine, { functions, ...(flags.missingKey && { missingKey: flags.missingKey }) });
    const opened = await openFile(flags.profiles, io);
    const progress = createProgress(io, opened.size, { always: true });
    const one = (bytes: Buffer | undefined, line: number): void => {
      report.profiles++;
      try {
        check(render(parseProfile(bytes, { file: opened.file, line }, "int")), line, flags.channel, report);
      } catch (error) {
        report.add(report.failed, (error as Error).message, line);
      }
    };
    const profiles = await readProfiles(opened, "int");
    if ("one" in profiles) one(Buffer.from(JSON.stringify(profiles.one)), 1);
    else {
      for await (const batch of profiles.many) {
        for (const { number, bytes } of batch) if (!isBlank(bytes)) one(bytes, number);
        progress.show(report.profiles, batch.at(-1)?.end ?? 0);
      }
    }
    progress.erase();
  } catch (error) {
    await write(io.stderr, problemText(toProblem(error as Error, undefined)));
    return 1;
  }
  await write(io.stdout, flags.json ? asJson(report) : asText(report));
  return report.failed.size > 0 || report.noValue.size > 0 ? 1 : 0;
}

function check(rendered: Rendered, line: number, channel: Flags["channel"], report: DryRunReport): void {
  if ("aborted" in rendered && rendered.aborted !== undefined) {
    report.add(report.aborted, rendered.aborted, line);
    return;
  }
  report.rendered++;
  const parts: [string, string | undefined][] =
    "text" in rendered ? [["text", rendered.text]] : alertParts.map((part) => [part, rendered[part]]);
  const limits = channel === undefined ? {} : shownLengths[channel];
  for (const [part, text] of parts) {
    if (text === undefined) continue;
    if (text.includes("<no value>")) report.add(report.noValue, part, line);
    const limit = limits?.[part as keyof typeof limits];
    if (limit !== undefined && text.length > limit) {
      const length = [...text].length;
      if (length > limit) report.addLong(part, length, limit, line);
    }
  }
}

const number = (n: number): string => n.toLocaleString("en");
const linesText = ({ lines, count }: Cases): string =>
  `${lines.length === 1 ? "line" : "lines"} ${lines.map(number).join(", ")}${count > lines.length ? ", …" : ""}`;

function asText({ profiles, rendered, failed, aborted, noValue, tooLong }: DryRunReport): string {
  const of = (kind: ReadonlyMap<string, Cases>) => [...kind.values()].reduce((sum, { count }) => sum + count, 0);
  let out = `${plural(profiles, "profile")}: ${number(rendered)} rendered, ${number(of(failed))} failed, ${number(of(aborted))} aborted\n`;
  for (const [reason, cases] of byCount(failed))
    out += `\n${number(cases.count)} failed: ${escapeControls(reason)}\n  ${linesText(cases)}\n`;
  for (const [reason, cases] of byCount(aborted))
    out += `\n${number(cases.count)} aborted: ${escapeControls(reason)}\n  ${linesText(cases)}\n`;
  for (const [part, cases] of byCount(noValue))
    out += `\n${number(cases.count)} print <no value> in the ${part}\n  ${linesText(cases)}\n`;
  for (const [part, cases] of byCount(tooLong)) {
    out += `\n${number(cases.count)} have a ${part} longer than the ${cases.limit} characters that are shown; the longest has ${number(cases.longest)} (line ${number(cases.maxLineLength)})\n  ${linesText(cases)}\n`;
  }
  return out;
}

const byCount = <C extends Cases>(kind: ReadonlyMap<string, C>): [string, C][] =>
  [...kind].sort(([, a], [, b]) => b.count - a.count);

function asJson({ profiles, rendered, failed, aborted, noValue, tooLong }: DryRunReport): string {
  const list = (kind: ReadonlyMap<string, Cases>, name: string) =>
    byCount(kind).map(([reason, cases]) => ({ [name]: reason, ...cases }));
  const report = {
    profiles,
    rendered,
    failed: list(failed, "error"),
    aborted: list(aborted, "reason"),
    noValue: list(noValue, "part"),
    tooLong: list(tooLong, "part"),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
