import { type Command, type CommandOptions, Option } from "commander";
import { formatElapsed } from "../../base/duration.ts";
import type { Run } from "../../store/index.ts";
import type { ExitCode } from "../command.ts";
import { type OpenEngine, withEngine } from "../engine.ts";
import { parseCount } from "../flags.ts";
import { type Io, write } from "../io.ts";
import { plural } from "../plural.ts";
import { createProgress } from "../progress.ts";
import { addSetupOptions, type SetupFlags } from "../setup.ts";
import { table } from "../table.ts";

interface Flags extends SetupFlags {
  readonly state?: Run["state"];
  readonly limit: number;
  readonly json?: true;
}

/** Adds `tocsin runs …`: shows, pauses, resumes and cancels work over many profiles. */
export function addRunsCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  const runs = program
    .command("runs")
    .description("Work over many profiles: backfills, scheduled runs, re-evaluations of audiences.")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false);
  const command = (name: string, summary: string, options: CommandOptions = {}) =>
    addSetupOptions(runs.command(name, options).description(summary))
      .option("--json", "print JSON, one line per item")
      .helpOption("-h, --help", "print this help");
  command("list", "Lists runs, newest first.", { isDefault: true })
    .addOption(
      new Option("--state <state>", "only this state").choices(["running", "paused", "done", "cancelled", "failed"]),
    )
    .option("--limit <count>", "maximum number of items", parseCount, 50)
    .action(async (flags: Flags) => {
      end(
        await withEngine(flags, io, async ({ store, now }) => {
          const { items, next } = await store.runs.list({ state: flags.state, limit: flags.limit });
          const rows = items.map((run) => row(run, now()));
          if (flags.json) await write(io.stdout, items.map((run) => `${JSON.stringify(run)}\n`).join(""));
          else await write(io.stdout, rows.length === 0 ? "No runs.\n" : table(head, rows));
          if (next !== undefined) await write(io.stderr, "more available; raise --limit\n");
        }),
      );
    });
  command("show", "Prints a run as JSON.")
    .argument("<id>")
    .action(async (id: string, flags: Flags) => {
      end(
        await withEngine(flags, io, async ({ store }) => {
          const run = (await store.runs.get(id)) ?? missing(id);
          await write(io.stdout, `${JSON.stringify(run, null, 2)}\n`);
        }),
      );
    });
  command("watch", "Shows the progress of a run until it ends.")
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
              return write(io.stdout, flags.json ? `${JSON.stringify(run)}\n` : `${runText(run)}\n`);
            }
            await new Promise((resolve) => setTimeout(resolve, 250));
            run = (await store.runs.get(id)) ?? missing(id);
          }
        }),
      );
    });
  for (const [verb, state, summary] of [
    ["pause", "paused", "Pauses a run."],
    ["resume", "running", "Resumes a paused run."],
    ["cancel", "cancelled", "Cancels a run; alerts that it sent already stay sent."],
  ] as const) {
    command(verb, summary)
      .argument("<id>")
      .action(async (id: string, flags: Flags) => {
        end(
          await withEngine(flags, io, async ({ engine }) => {
            const run = (await engine.setRun(id, state)) ?? missing(id);
            await write(io.stdout, flags.json ? `${JSON.stringify(run)}\n` : `${runText(run)}\n`);
          }),
        );
      });
  }
}

function missing(id: string): never {
  throw new Error(`no run ${id}; see tocsin runs`);
}

const head = ["run", "what", "state", "done", "sent", "skipped", "failed", "left"];

function row(run: Run, now: number): string[] {
  const { id, state, sent, skipped, failed } = run;
  const counts = [sent, skipped, failed].map((count) => count.toLocaleString("en"));
  return [
    id,
    subjectOf(run),
    state,
    `${Math.floor(partOf(run) * 100)}%`,
    ...counts,
    state === "running" ? left(run, now) : "",
  ];
}

const subjectOf = ({ kind, trigger, audiences }: Run): string => `${kind} ${trigger ?? audiences.join(", ")}`;

/** Returns the part that is done. A run that has not ended is below 100 %, even if it has seen all profiles that it started with. */
function partOf({ done, total, state }: Run): number {
  if (state === "done") return 1;
  if (total === 0) return 0;
  return Math.min(state === "running" || state === "paused" ? 0.99 : 1, done / total);
}

/** Estimates the remaining time from the speed so far. */
function left({ startedAt, done, total }: Run, now: number): string {
  return done === 0 ? "" : formatElapsed(Math.max(0, ((now - startedAt) / done) * (total - done)));
}

export function runText(run: Run): string {
  const { id, state, done, sent, skipped, failed, reason, kind } = run;
  const suffix = reason === undefined ? "" : ` (${reason})`;
  const counts =
    kind === "reevaluate" || kind === "cleanup"
      ? `${sent} entered or left`
      : `${sent} alerted, ${skipped} skipped, ${failed} failed`;
  return `${id} (${subjectOf(run)}) is ${state}${suffix}: ${plural(done, "profile")}, ${counts}`;
}

/** Works until no run is left, with a progress bar. */
export async function workRuns({ engine, store, now }: OpenEngine, io: Io): Promise<void> {
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
