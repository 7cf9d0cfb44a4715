import type { Command } from "commander";
import type { ExitCode } from "./cli.ts";
import { type Io, write } from "./io.ts";
import { addSetupOptions, type SetupFlags, withStore } from "./setup.ts";
import { story } from "./story.ts";

export function addWhyCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  addSetupOptions(program.command("why"))
    .description(
      "Tells the whole story of a delivery: what was sent where, each attempt, each answer, and how it ended.",
    )
    .argument("<id>", "the delivery's id, as send and outbox list print it")
    .option("--json", "print it as JSON")
    .helpOption("-h, --help", "print this help")
    .action(async (id: string, flags: SetupFlags & { readonly json?: true }) => {
      end(
        await withStore(flags, io, async ({ outbox, now }) => {
          const kept = await outbox.find(id);
          if (!kept) {
            await write(io.stderr, `there is no delivery ${id} in this outbox\n`);
            return 1;
          }
          await write(io.stdout, flags.json ? `${JSON.stringify(kept)}\n` : story(kept, now()));
          return 0;
        }),
      );
    });
}
