import type { Command } from "commander";
import { shownDelivery } from "../../dispatch/secrets/shown.ts";
import type { ExitCode } from "../command.ts";
import { type Io, write } from "../io.ts";
import { addSetupOptions, type SetupFlags, withStore } from "../setup.ts";
import { story } from "./delivery-report.ts";

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
          const found = await outbox.find(id);
          if (!found) {
            await write(io.stderr, `there is no delivery ${id} in this outbox\n`);
            return 1;
          }
          const kept = shownDelivery(found);
          await write(io.stdout, flags.json ? `${JSON.stringify(kept)}\n` : story(kept, now()));
          return 0;
        }),
      );
    });
}
