import type { Command } from "commander";
import { visible } from "../../base/visible.ts";
import type { Plan, Step } from "../../triggers/index.ts";
import type { ExitCode } from "../command.ts";
import { desiredStateOf, type Opened, withEngine } from "../engine.ts";
import { confirmed, type Io, write } from "../io.ts";
import { addSetupOptions, type SetupFlags } from "../setup.ts";
import { workRuns } from "./runs.ts";

interface Flags extends SetupFlags {
  readonly json?: true;
  readonly fire?: true;
  readonly yes?: true;
  readonly wait?: true;
}

export function addPlanCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  addSetupOptions(program.command("plan"))
    .description(
      "Compares what the configuration declares with what is in force: who would enter and leave, what the linter says. Changes nothing.",
    )
    .option("--json", "print it as JSON")
    .helpOption("-h, --help", "print this help")
    .action(async (flags: Flags) => {
      end(
        await withEngine(flags, io, async ({ engine, setup }) => {
          await printPlan(await engine.plan(await desiredStateOf(setup, io)), flags, io);
        }),
      );
    });
}

export function addApplyCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  addSetupOptions(program.command("apply"))
    .description(
      "Shows the plan, then declares what the configuration says and removes what it no longer has. Audiences that are new or changed are gone through by tocsin serve, or here with --wait.",
    )
    .option("--yes", "do it; without it, the plan is shown, and asked for at a terminal")
    .option("--fire", "who enters or leaves because a condition changed is alerted")
    .option("--wait", "go through the audiences here and now")
    .option("--json", "print what was done as JSON")
    .helpOption("-h, --help", "print this help")
    .action(async (flags: Flags) => end(await withEngine(flags, io, (opened) => apply(opened, flags, io))));
}

async function apply(opened: Opened, flags: Flags, io: Io): Promise<ExitCode> {
  const { engine, setup } = opened;
  const wanted = await desiredStateOf(setup, io);
  const plan = await engine.plan(wanted);
  await printPlan(plan, flags, io);
  if (plan.steps.length > 0) {
    if (!flags.yes && !(await confirmed("Put this into force?", io))) {
      await write(io.stderr, "nothing was done; say --yes to do it\n");
      return 1;
    }
    await engine.apply(wanted, { fire: flags.fire === true });
  }
  if (flags.wait) await workRuns(opened, io);
  return 0;
}

const signs = { create: "+", change: "~", remove: "-", state: ">" } as const;

async function printPlan({ steps, findings }: Plan, { json }: Flags, io: Io): Promise<void> {
  if (json) return write(io.stdout, `${JSON.stringify({ steps: steps.map(shown), findings }, null, 2)}\n`);
  if (steps.length === 0) return write(io.stdout, "Nothing changes.\n");
  let text = "";
  for (const step of steps) {
    text += `${signs[step.action]} ${visible(step.effect)}\n`;
    const { entering = [], leaving = [] } = step.members ?? {};
    for (const [word, some] of [
      ["enters", entering],
      ["leaves", leaving],
    ] as const) {
      for (const { id, fields } of some) text += `    ${word}: ${id} ${visible(short(JSON.stringify(fields)))}\n`;
    }
  }
  for (const { where, severity, message } of findings) text += `! ${where}: ${severity}: ${visible(message)}\n`;
  await write(io.stdout, text);
}

const short = (text: string): string => (text.length <= 80 ? text : `${text.slice(0, 79).toWellFormed()}…`);

const shown = ({ before: _before, ...step }: Step) => step;
