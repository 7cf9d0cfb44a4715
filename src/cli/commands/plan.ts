import type { Command } from "commander";
import { escapeControls } from "../../base/escape-controls.ts";
import type { Plan, Step } from "../../triggers/index.ts";
import type { ExitCode } from "../command.ts";
import { desiredStateOf, type OpenEngine, withEngine } from "../engine.ts";
import { confirmed, declined, type Io, write } from "../io.ts";
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
      "Compares the configuration with what is in force: which profiles would enter and leave audiences, and what the linter finds. Changes nothing.",
    )
    .option("--json", "print JSON")
    .helpOption("-h, --help", "print this help")
    .action(async (flags: Flags) => {
      end(
        await withEngine(
          flags,
          io,
          async ({ engine, setup }) => {
            await printPlan(await engine.plan(await desiredStateOf(setup, io)), flags, io);
          },
          { create: true },
        ),
      );
    });
}

export function addApplyCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  addSetupOptions(program.command("apply"))
    .description(
      "Shows the plan, then creates, changes and removes definitions so that they match the configuration. tocsin serve evaluates new and changed audiences, or this command with --wait.",
    )
    .option("--yes", "apply without asking (otherwise: show the plan and ask, if at a terminal)")
    .option("--fire", "also fire triggers for people who enter or leave because of this change")
    .option("--wait", "evaluate the audiences in this process, now")
    .option("--json", "print the plan as JSON")
    .helpOption("-h, --help", "print this help")
    .action(async (flags: Flags) =>
      end(await withEngine(flags, io, (opened) => apply(opened, flags, io), { create: true })),
    );
}

async function apply(opened: OpenEngine, flags: Flags, io: Io): Promise<ExitCode> {
  const { engine, setup } = opened;
  const desired = await desiredStateOf(setup, io);
  const plan = await engine.plan(desired);
  await printPlan(plan, flags, io);
  if (plan.steps.length > 0) {
    if (!flags.yes && !(await confirmed("Apply this plan?", io))) return declined("apply", io);
    await engine.apply(desired, { fire: flags.fire === true });
  }
  if (flags.wait) await workRuns(opened, io);
  return 0;
}

const signs = { create: "+", change: "~", remove: "-", state: ">" } as const;

async function printPlan({ steps, findings }: Plan, { json }: Flags, io: Io): Promise<void> {
  if (json) return write(io.stdout, `${JSON.stringify({ steps: steps.map(shown), findings }, null, 2)}\n`);
  if (steps.length === 0) return write(io.stdout, "No changes.\n");
  let text = "";
  for (const step of steps) {
    text += `${signs[step.action]} ${escapeControls(step.effect)}\n`;
    const { entering = [], leaving = [] } = step.members ?? {};
    for (const [verb, profiles] of [
      ["enters", entering],
      ["leaves", leaving],
    ] as const) {
      for (const { id, fields } of profiles)
        text += `    ${verb}: ${id} ${escapeControls(short(JSON.stringify(fields)))}\n`;
    }
  }
  for (const { where, severity, message } of findings) text += `! ${where}: ${severity}: ${escapeControls(message)}\n`;
  await write(io.stdout, text);
}

const short = (text: string): string => (text.length <= 80 ? text : `${text.slice(0, 79).toWellFormed()}…`);

const shown = ({ before: _before, ...step }: Step) => step;
