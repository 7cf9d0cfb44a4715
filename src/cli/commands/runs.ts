import { type Command, type CommandOptions, Option } from "commander";
import { formatElapsed } from "../../base/duration.ts";
import type { Run } from "../../store/index.ts";
import type { ExitCode } from "../command.ts";
import { type Opened, withEngine } from "../engine.ts";
import { parseCount } from "../flags.ts";
import { type Io, write } from "../io.ts";
import { createProgress } from "../progress.ts";
import { addSetupOptions, type SetupFlags } from "../setup.ts";
import { table } from "../table.ts";

interface Flags extends SetupFlags {
  readonly state?: Run["state"];
  readonly limit: number;
  readonly json?: true;
}

/** `tocsin runs …`: work over many profiles, how far it is, and its reins. */
export function addRunsCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  const runs = program
    .command("runs")
    .description("Work over many profiles: backfills, scheduled runs, re-evaluations of audiences.")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false);
  const command = (name: string, summary: string, options: CommandOptions = {}) =>
    addSetupOptions(runs.command(name, options).description(summary))
      .option("--json", "print it as JSON, one line for each")
      .helpOption("-h, --help", "print this help");
  command("list", "Lists runs, newest first.", { isDefault: true })
    .addOption(
      new Option("--state <state>", "only those").choices(["running", "paused", "done", "cancelled", "failed"]),
    )
    .option("--limit <count>", "at most so many", parseCount, 50)
    .action(async (flags: Flags) => {
      end(
        await withEngine(flags, io, async ({ store, now }) => {
          const { items } = await store.runs.list({ state: flags.state, limit: flags.limit });
          if (flags.json) return write(io.stdout, items.map((run) => `${JSON.stringify(run)}\n`).join(""));
          await write(
            io.stdout,
            items.length === 0
              ? "There are no runs.\n"
              : table(
                  head,
                  items.map((run) => row(run, now())),
                ),
          );
        }),
      );
    });
  command("show", "Prints everything that is known of a run, as JSON.")
    .argument("<id>")
    .action(async (id: string, flags: Flags) => {
      end(
        await withEngine(flags, io, async ({ store }) => {
          const run = (await store.runs.get(id)) ?? missing(id);
          await write(io.stdout, `${JSON.stringify(run, null, 2)}\n`);
        }),
      );
    });
  command("watch", "Shows how far a run is, until it has ended.")
    .argument("<id>")
    .action(async (id: string, flags: Flags) => {
      end(
        await withEngine(flags, io, async ({ store }) => {
          let run = (await store.runs.get(id)) ?? missing(id);
          const from = { count: run.done, bytes: partOf(run) };
          const progress = createProgress(io, 1, { always: true, from });
          for (;;) {
            progress.show(run.done, partOf(run));
            if (run.state !== "running") {
              progress.erase();
              return write(io.stdout, flags.json ? `${JSON.stringify(run)}\n` : `${sentence(run)}\n`);
            }
            await new Promise((resolve) => setTimeout(resolve, 250));
            run = (await store.runs.get(id)) ?? missing(id);
          }
        }),
      );
    });
  for (const [verb, state, summary] of [
    ["pause", "paused", "Lets a run wait."],
    ["resume", "running", "Lets a run go on."],
    ["cancel", "cancelled", "Ends a run; what it sent is sent."],
  ] as const) {
    command(verb, summary)
      .argument("<id>")
      .action(async (id: string, flags: Flags) => {
        end(
          await withEngine(flags, io, async ({ engine }) => {
            const run = (await engine.setRun(id, state)) ?? missing(id);
            await write(io.stdout, flags.json ? `${JSON.stringify(run)}\n` : `${sentence(run)}\n`);
          }),
        );
      });
  }
}

function missing(id: string): never {
  throw new Error(`there is no run ${id}; see tocsin runs`);
}

const head = ["run", "what", "state", "done", "sent", "skipped", "failed", "left"];

function row(run: Run, now: number): string[] {
  const { id, state, sent, skipped, failed } = run;
  const counts = [sent, skipped, failed].map((count) => count.toLocaleString("en"));
  return [
    id,
    whatOf(run),
    state,
    `${Math.floor(partOf(run) * 100)}%`,
    ...counts,
    state === "running" ? left(run, now) : "",
  ];
}

const whatOf = ({ kind, trigger, audiences }: Run): string => `${kind} ${trigger ?? audiences.join(", ")}`;

const partOf = ({ done, total, state }: Run): number =>
  state === "done" || total === 0 ? 1 : Math.min(1, done / total);

/** At the speed so far. */
function left({ startedAt, done, total }: Run, now: number): string {
  return done === 0 ? "" : formatElapsed(Math.max(0, ((now - startedAt) / done) * (total - done)));
}

export function sentence(run: Run): string {
  const { id, state, done, sent, skipped, failed, reason, kind } = run;
  const why = reason === undefined ? "" : ` (${reason})`;
  const what =
    kind === "reevaluate" || kind === "cleanup"
      ? `${sent} entered or left`
      : `${sent} alerted, ${skipped} skipped, ${failed} failed`;
  return `${id} (${whatOf(run)}) is ${state}${why}: ${done.toLocaleString("en")} profiles, ${what}`;
}

/** Works until no run is under way, with a progress bar. */
export async function workRuns({ engine, store, now }: Opened, io: Io): Promise<void> {
  const progress = createProgress(io, 1, { always: true });
  for (;;) {
    const next = await engine.tick();
    const { items } = await store.runs.list({ state: "running", limit: 100 });
    if (items.length === 0) break;
    const done = items.reduce((sum, run) => sum + run.done, 0);
    const total = items.reduce((sum, run) => sum + run.total, 0);
    progress.show(done, total === 0 ? 1 : Math.min(1, done / total));
    const wait = next === undefined ? 100 : Math.min(1_000, next - now());
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }
  progress.erase();
}
