import { type Command, InvalidArgumentError } from "commander";
import { formatElapsed, parseDuration } from "../../base/duration.ts";
import { visible } from "../../base/visible.ts";
import type { BackfillOptions, Estimate } from "../../triggers/index.ts";
import type { ExitCode } from "../command.ts";
import { checkInForce, definitionOf, warnOfBroken, withEngine } from "../engine.ts";
import { parseCount } from "../flags.ts";
import { confirmed, type Io, write } from "../io.ts";
import { addSetupOptions, type SetupFlags } from "../setup.ts";
import { table } from "../table.ts";
import { sentence, workRuns } from "./runs.ts";

interface Flags extends SetupFlags {
  readonly json?: true;
}

/** `tocsin trigger …`: what fires, and whether it does. */
export function addTriggerCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  const trigger = program
    .command("trigger")
    .description("Triggers that are in force. They are declared in the configuration: see plan and apply.")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false);
  const command = (name: string, summary: string) =>
    addSetupOptions(trigger.command(name).description(summary))
      .option("--json", "print it as JSON, one line for each")
      .helpOption("-h, --help", "print this help");
  command("list", "Lists triggers, their states, and what became of what they fired within a day.").action(
    async (flags: Flags) => {
      end(
        await withEngine(flags, io, async ({ engine, store, now }) => {
          const { recentActivity } = await import("../../triggers/index.ts");
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
          if (rows.length === 0) return write(io.stdout, "There are no triggers.\n");
          const head = ["trigger", "state", "sent", "aborted", "failed", "next", "on"];
          await write(io.stdout, table(head, rows));
          for (const { name, status, lastDay, failures } of all) {
            const { state, reason = "" } = status as { state: string; reason?: string };
            if (state === "failed") await write(io.stderr, `${name} has stopped: ${visible(reason)}\n`);
            if (lastDay.failed === 0) continue;
            await write(
              io.stderr,
              `${name} fails: ${visible(failures[0]?.reason ?? "")}; see tocsin trigger show ${name}\n`,
            );
          }
        }),
      );
    },
  );
  command("show", "Prints what is declared of a trigger, its state, and what it fired lately, as JSON.")
    .argument("<trigger>")
    .action(async (name: string, flags: Flags) => {
      end(
        await withEngine(flags, io, async ({ store, now }) => {
          const { body, status, origin } = await definitionOf(store, "trigger", name);
          const { recentActivity } = await import("../../triggers/index.ts");
          const shown = { name, origin, ...(status as object), body, ...(await recentActivity(store, name, now())) };
          await write(io.stdout, `${JSON.stringify(shown, null, flags.json ? 0 : 2)}\n`);
        }),
      );
    });
  for (const [verb, state, summary] of [
    ["activate", "active", "Lets a trigger fire from now on."],
    ["pause", "paused", "Lets a trigger fire no more, until it is activated; what it missed is not made up for."],
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
      "Says how many would be alerted, then alerts the members of a trigger's audience that it has never alerted, once. They are gone through by tocsin serve, or here with --wait.",
    )
    .argument("<trigger>")
    .option("--yes", "do it; without it, the estimate is shown, and asked for at a terminal")
    .option("--estimate", "only say how many would be alerted, and what would go wrong")
    .option("--limit <count>", "alert at most so many profiles", parseCount)
    .option("--sample <fraction>", "take only this fraction of the members: 0.01 is one in a hundred", parseFraction)
    .option("--rate-limit <count/time>", "alert at most so many in a time: 100/1s", parseRate)
    .option("--wait", "go through them here and now")
    .option("--json", "print it as JSON")
    .helpOption("-h, --help", "print this help")
    .action(async (name: string, flags: BackfillFlags) => {
      const { limit, sample, rateLimit } = flags;
      const asked = { limit, sample, rateLimit };
      end(
        await withEngine(flags, io, async (opened) => {
          const { engine, store } = opened;
          await checkInForce(engine);
          if (flags.estimate || !flags.yes) {
            const found = await engine.estimate(name, asked);
            await write(io.stdout, flags.json ? `${JSON.stringify(found)}\n` : estimateText(found));
            if (flags.estimate) return 0;
            if (!(await confirmed("Alert them?", io))) {
              await write(io.stderr, "nobody is alerted; say --yes to do it\n");
              return 1;
            }
          }
          const { id } = await engine.backfill(name, asked);
          if (flags.wait) await workRuns(opened, io);
          const run = (await store.runs.get(id))!;
          await write(io.stdout, flags.json ? `${JSON.stringify(run)}\n` : `${sentence(run)}\n`);
          return 0;
        }),
      );
    });
}

function estimateText({ members, sampled, sent, skipped, aborted, failed, duration, problems }: Estimate): string {
  const time = duration === undefined ? "" : `, in ${formatElapsed(duration)}`;
  const others = `${skipped} skipped, ${aborted} aborted, ${failed} failed`;
  const first = `${members} members, ${sampled} sampled: about ${sent} would be alerted${time}; ${others}`;
  return [first, ...problems.map(({ profile, problem }) => `  ${profile}: ${visible(problem)}`), ""].join("\n");
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
