import { type Command, InvalidArgumentError } from "commander";
import { formatElapsed, parseDuration } from "../../base/duration.ts";
import { escapeControls } from "../../base/escape-controls.ts";
import type { BackfillOptions, Estimate } from "../../triggers/index.ts";
import type { ExitCode } from "../command.ts";
import { checkInForce, definitionOf, warnOfBroken, withEngine } from "../engine.ts";
import { parseCount } from "../flags.ts";
import { confirmed, declined, type Io, write } from "../io.ts";
import { plural } from "../plural.ts";
import { addSetupOptions, type SetupFlags } from "../setup.ts";
import { table } from "../table.ts";
import { runText, workRuns } from "./runs.ts";

interface Flags extends SetupFlags {
  readonly json?: true;
}

/** Adds `tocsin trigger …`: lists, shows, activates and pauses triggers. */
export function addTriggerCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  const trigger = program
    .command("trigger")
    .description("Triggers in force. They are declared in the configuration: see tocsin plan and apply.")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false);
  const command = (name: string, summary: string) =>
    addSetupOptions(trigger.command(name).description(summary))
      .option("--json", "print JSON, one line per item")
      .helpOption("-h, --help", "print this help");
  command("list", "Lists triggers with their states, and counts what they sent within a day.").action(
    async (flags: Flags) => {
      end(
        await withEngine(flags, io, async ({ engine, store, now }) => {
          const { recentActivity } = await import("../../triggers/trigger-activity.ts");
          const triggers = (await store.definitions.all()).filter(({ kind }) => kind === "trigger");
          const all = await Promise.all(
            triggers.map(async (one) => ({ ...one, ...(await recentActivity(store, one.name, now())) })),
          );
          if (flags.json) {
            const lines = all.map(({ name, body, status, lastDay, failures }) =>
              JSON.stringify({ name, ...(status as object), body, lastDay, failures }),
            );
            return write(io.stdout, lines.map((line) => `${line}\n`).join(""));
          }
          const rows = all.map(({ name, body, status, lastDay }) => {
            const { state, next } = status as { state: string; next?: number };
            const on = Object.entries((body as { on?: object }).on ?? {})
              .map(([key, value]) => `${key} ${value}`)
              .join(", ");
            const counts = [lastDay.sent, lastDay.aborted, lastDay.failed].map((count) => count.toLocaleString("en"));
            return [name, state, ...counts, next === undefined ? "" : new Date(next).toISOString(), on];
          });
          await warnOfBroken(engine, io);
          if (rows.length === 0) return write(io.stdout, "No triggers.\n");
          const head = ["trigger", "state", "sent", "aborted", "failed", "next", "on"];
          await write(io.stdout, table(head, rows));
          for (const { name, status, lastDay, failures } of all) {
            const { state, reason = "" } = status as { state: string; reason?: string };
            if (state === "failed") await write(io.stderr, `${name} stopped: ${escapeControls(reason)}\n`);
            if (lastDay.failed === 0) continue;
            await write(
              io.stderr,
              `${name} fails: ${escapeControls(failures[0]?.reason ?? "")}; see tocsin trigger show ${name}\n`,
            );
          }
        }),
      );
    },
  );
  command("show", "Prints a trigger as JSON: definition, state and recent activity.")
    .argument("<trigger>")
    .action(async (name: string, flags: Flags) => {
      end(
        await withEngine(flags, io, async ({ store, now }) => {
          const { body, status, origin } = await definitionOf(store, "trigger", name);
          const { recentActivity } = await import("../../triggers/trigger-activity.ts");
          const shown = { name, origin, ...(status as object), body, ...(await recentActivity(store, name, now())) };
          await write(io.stdout, `${JSON.stringify(shown, null, flags.json ? 0 : 2)}\n`);
        }),
      );
    });
  for (const [verb, state, summary] of [
    ["activate", "active", "Activates a trigger: it fires from now on."],
    ["pause", "paused", "Pauses a trigger until it is activated. What it misses is not sent later."],
  ] as const) {
    command(verb, summary)
      .argument("<trigger>")
      .action(async (name: string, flags: Flags) => {
        end(
          await withEngine(flags, io, async ({ engine }) => {
            await engine.setState(name, state);
            await write(io.stdout, flags.json ? `${JSON.stringify({ name, state })}\n` : `${name} is ${state}\n`);
          }),
        );
      });
  }
}

interface BackfillFlags extends Flags, BackfillOptions {
  readonly estimate?: true;
  readonly yes?: true;
  readonly wait?: true;
}

export function addBackfillCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  addSetupOptions(program.command("backfill"))
    .description(
      "Estimates how many people would be alerted, then alerts once each member of the trigger's audience that it has never alerted. tocsin serve does the work, or this command with --wait.",
    )
    .argument("<trigger>")
    .option("--yes", "start without asking (otherwise: show the estimate and ask, if at a terminal)")
    .option("--estimate", "only estimate how many would be alerted, and what would fail")
    .option("--limit <count>", "alert at most this many people", parseCount)
    .option("--sample <fraction>", "alert only a random part of the members: 0.01 is one in a hundred", parseFraction)
    .option("--rate-limit <count/time>", "alert at most this many people in a time: 100/1s", parseRate)
    .option("--wait", "alert them in this process, now")
    .option("--json", "print JSON")
    .helpOption("-h, --help", "print this help")
    .action(async (name: string, flags: BackfillFlags) => {
      const { limit, sample, rateLimit } = flags;
      const options = { limit, sample, rateLimit };
      end(
        await withEngine(flags, io, async (opened) => {
          const { engine, store } = opened;
          await checkInForce(engine);
          if (flags.estimate || !flags.yes) {
            const estimate = await engine.estimate(name, options);
            await write(io.stdout, flags.json ? `${JSON.stringify(estimate)}\n` : estimateText(estimate));
            if (flags.estimate) return 0;
            if (!(await confirmed("Alert them?", io))) return declined("alert them", io);
          }
          const { id } = await engine.backfill(name, options);
          if (flags.wait) await workRuns(opened, io);
          const run = (await store.runs.get(id))!;
          await write(io.stdout, flags.json ? `${JSON.stringify(run)}\n` : `${runText(run)}\n`);
          return 0;
        }),
      );
    });
}

function estimateText({ members, sampled, sent, skipped, aborted, failed, duration, problems }: Estimate): string {
  const time = duration === undefined ? "" : `, in ${formatElapsed(duration)}`;
  const others = `${skipped} skipped, ${aborted} aborted, ${failed} failed`;
  const first = `${plural(members, "member")}, ${sampled.toLocaleString("en")} sampled: about ${sent.toLocaleString("en")} would be alerted${time}; ${others}`;
  return [first, ...problems.map(({ profile, problem }) => `  ${profile}: ${escapeControls(problem)}`), ""].join("\n");
}

function parseFraction(text: string): number {
  const fraction = Number(text);
  if (!(fraction > 0 && fraction <= 1)) throw new InvalidArgumentError("Give a number above 0 and at most 1.");
  return fraction;
}

function parseRate(text: string): BackfillOptions["rateLimit"] {
  const [, count, time] = /^(\d+)\/(.+)$/.exec(text) ?? [];
  const per = time === undefined ? undefined : parseDuration(/^\d/.test(time) ? time : `1${time}`);
  if (count === undefined || Number(count) < 1 || !per)
    throw new InvalidArgumentError("Give a count and a time: 100/1s.");
  return { count: Number(count), per };
}
